#include "engine/standing/standing_words.h"

namespace foreshock {

std::string standing_name(const Inventory& inventory, const StandingChange& c) {
    if (!c.in_view) return inventory.services()[c.node].name;
    const View& view = inventory.model().views[c.view];
    return view.name + "/" + view.nodes[c.node].name;
}

std::string service_reason(const Inventory& inventory, const Standing& s) {
    if (s.because != kItself) return inventory.services()[s.because].name;
    if (s.missing == Missing::none || s.condition != Condition::unknown) return {};
    std::string text(to_string(s.missing));
    if (s.missing == Missing::nothing_measured || s.missing == Missing::too_little) return text;
    if (s.missing_gauge == kNoIndex) return text + " transactions";
    const GaugeEntry& gauge = inventory.gauges()[s.missing_gauge];
    return text + " " + gauge.metric + " of " + inventory.resources()[gauge.resource].name;
}

std::string node_reason(const Inventory&, const ViewNode& node, const Standing& s) {
    return s.because < node.members.size() ? node.members[s.because].service : std::string{};
}

std::string standing_reason(const Inventory& inventory, const StandingChange& c, const Standing& s) {
    return c.in_view ? node_reason(inventory, inventory.model().views[c.view].nodes[c.node], s) : service_reason(inventory, s);
}

}  // namespace foreshock
