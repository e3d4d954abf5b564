#include "tools/commands/session.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "engine/plan/resource_matcher.h"
#include "tools/log.h"

namespace foreshock {

void set_up_log(const CommonOptions& options, const Config& config) {
    LogThreshold level = config.log.level;
    if (options.log_level == "debug") level = LogThreshold::debug;
    else if (options.log_level == "info") level = LogThreshold::info;
    else if (options.log_level == "warning") level = LogThreshold::warning;
    else if (options.log_level == "error") level = LogThreshold::error;
    set_up_log(level, options.log_json || config.log.json);
}

unsigned workers(const CommonOptions& options, const Config& config) {
    if (options.workers > 0) return options.workers;
    return config.workers > 0 ? config.workers : std::max(1u, std::thread::hardware_concurrency());
}

DecodeOptions decode_options(const Config& config) {
    DecodeOptions o;
    o.dimensions = config.engine.dimensions;
    o.max_record_bytes = config.engine.bounds.record_bytes;
    o.metric_labels = labels_asked_for(config.model);
    return o;
}

ProgressLine::ProgressLine(Pipeline& pipeline) {
    if (isatty(STDERR_FILENO) == 0) return;
    thread_ = std::thread([this, &pipeline] {
        std::unique_lock lock(mutex_);
        while (!end_.wait_for(lock, std::chrono::seconds{1}, [this] { return ended_; })) {
            const RunTotals t = pipeline.totals();
            const std::string at = t.watermark_us == INT64_MIN ? "-" : to_rfc3339(EventTime{Micros{t.watermark_us}});
            std::fprintf(stderr, "\r%llu events, %.0f a second, decided until %s, %llu warnings \x1b[K",
                         static_cast<unsigned long long>(t.events), t.seconds > 0 ? static_cast<double>(t.events) / t.seconds : 0,
                         at.c_str(), static_cast<unsigned long long>(t.warnings_opened));
        }
        std::fprintf(stderr, "\r\x1b[K");
    });
}

ProgressLine::~ProgressLine() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
    }
    end_.notify_all();
    thread_.join();
}

}  // namespace foreshock
