// What conditions look at: one slot's output of the stages before, with the lists by which it is found. And whose signals a
// condition looks at, seen from what its rule is for. One worker only.
#pragma once

#include <string>
#include <vector>

#include "engine/detect/signal.h"
#include "engine/forecast/forecast.h"
#include "engine/plan/rule.h"
#include "engine/window/slot.h"

namespace foreshock {

// What a rule is judged for: a service, a resource, all that has a label, or everything.
struct Subject {
    std::string key;
    ServiceIndex service = kNoIndex;   // by service; of a resource its own
    ResourceIndex resource = kNoIndex; // by resource
    std::vector<ServiceIndex> services;    // ordered
    std::vector<ResourceIndex> resources;  // ordered
};

// The series that a signal of a rule may be of.
struct Candidates {
    std::vector<ServiceIndex> services;    // ordered
    std::vector<ResourceIndex> resources;  // ordered
    std::vector<GaugeIndex> gauges;
};

// An occurrence with its names looked up.
struct SeenOccurrence {
    const OccurrenceSlot* slot = nullptr;
    ServiceIndex service = kNoIndex;
    ResourceIndex resource = kNoIndex;
};

class SlotView {
public:
    explicit SlotView(const Inventory& inventory) : inventory_(inventory) {}

    // References are kept until the next call. True when the inventory has grown, so that candidates have to be found anew.
    bool enter(const ClosedSlot& slot, const Signals& signals, const Forecasts& forecasts);

    const Inventory& inventory() const { return inventory_; }
    const Signals& signals() const { return *signals_; }
    const Forecasts& forecasts() const { return *forecasts_; }
    const std::vector<SeenOccurrence>& occurrences() const { return occurrences_; }
    // Numbers in Forecasts::promises and Signals::slos.
    const std::vector<uint32_t>& promises_of(ServiceIndex s) const { return promises_of_service_[s]; }
    const std::vector<uint32_t>& promises_at(GaugeIndex g) const { return promises_at_gauge_[g]; }
    const std::vector<uint32_t>& slos_of(ServiceIndex s) const { return slos_of_service_[s]; }

    Subject subject(const Rule& rule, const std::string& key) const;
    // All whom the rule is for: those known by now, and those that only events of this slot name. Ordered, each once.
    std::vector<std::string> keys(const Rule& rule) const;
    std::vector<std::string> keys_of_occurrences(const Rule& rule) const;
    Candidates candidates(const RuleCondition& c, const Subject& subject) const;

private:
    std::vector<ServiceIndex> related(Relation on, const Subject& subject) const;

    const Inventory& inventory_;
    const Signals* signals_ = nullptr;
    const Forecasts* forecasts_ = nullptr;
    std::vector<SeenOccurrence> occurrences_;
    std::vector<std::vector<ServiceIndex>> called_by_;  // [service], waiting or not
    std::vector<std::vector<uint32_t>> promises_of_service_, promises_at_gauge_, slos_of_service_;
    size_t services_ = 0, gauges_ = 0, resources_ = 0;
};

// Value of a label of a service or resource of the model: `owner`, `class`, `kind`, or one of its `labels`. Empty: it has none.
std::string label_of(const ServiceEntry& service, const std::string& label);
std::string label_of(const ResourceEntry& resource, const std::string& label);
const std::string* label_of(const OccurrenceSlot& o, const std::string& label);

}  // namespace foreshock
