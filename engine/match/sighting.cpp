#include "engine/match/sighting.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

// Takes what candidates show, one after the other, and keeps the strongest.
class Sighter {
public:
    Sighter(const RuleCondition& c, const SlotView& view) : c_(c), view_(view) {
        out_.evidence.kind = c.kind;
        out_.first = out_.last = out_.evidence.at = view.signals().end;
    }

    void demand(ServiceIndex s) {
        if (s >= view_.signals().services.size()) return;
        const ServiceState& state = view_.signals().services[s];
        if (c_.measure != DemandMeasure::value) demand(s, state.volume, " volume");
        if (c_.measure != DemandMeasure::volume) demand(s, state.value, " value");
    }

    void silence(ServiceIndex s) {
        if (s < view_.signals().services.size() && view_.signals().services[s].present) return;
        see(service_name(s), kUnknown, service_name(s));
    }

    void silence_of(GaugeIndex g) {
        if (g < view_.signals().gauges.size() && view_.signals().gauges[g].present) return;
        see(gauge_name(g), kUnknown, resource_name(g));
    }

    void pressure(GaugeIndex g) {
        if (g >= view_.signals().gauges.size()) return;
        const GaugeState& state = view_.signals().gauges[g];
        const bool pressing = std::isnan(c_.level) ? state.pressure : state.level >= c_.level;
        if (pressing) see(gauge_name(g), state.level, resource_name(g));
    }

    void forecast(const BreachForecast& f, double raise_probability) {
        const ServiceEntry& service = view_.inventory().services()[f.service];
        const bool named = f.slo != kCapacityPromise && service.model != nullptr && f.slo < service.model->slos.size();
        const std::string slo = named ? service.model->slos[f.slo].name : "capacity";
        if (!c_.slo.empty() && !matches_glob(c_.slo, slo)) return;
        const double least = std::isnan(c_.level) ? raise_probability : c_.level;
        if (c_.broken ? !f.violated : !(f.violated || f.probability >= least)) return;
        see(service.name + " " + slo, f.violated ? 1 : f.probability, service.name);
    }

    void burn(const SloState& s) {
        const ServiceEntry& service = view_.inventory().services()[s.service];
        if (service.model == nullptr || s.slo >= service.model->slos.size()) return;
        const std::string& slo = service.model->slos[s.slo].name;
        if (!c_.slo.empty() && !matches_glob(c_.slo, slo)) return;
        for (const BurnState& b : s.budget.burn) {
            if (c_.long_window.count() > 0 && b.long_window != c_.long_window) continue;
            const bool burns = std::isnan(c_.level) ? b.burning : b.long_rate >= c_.level && b.short_rate >= c_.level;
            if (burns) see(service.name + " " + slo, b.long_rate, service.name);
        }
    }

    void occurrence(const SeenOccurrence& seen) {
        const OccurrenceSlot& o = *seen.slot;
        out_.first = out_.n == 0 ? o.first : std::min(out_.first, o.first);
        out_.last = out_.n == 0 ? o.last : std::max(out_.last, o.last);
        out_.n += static_cast<uint64_t>(o.count);
        const std::string& of = o.service.empty() ? o.resource : o.service;
        see(of.empty() ? o.name : o.name + " of " + of, kUnknown, c_.distinct == CountOf::resources ? o.resource : of);
        out_.evidence.at = out_.last;
        out_.evidence.labels.assign(o.labels.begin(), o.labels.end());
    }

    Sighting take() { return std::move(out_); }

private:
    void demand(ServiceIndex s, const DemandState& d, const char* measure) {
        const bool spike = c_.kind == ConditionKind::spike;
        if (!(spike ? d.spike : d.drop)) return;
        if (!std::isnan(c_.level) && !(spike ? d.ratio >= c_.level : d.ratio <= c_.level)) return;
        see(service_name(s) + measure, d.ratio, service_name(s));
    }

    void see(const std::string& entity, double value, const std::string& who) {
        const bool low = c_.kind == ConditionKind::drop;
        const double before = out_.evidence.value;
        const bool stronger = !out_.on || (low ? value < before : value > before);
        out_.on = true;
        if (!who.empty()) out_.entities.push_back(who);
        if (!stronger) return;
        out_.evidence.entity = entity;
        out_.evidence.value = value;
    }

    const std::string& service_name(ServiceIndex s) const { return view_.inventory().services()[s].name; }
    const std::string& resource_name(GaugeIndex g) const {
        return view_.inventory().resources()[view_.inventory().gauges()[g].resource].name;
    }
    std::string gauge_name(GaugeIndex g) const { return resource_name(g) + " " + view_.inventory().gauges()[g].metric; }

    const RuleCondition& c_;
    const SlotView& view_;
    Sighting out_;
};

bool has_labels(const RuleCondition& c, const OccurrenceSlot& o) {
    return std::ranges::all_of(c.labels, [&](const Label& wanted) {
        const std::string* value = label_of(o, wanted.first);
        return value != nullptr && matches_glob(wanted.second, *value);
    });
}

// Does the event belong to those whom the condition looks at?
bool belongs(const RuleCondition& c, const SeenOccurrence& seen, const Candidates& candidates, const Subject& subject, const Rule& rule) {
    const OccurrenceSlot& o = *seen.slot;
    if ((!c.service.empty() && !matches_glob(c.service, o.service)) || (!c.resource.empty() && !matches_glob(c.resource, o.resource))) return false;
    if (c.on == Relation::anywhere || rule.by == RuleKey::everything) return true;
    if (c.on == Relation::self) {
        // Names that only events have are no part of the inventory.
        if (rule.by == RuleKey::service && o.service == subject.key) return true;
        if (rule.by == RuleKey::resource && o.resource == subject.key) return true;
        const std::string* value = rule.by == RuleKey::label ? label_of(o, rule.label) : nullptr;
        if (rule.by == RuleKey::label && value != nullptr) return *value == subject.key;
    }
    const bool service = seen.service != kNoIndex && std::ranges::binary_search(candidates.services, seen.service);
    const bool resource = seen.resource != kNoIndex && std::ranges::binary_search(candidates.resources, seen.resource);
    return rule.by == RuleKey::resource && c.on == Relation::self && !o.resource.empty() ? resource : service || resource;
}

}  // namespace

Sighting sight(const RuleCondition& c, const Candidates& candidates, const Subject& subject, const Rule& rule, const SlotView& view,
               double raise_probability) {
    Sighter sighter(c, view);
    const bool of_resources = !c.resource.empty() || !c.metric.empty() || rule.by == RuleKey::resource;
    switch (c.kind) {
        case ConditionKind::spike:
        case ConditionKind::drop:
            for (const ServiceIndex s : candidates.services) sighter.demand(s);
            break;
        case ConditionKind::pressure:
            for (const GaugeIndex g : candidates.gauges) sighter.pressure(g);
            break;
        case ConditionKind::absent:
            if (of_resources) for (const GaugeIndex g : candidates.gauges) sighter.silence_of(g);
            else for (const ServiceIndex s : candidates.services) sighter.silence(s);
            break;
        case ConditionKind::forecast:
            if (of_resources) {
                for (const GaugeIndex g : candidates.gauges)
                    for (const uint32_t i : view.promises_at(g)) sighter.forecast(view.forecasts().promises[i], raise_probability);
            } else {
                for (const ServiceIndex s : candidates.services)
                    for (const uint32_t i : view.promises_of(s)) sighter.forecast(view.forecasts().promises[i], raise_probability);
            }
            break;
        case ConditionKind::burn_rate:
            for (const ServiceIndex s : candidates.services)
                for (const uint32_t i : view.slos_of(s)) sighter.burn(view.signals().slos[i]);
            break;
        case ConditionKind::event:
            for (const SeenOccurrence& o : view.occurrences())
                if (matches_glob(c.name, o.slot->name) && has_labels(c, *o.slot) && belongs(c, o, candidates, subject, rule)) sighter.occurrence(o);
            break;
        default: break;
    }
    return sighter.take();
}

}  // namespace foreshock
