// Says once of each bound of the configuration that it has been reached, and what follows; the counts are on /metrics.
// `decided` by the deciding thread.
#pragma once

#include <set>
#include <string_view>

#include "connectors/http/log.h"
#include "engine/run/observer.h"
#include "engine/run/pipeline.h"

namespace foreshock {

class BoundWatch : public Observer {
public:
    BoundWatch(const Pipeline& pipeline, LogCallback log) : pipeline_(pipeline), log_(std::move(log)) {}
    void decided(const DecidedSlot& slot) override;

private:
    void say(std::string_view bound, std::string_view what_follows);

    const Pipeline& pipeline_;
    LogCallback log_;
    std::set<std::string_view> said_;
};

}  // namespace foreshock
