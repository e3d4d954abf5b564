// The HTTP side of a run: /metrics, /healthz and /readyz over what the pipeline, its sources and its sinks say.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "connectors/http/engine_metrics.h"
#include "connectors/http/http_server.h"
#include "engine/event/source.h"
#include "engine/run/pipeline.h"
#include "rules/config.h"
#include "tools/commands/reloading.h"
#include "tools/what_if/moment.h"

namespace foreshock {

// Serves nothing when the configuration names no address. `start` and destruction by one thread; stops when destroyed.
class Serving {
public:
    Serving(const Config& config, const std::vector<std::unique_ptr<Source>>& sources, const std::vector<std::unique_ptr<Sink>>& sinks);
    // What has to watch the run: nothing when nothing is served.
    std::vector<Observer*> observers();
    // Problem: the address cannot be listened on. Pipeline and reloader outlive the serving; without
    // a reloader there is nothing to reload.
    Status start(Pipeline& pipeline, Reloader* reloader = nullptr);

private:
    Readiness readiness() const;
    // Behind when nothing has been decided for a while: because nothing is read, or although something is.
    Lag lag(const RunTotals& totals);
    std::vector<ReceiverMetrics> receivers() const;
    KafkaReading kafka() const;

    const Config& config_;
    const std::vector<std::unique_ptr<Source>>& sources_;
    const std::vector<std::unique_ptr<Sink>>& sinks_;
    LiveStateObserver live_;
    MomentKeeper moments_;
    std::mutex lag_mutex_;
    uint64_t records_ = 0;  // read until `records_at_`
    std::chrono::steady_clock::time_point records_at_ = std::chrono::steady_clock::now();
    std::unique_ptr<HttpServer> server_;
};

}  // namespace foreshock
