// What keeps warnings back: maintenance of the calendar, or that as many are open as may be. Remembers which, and lets them go when it is over
// and they still hold.
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
    bool holds_back(const BreachForecast& f) const { return held_.contains({f.service, f.slo}); }
    // True when the promise would be warned of, were there room.
    bool waits_for_room(const BreachForecast& f, EventTime end) const;
    void keep_for_room(const BreachForecast& f, EventTime end);
    void let_in(const BreachForecast& f, EventTime end);
    // Resources that maintenance keeps quiet about.
    void judge_resources(const std::vector<SuppressedForecast>& now, EventTime end);
    // Another model no more makes the promise, by service and name: true when its warning was kept back, so that nobody knows of it.
    bool forget(const std::pair<std::string, std::string>& promise, EventTime end);
    // What began or ended in this slot.
    const std::vector<SuppressedWarning>& noted() const { return noted_; }

    void archive(Archive& a);

private:
    // What a promise is held back by, and what was to run out when that began: what is said of it goes by that until it ends.
    struct Held {
        std::string by, resource;
        void archive(Archive& a) { a(by, resource); }
    };
    using HeldPromises = std::map<std::pair<ServiceIndex, uint32_t>, Held>;

    void hold(const BreachForecast& f, const std::string& by, EventTime end);
    void let_go(HeldPromises::iterator held, SuppressedWarning::State state, const BreachForecast& f, EventTime end);
    std::string resource_of(GaugeIndex gauge) const;
    SuppressedWarning& note(SuppressedWarning::State state, const Held& held, std::string slo, EventTime end);
    void note(SuppressedWarning::State state, const Held& held, const BreachForecast& f, EventTime end);
    SuppressedWarning& note(SuppressedWarning::State state, GaugeIndex gauge, const std::string& by, EventTime end);
    const CalendarEntry* maintenance(const BreachForecast& f, EventTime end) const;
    bool likely(const BreachForecast& f) const { return f.violated || f.probability >= options_.raise_probability; }
    std::string by_resource(GaugeIndex gauge, EventTime t) const;

    const Inventory& inventory_;
    const WarnOptions& options_;
    HeldPromises held_;
    std::map<std::pair<std::string, std::string>, Held> withdrawn_;  // promises that another model no more makes
    std::map<GaugeIndex, std::string> gauges_;
    std::vector<SuppressedWarning> noted_;
};

}  // namespace foreshock
