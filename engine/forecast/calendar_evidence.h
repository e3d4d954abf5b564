// What the calendar adds to a forecast: a campaign that is about to start, or has started, makes a rise more likely and tells how
// far it goes; when nothing comes it fades. FORECASTING: trial A, item 8. One worker only.
#pragma once

#include <optional>
#include <vector>

#include "engine/forecast/gauge_forecaster.h"

namespace foreshock {

class CalendarEvidence {
public:
    explicit CalendarEvidence(const Inventory& inventory);

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
    };
    const Inventory& inventory_;
    std::vector<Campaign> campaigns_;
};

}  // namespace foreshock
