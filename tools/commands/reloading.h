// New rules and another service model for a running engine: from the same configuration, checked as at the start, taken as a whole
// at the boundary of a slot. What is wrong changes nothing.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "connectors/http/engine_metrics.h"
#include "connectors/http/http_server.h"
#include "engine/plan/changes.h"
#include "engine/run/pipeline.h"
#include "rules/config.h"

namespace foreshock {

struct ReloadOutcome {
    enum class Kind : uint8_t { applied, unchanged, refused };
    Kind kind = Kind::refused;
    Changes changes;            // of rules
    struct {
        Changes services, resources, views, calendar;
        bool limits = false;    // of warnings: what a miss costs, calibration and the like
        bool none() const { return services.none() && resources.none() && views.none() && calendar.none() && !limits; }
    } model;
    Diagnostics problems;       // refused: why
    bool restart_needed = false;  // sources, outputs and the like were changed too; they wait for a restart
};

// 200 with the difference, 422 with the problems.
HttpAnswer to_answer(const ReloadOutcome& outcome);

// Any thread, one reload after the other. Stops watching when destroyed; configuration and pipeline outlive it.
class Reloader {
public:
    Reloader(const Config& config, Pipeline& pipeline);
    ~Reloader();
    Reloader(const Reloader&) = delete;
    Reloader& operator=(const Reloader&) = delete;

    // Reads the configuration anew. Logs and counts what came of it. `cause` stands in the log.
    ReloadOutcome reload(const std::string& cause) { return reload(cause, Empty::taken); }
    // Looks at the files as often as the configuration says, and reloads when what they hold has changed and then stayed as it is from
    // one look to the next: a file may be amid of being written. A model that names nothing any more is not taken this way.
    void watch();
    ReloadMetrics metrics() const;

private:
    enum class Empty : uint8_t { taken, refused };  // a model without services and resources where there were some
    ReloadOutcome reload(const std::string& cause, Empty empty);
    ReloadOutcome read_anew(Empty empty);
    std::string stamps() const;       // of the files: times and sizes, cheap to look at
    std::string fingerprint() const;  // of what they hold
    void look();

    const Config& config_;
    Pipeline& pipeline_;
    mutable std::mutex mutex_;  // of all below
    RulePlan rules_;            // in force, or to be from the next slot on
    std::shared_ptr<const Model> model_;  // likewise
    WarnOptions warn_;          // likewise
    Config watched_;            // names the files: of the last good configuration
    std::string stamps_, seen_; // of the files when they were last read
    std::string last_look_;     // stamps then
    ReloadMetrics metrics_;
    std::mutex end_mutex_;
    std::condition_variable end_;
    bool ended_ = false;
    std::thread watcher_;
};

}  // namespace foreshock
