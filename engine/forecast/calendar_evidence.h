// What the calendar adds to a forecast: a campaign that is about to start, or has started, makes a rise more likely and tells how
// far it goes; when nothing comes it fades. FORECASTING: trial A, item 8. One worker only.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "engine/forecast/gauge_forecaster.h"

namespace foreshock {

// How many times the usual demand a campaign announces for its occurrence that runs or comes next: `expected_ratio`, or the money it is to
// bring over what `services`, its own, usually bring in that time. Empty: it announces no more than usual, what is usual is not known, or it is over.
using UsualValue = std::function<double(ServiceIndex service, EventTime time)>;  // money a second; NaN: unknown
std::optional<double> announced_ratio(const CalendarEntry& campaign, std::span<const ServiceIndex> services, EventTime now, const UsualValue& usual_value);

class CalendarEvidence {
public:
    explicit CalendarEvidence(const Inventory& inventory);

    // Once a slot, before anything is asked: what campaigns announce that name no ratio, but the money they are to bring.
    void begin(const Signals& signals);
    // Joins the calendar's word into `f`, the forecast of a gauge whose owner is `owner`.
    void apply(const Signals& signals, const Outlook& o, ServiceIndex owner, GaugeForecast& f) const;
    // The campaign that reaches `service` and is nearest in time: from 30 min before its start to two hours after it.
    struct Nearest {
        double seconds_to_start = 0;  // negative: since it
        double expected_ratio = 1;
        double came = 0;              // share of the expected rise that is there
    };
    std::optional<Nearest> nearest(const Signals& signals, ServiceIndex service) const;
    // Greatest ratio that a campaign announces for `service` within `ahead`, one that began a quarter of an hour ago or less with it: later,
    // demand itself shows what it is. 0: none.
    double announced(ServiceIndex service, EventTime now, Micros ahead) const;
    bool in_maintenance(ServiceIndex service, const std::string& resource, EventTime now) const;

private:
    struct Campaign {
        const CalendarEntry* entry = nullptr;
        std::vector<ServiceIndex> services;  // named ones; empty: all
        std::vector<bool> reached;           // [service] waits somewhere behind them
        std::optional<double> ratio;         // expected
    };
    const Inventory& inventory_;
    std::vector<Campaign> campaigns_;
};

}  // namespace foreshock
