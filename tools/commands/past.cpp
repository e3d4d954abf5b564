#include "tools/commands/past.h"

#include <atomic>

#include "connectors/file/file_source.h"
#include "connectors/format/native_json.h"
#include "state/memory_store.h"
#include "tools/bound_watch.h"
#include "tools/commands/session.h"
#include "tools/log.h"
#include "tools/stop_signals.h"
#include "tools/wiring.h"

namespace foreshock {
namespace {

Result<std::vector<std::unique_ptr<Source>>> past_sources(const std::vector<std::string>& inputs, const Config& config, EventTime from) {
    std::vector<std::unique_ptr<Source>> sources;
    if (!inputs.empty()) {
        sources.push_back(std::make_unique<FileSource>(inputs, FileSourceOptions{.max_line_bytes = config.engine.bounds.record_bytes}));
        return sources;
    }
    if (config.sources.empty()) return Diagnostic{config.file, 0, 0, "nothing to replay", "give --input FILE, or a configuration with sources"};
    SourceOverrides overrides{.until_end = true, .from_beginning = true, .start = {}};
    if (from != kBeginningOfTime) overrides.start = from;
    return make_sources(config, overrides);
}

}  // namespace

Result<EventTime> time_option(const char* name, const std::string& text, EventTime otherwise) {
    if (text.empty()) return otherwise;
    if (const auto t = parse_rfc3339(text)) return *t;
    return Diagnostic{{}, 0, 0, std::string(name) + ": '" + text + "' is no time", "write it like 2026-11-20T09:00:00Z"};
}

Result<Past> open_past(const std::vector<std::string>& inputs, const std::string& from, const std::string& to, const Config& config) {
    const auto first = time_option("--from", from, kBeginningOfTime), last = time_option("--to", to, kEndOfTime);
    for (const auto* t : {&first, &last})
        if (!*t) return t->problems();
    auto sources = past_sources(inputs, config, first.value());
    if (!sources) return sources.problems();
    return Past{std::move(sources.value()), first.value(), last.value()};
}

Result<PlayedPast> play(const Past& past, const Config& config, unsigned lanes, const PastListeners& listeners, double speed) {
    MemoryStore store;
    const NativeJsonFactory decoders(decode_options(config));
    Pipeline pipeline({.options = config.engine, .model = config.model, .decoders = decoders, .store = store,
                       .dead_letters = listeners.dead_letters, .checkpoint_every = std::chrono::hours{24}, .lanes = lanes,
                       .from = past.from, .to = past.to, .speed = speed, .rules = config.rules});
    for (const auto& s : past.sources) pipeline.add(*s);
    for (Sink* s : listeners.sinks) pipeline.add(*s);
    for (Observer* o : listeners.observers) pipeline.add(*o);
    BoundWatch bounds(pipeline, log_callback());
    pipeline.add(bounds);
    std::atomic<bool> stopped = false;
    const StopSignals signals([&] { stopped = true; pipeline.stop(); });
    const ProgressLine progress(pipeline);
    if (Status s = pipeline.run(); !s) return s.problems();
    PlayedPast played{pipeline.totals(), {}, stopped};
    if (const auto last = store.load(); last && last.value()) played.offsets = last.value()->offsets;
    return played;
}

}  // namespace foreshock
