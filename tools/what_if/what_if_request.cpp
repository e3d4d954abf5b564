#include "tools/what_if/what_if_request.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/forecast/calendar_evidence.h"
#include "engine/plan/calendar.h"
#include "rules/problems.h"
#include "rules/values.h"

namespace foreshock {
namespace {

Diagnostic problem(std::string what, std::string hint = {}) { return {{}, 0, 0, std::move(what), std::move(hint)}; }

template <class Entries>
std::string nearest_of(const std::string& name, const Entries& entries) {
    std::vector<std::string_view> names;
    for (const auto& e : entries) names.push_back(e.name);
    return suggest(name, names);
}

std::vector<CalendarEntry> campaigns_of(const Model& model) {
    std::vector<CalendarEntry> all;
    std::ranges::copy_if(model.calendar, std::back_inserter(all), [](const CalendarEntry& e) { return e.kind == CalendarKind::campaign; });
    return all;
}

const CalendarEntry* campaign_of(const std::string& name, const Model& model) {
    const auto at = std::ranges::find_if(model.calendar, [&](const CalendarEntry& e) { return e.name == name && e.kind == CalendarKind::campaign; });
    return at == model.calendar.end() ? nullptr : &*at;
}

Status take_demand(const WhatIfRequest& r, const Moment& m, WhatIfQuestion& q) {
    if (!r.service.empty()) {
        const ServiceIndex s = m.inventory.find_service(r.service);
        if (s == kNoIndex) return problem("no service " + in_quotes(r.service), nearest_of(r.service, m.inventory.services()));
        q.services = {s};
    }
    if (!r.demand) return Done{};
    if (q.services.empty()) return problem("demand of which service?", "give --service NAME");
    if (!(*r.demand >= 0) || *r.demand > 1000) return problem("demand is a ratio of the usual, 0 to 1000", "3: three times as much");
    q.ratio = *r.demand;
    return Done{};
}

Status take_campaign(const WhatIfRequest& r, const Moment& m, WhatIfQuestion& q) {
    const Model& model = m.inventory.model();
    const CalendarEntry* e = campaign_of(r.campaign, model);
    if (e == nullptr) return problem("no campaign " + in_quotes(r.campaign) + " in the calendar", nearest_of(r.campaign, campaigns_of(model)));
    const CalendarEntry::Occurrence* when = occurrence_from(*e, m.signals.end);
    if (when == nullptr) return problem("campaign " + in_quotes(r.campaign) + " is over", "ask with --service and --demand");
    std::vector<ServiceIndex> services;
    for (const std::string& name : e->services)
        if (const ServiceIndex s = m.inventory.find_service(name); s != kNoIndex) services.push_back(s);
    const auto usual = [&m](ServiceIndex s, EventTime t) { return m.ahead.value(s, t); };
    const std::optional<double> ratio = r.demand ? r.demand : announced_ratio(*e, services, m.signals.end, usual);
    if (!ratio) {
        const char* const why = e->value_target ? " aims at no more than what is usual, or what is usual is not known yet" : " announces no expected_ratio and no value_target";
        return problem("campaign " + in_quotes(r.campaign) + why, "give --demand");
    }
    q.ratio = *ratio;
    q.from = when->start;
    q.to = when->end;
    if (!q.services.empty()) return Done{};
    q.services = std::move(services);
    for (ServiceIndex s = 0; e->services.empty() && s < m.inventory.services().size(); ++s) q.services.push_back(s);
    return Done{};
}

Status take_units(const WhatIfRequest& r, const Moment& m, WhatIfQuestion& q) {
    if (r.resource.empty()) return r.units ? Status(problem("units of which resource?", "give --resource NAME")) : Status(Done{});
    q.resource = m.inventory.find_resource(r.resource);
    if (q.resource == kNoIndex) return problem("no resource " + in_quotes(r.resource), nearest_of(r.resource, m.inventory.resources()));
    const ResourceEntry& resource = m.inventory.resources()[q.resource];
    if (!r.units) return problem("how many units of " + in_quotes(r.resource) + "?", "--units -1: one fewer");
    if (resource.kind == ResourceKind::queue) return problem(in_quotes(r.resource) + " is a queue, which has no units", "ask for a resource of the service that drains it");
    if (resource.service == kNoIndex) return problem(in_quotes(r.resource) + " belongs to no service", "give it one in the model");
    q.units = *r.units;
    return Done{};
}

Status take_end(const WhatIfRequest& r, const Moment& m, WhatIfQuestion& q) {
    const EventTime now = m.signals.end;
    q.until = now + kUsualLookAhead;
    if (!r.campaign.empty()) q.until = q.to != kEndOfTime ? q.to : std::max(now, q.from) + kUsualLookAhead;
    if (const Micros length = named_length(r); length > Micros{0}) q.until = now + length;
    else if (const auto t = parse_rfc3339(r.until)) q.until = *t;
    else if (!r.until.empty()) return problem("--until: " + in_quotes(r.until) + " is no time", "write it like 2026-11-20T09:00:00Z or 6h");
    if (q.until <= now) return problem("the end is not ahead: what was read ends at " + to_rfc3339(now), "give a later --until");
    if (q.until > now + DemandAhead::kLongest) return problem("the end is more than a week after " + to_rfc3339(now) + ", where what was read ends", "give an earlier --until");
    return Done{};
}

}  // namespace

Micros named_length(const WhatIfRequest& r) { return r.until.empty() ? Micros{0} : parse_duration(r.until).value_or(Micros{0}); }

EventTime named_end(const WhatIfRequest& r, const Model& model) {
    if (const auto t = parse_rfc3339(r.until)) return *t;
    const CalendarEntry* e = r.campaign.empty() ? nullptr : campaign_of(r.campaign, model);
    if (e == nullptr || e->occurrences.empty() || e->occurrences.back().end == kEndOfTime) return kBeginningOfTime;
    return e->occurrences.back().end;
}

Result<WhatIfQuestion> to_question(const WhatIfRequest& r, const Moment& moment) {
    WhatIfQuestion q;
    if (!r.demand && r.campaign.empty() && !r.units && r.resource.empty())
        return problem("nothing is asked", "give --demand RATIO, --campaign NAME, or --resource NAME with --units");
    if (Status s = take_demand(r, moment, q); !s) return s.problems();
    if (!r.campaign.empty())
        if (Status s = take_campaign(r, moment, q); !s) return s.problems();
    if (Status s = take_units(r, moment, q); !s) return s.problems();
    if (Status s = take_end(r, moment, q); !s) return s.problems();
    return q;
}

}  // namespace foreshock
