// What the learned decision said of each promise, a sample a minute, and what came of it: what `foreshock learn` learns from. For a
// run whose calibration is set aside.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/forecast/hazard.h"
#include "engine/run/observer.h"
#include "tools/lead_times.h"
#include "tools/learn/calibration_fit.h"

namespace foreshock {

// Left out: minutes in which the promise is broken, was broken less than five minutes before or cannot be measured, maintenance, and the
// last half hour, whose outcome nobody knows yet. 48 bytes a minute and promise. The deciding thread only.
class CalibrationSamples : public Observer {
public:
    void decided(const DecidedSlot& slot) override;

    struct Outcome {
        std::vector<SaidOdds> odds;
        std::vector<std::pair<SaidOdds, SaidInterval>> ahead;  // those of them with a breach to come, and when it was said to come
        size_t breaches = 0;  // with a sample ahead; promises of a service that break together count once
        double hours = 0;     // from the first decided slot to the last
    };
    Outcome outcome() const;

private:
    struct Said {
        EventTime at{};
        SaidOdds odds;
        HazardModel::Seconds seconds;
    };
    struct Promise {
        Hazard hazard;
        EventTime next{};
        std::vector<Said> said;
    };
    void decided(const DecidedSlot& slot, size_t k, double seconds);

    LeadTimes breaches_;
    std::map<std::pair<std::string, std::string>, Promise> promises_;  // service, SLO
    EventTime first_{}, last_{};
    bool started_ = false;
};

}  // namespace foreshock
