// A scenario in the making: what the builders of the kinds (kinds.h) share. A broad draft takes back what the kind
// promises: headroom, decoys and calendar are drawn so that about half of the planned breaches do not happen, and what
// was meant to be harmless may not be.
#pragma once

#include <string>

#include "tools/generate/scenario/random.h"
#include "tools/generate/scenario/service_map.h"
#include "tools/generate/scenario/spec.h"

namespace foreshock {

class ScenarioDraft {
  public:
    ScenarioDraft(ScenarioSpec& s, RandomStream& r) : spec(s), random(r) {}

    void map(const MapNeeds& needs = {});
    // The service that is to run out: one that has the resource and that an entry waits for (or a consumer).
    uint32_t bottleneck(SimulatedResource kind);
    // Load of the bottleneck at the peak, of its capacity. Broad: 0.55 to 1.25, whatever the kind means.
    void aim(double low, double high);

    // Moment for the main event to begin.
    double onset();
    // A main event of this form with usual times, its excess between these.
    DemandEvent& event(const std::string& name, DemandForm form, double low, double high);
    void campaign_tag(DemandEvent& event);
    void announce(const DemandEvent& event, double probability);
    CapacityEvent& fault(CapacityEvent::Type type, uint32_t service, double size);
    void nuisance(Nuisance::Type type, uint32_t service, uint32_t host, double start, double end, double size = 0);
    // Campaigns that are meant to harm nobody, false calendar entries, faults of observation; last.
    void decoys(double probability);
    void finish();

    ScenarioSpec& spec;
    RandomStream& random;

  private:
    void times(DemandEvent& event);
    void decoy(size_t number);
    void stray_nuisances();
    void false_entries();
    void past_campaigns();
    bool main_announced_ = false;
};

}  // namespace foreshock
