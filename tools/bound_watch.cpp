#include "tools/bound_watch.h"

#include <algorithm>
#include <string>

namespace foreshock {

void BoundWatch::decided(const DecidedSlot& slot) {
    constexpr std::pair<NameSpace, std::string_view> kFollows[]{
        {NameSpace::service, "events of further services are dropped"},
        {NameSpace::host, "clocks of further hosts are not corrected"},
        {NameSpace::metric_instance, "samples of further metrics and hosts are dropped"},
        {NameSpace::dimension_value, "further values are not told apart"},
        {NameSpace::occurrence, "further events of your own are dropped"},
    };
    for (const auto& [space, what] : kFollows)
        if (pipeline_.names_refused(space) > 0) say(to_string(space), what);
    if (std::ranges::any_of(slot.suppressed, [](const SuppressedWarning& w) { return w.by == kBeyondBound; }))
        say("open_warnings", "further warnings are kept back until others end");
}

void BoundWatch::say(std::string_view bound, std::string_view what_follows) {
    if (said_.insert(bound).second) log_(LogLevel::warning, "bounds." + std::string(bound) + " is reached: " + std::string(what_follows));
}

}  // namespace foreshock
