// Which resource of the model a metric instance belongs to, by the matchers of the resources. One worker only.
#pragma once

#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/time.h"
#include "engine/event/names.h"
#include "engine/plan/model.h"

namespace foreshock {

// Labels of metric events that some matcher of the model asks for, in order.
std::vector<std::string> labels_asked_for(const Model& model);

class ResourceMatcher {
public:
    explicit ResourceMatcher(const Model& model);

    // Number of the resource in the model, by the first matcher that fits and holds in a slot that starts at `start`; none: the
    // instance is known by its own names.
    std::optional<size_t> find(const MetricInstanceName& name, EventTime start) const;
    // True when the same matchers hold in slots that start at these times, of which `later` is the later one.
    bool same(EventTime earlier, EventTime later) const;

private:
    struct Matcher {
        size_t resource;  // number in the model
        std::regex resource_name, host, service, metric;
        std::vector<std::pair<std::string, std::regex>> labels;
        bool any_resource, any_host, any_service, any_metric;
        EventTime from, to;
    };
    std::vector<Matcher> matchers_;
    std::vector<EventTime> turns_;  // moments at which a matcher begins or ends to hold, in order
};

}  // namespace foreshock
