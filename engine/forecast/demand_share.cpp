#include "engine/forecast/demand_share.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

class Walk {
public:
    Walk(const Inventory& inventory, const Signals& signals, const std::vector<ServiceIndex>& from)
        : signals_(signals), shares_(inventory.services().size()), seen_(shares_.size()), callers_(shares_.size()) {
        for (ServiceIndex s = 0; s < shares_.size(); ++s) {
            const ServiceEntry& entry = inventory.services()[s];
            for (const auto* calls : {&entry.waits_for, &entry.calls_async})
                for (const ServiceIndex callee : *calls) callers_[callee].push_back(s);
        }
        for (const ServiceIndex s : from) {
            shares_[s].share = 1;
            seen_[s] = true;
        }
    }

    std::vector<DemandShare> take() {
        for (ServiceIndex s = 0; s < shares_.size(); ++s) visit(s);
        return std::move(shares_);
    }

private:
    double volume(ServiceIndex s) const {
        const DemandState& d = signals_.services[s].volume;
        return std::isnan(d.baseline) ? d.level : d.baseline;
    }
    // A circle of calls ends where it began, with nothing.
    void visit(ServiceIndex s) {
        if (seen_[s]) return;
        seen_[s] = true;
        double all = 0, least = 1, most = 0, plain = 0, weighed = 0, callers = 0;
        bool guessed = false;
        for (const ServiceIndex c : callers_[s]) {
            visit(c);
            const DemandShare& x = shares_[c];
            const double calls = volume(c);
            if (calls == 0) continue;
            least = std::min(least, x.share);
            most = std::max(most, x.share);
            guessed = guessed || x.guessed;
            callers += 1;
            plain += x.share;
            if (std::isnan(calls)) continue;
            all += calls;
            weighed += calls * x.share;
        }
        if (most == 0) return;
        const bool alike = least == most;
        shares_[s].share = alike ? most : all > 0 ? weighed / all : plain / callers;
        shares_[s].guessed = guessed || !alike;
    }

    const Signals& signals_;
    std::vector<DemandShare> shares_;
    std::vector<bool> seen_;
    std::vector<std::vector<ServiceIndex>> callers_;
};

}  // namespace

std::vector<DemandShare> demand_shares(const Inventory& inventory, const Signals& signals, const std::vector<ServiceIndex>& from) {
    return Walk(inventory, signals, from).take();
}

}  // namespace foreshock
