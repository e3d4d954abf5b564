// Every decided slot as text: what was in it. For comparing ways in which the same events are decided.
#pragma once

#include <map>
#include <string>

#include "engine/run/observer.h"

namespace foreshock::test {

struct SeenSlots : Observer {
    std::map<int64_t, std::string> seen;
    void decided(const DecidedSlot& d) override {
        std::string& text = seen[d.slot.index.value];
        text = std::to_string(d.slot.events);
        for (const ServiceSlot& s : d.slot.services) {
            text += " " + d.inventory.services()[s.service].name + "=" + std::to_string(s.count) + "/" + std::to_string(s.value_micro);
            for (const DimensionSlot& x : s.dimensions) text += "," + x.value + ":" + std::to_string(x.count);
        }
        for (const GaugeSlot& g : d.slot.gauges) text += " " + std::to_string(g.gauge) + "~" + std::to_string(g.value) + "*" + std::to_string(g.instances);
        for (const OccurrenceSlot& o : d.slot.occurrences) text += " " + o.name + "{" + o.labels.at(0).second + "}" + std::to_string(o.count);
    }
};

}  // namespace foreshock::test
