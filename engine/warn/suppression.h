// Maintenance of the calendar: keeps warnings back, remembers which, and lets them go when it is over and they still hold.
// One worker only.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "engine/base/archive.h"
#include "engine/plan/inventory.h"
#include "engine/warn/life.h"

namespace foreshock {

class Suppression {
public:
    Suppression(const Inventory& inventory, const WarnOptions& options) : inventory_(inventory), options_(options) {}

    void begin() { noted_.clear(); }
    // What remains to be said of a promise in the slot that ends at `end`.
    Say judge(const BreachForecast& f, Say say, EventTime end);
    // True while maintenance keeps the promise quiet, whether a warning of it was open before or not.
    bool silent(const BreachForecast& f, EventTime end) const;
    // Resources that maintenance keeps quiet about.
    void judge_resources(const std::vector<SuppressedForecast>& now, EventTime end);
    // What began or ended in this slot.
    const std::vector<SuppressedWarning>& noted() const { return noted_; }

    void archive(Archive& a);

private:
    void note(SuppressedWarning::State state, ServiceIndex service, std::string slo, const std::string& by, EventTime end, double probability, bool breached, GaugeIndex gauge);
    std::string by_resource(GaugeIndex gauge, EventTime t) const;

    const Inventory& inventory_;
    const WarnOptions& options_;
    std::map<std::pair<ServiceIndex, uint32_t>, std::string> held_;  // promises held back, by which entry
    std::map<GaugeIndex, std::string> gauges_;
    std::vector<SuppressedWarning> noted_;
};

}  // namespace foreshock
