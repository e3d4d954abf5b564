// What the commands that run the engine have in common.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/event/decoder.h"
#include "engine/run/pipeline.h"
#include "rules/config.h"
#include "tools/commands/commands.h"

namespace foreshock {

void set_up_log(const CommonOptions& options, const Config& config);
unsigned workers(const CommonOptions& options, const Config& config);
DecodeOptions decode_options(const Config& config);

// Rewrites one line on standard error once a second while it lives: events, pace, event time. On a terminal only.
class ProgressLine {
public:
    explicit ProgressLine(Pipeline& pipeline);
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

private:
    std::mutex mutex_;
    std::condition_variable end_;
    bool ended_ = false;
    std::thread thread_;
};

}  // namespace foreshock
