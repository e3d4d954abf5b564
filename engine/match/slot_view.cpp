#include "engine/match/slot_view.h"

#include <algorithm>
#include <set>

namespace foreshock {
namespace {

bool fits(const std::string& glob, const std::string& name) { return glob.empty() || matches_glob(glob, name); }

bool fits_any(const std::vector<std::string>& globs, const std::string& name) {
    return globs.empty() || std::ranges::any_of(globs, [&](const std::string& g) { return matches_glob(g, name); });
}

void sort_once(std::vector<uint32_t>& list) {
    std::ranges::sort(list);
    list.erase(std::unique(list.begin(), list.end()), list.end());
}

std::string label_in(const std::vector<Label>& labels, const std::string& label) {
    const auto found = std::ranges::find(labels, label, &Label::first);
    return found == labels.end() ? std::string{} : found->second;
}

}  // namespace

std::string label_of(const ServiceEntry& service, const std::string& label) {
    if (service.model == nullptr) return {};
    if (label == "owner") return service.model->owner;
    if (label == "class") return service.model->service_class == ServiceClass::differentiator ? "differentiator" : "commodity";
    return label_in(service.model->labels, label);
}

std::string label_of(const ResourceEntry& resource, const std::string& label) {
    if (resource.model == nullptr) return {};
    if (label == "kind") return std::string(to_string(resource.kind));
    return label_in(resource.model->labels, label);
}

const std::string* label_of(const OccurrenceSlot& o, const std::string& label) {
    const auto found = std::ranges::find(o.labels, label, &Label::first);
    return found == o.labels.end() ? nullptr : &found->second;
}

bool SlotView::enter(const ClosedSlot& slot, const Signals& signals, const Forecasts& forecasts) {
    signals_ = &signals;
    forecasts_ = &forecasts;
    const auto& services = inventory_.services();
    const bool grown = services.size() != services_ || inventory_.gauges().size() != gauges_ || inventory_.resources().size() != resources_;
    services_ = services.size();
    gauges_ = inventory_.gauges().size();
    resources_ = inventory_.resources().size();
    if (grown) {
        called_by_.assign(services_, {});
        for (ServiceIndex s = 0; s < services_; ++s)
            for (const auto* calls : {&services[s].waits_for, &services[s].calls_async})
                for (const ServiceIndex callee : *calls) called_by_[callee].push_back(s);
    }
    for (auto* lists : {&promises_of_service_, &slos_of_service_, &promises_at_gauge_}) {
        lists->resize(lists == &promises_at_gauge_ ? gauges_ : services_);
        for (auto& list : *lists) list.clear();
    }
    for (uint32_t i = 0; i < forecasts.promises.size(); ++i) {
        const BreachForecast& f = forecasts.promises[i];
        promises_of_service_[f.service].push_back(i);
        if (f.gauge != kNoIndex) promises_at_gauge_[f.gauge].push_back(i);
    }
    for (uint32_t i = 0; i < signals.slos.size(); ++i) slos_of_service_[signals.slos[i].service].push_back(i);
    occurrences_.clear();
    for (const OccurrenceSlot& o : slot.occurrences) occurrences_.push_back({&o, inventory_.find_service(o.service), inventory_.find_resource(o.resource)});
    return grown;
}

std::vector<std::string> SlotView::keys_of_occurrences(const Rule& rule) const {
    std::set<std::string> keys;
    for (const SeenOccurrence& seen : occurrences_) {
        const OccurrenceSlot& o = *seen.slot;
        if (rule.by == RuleKey::service && !o.service.empty() && fits_any(rule.services, o.service)) keys.insert(o.service);
        if (rule.by == RuleKey::resource && !o.resource.empty() && fits_any(rule.resources, o.resource)) keys.insert(o.resource);
        if (rule.by != RuleKey::label || !fits_any(rule.services, o.service)) continue;
        const std::string* value = label_of(o, rule.label);
        if (value != nullptr && !value->empty()) keys.insert(*value);
    }
    return {keys.begin(), keys.end()};
}

std::vector<std::string> SlotView::keys(const Rule& rule) const {
    if (rule.by == RuleKey::everything) return {""};
    std::set<std::string> keys;
    const auto owner = [&](const ResourceEntry& r) { return r.service == kNoIndex ? std::string{} : inventory_.services()[r.service].name; };
    if (rule.by != RuleKey::resource) {
        for (const ServiceEntry& s : inventory_.services()) {
            const std::string key = rule.by == RuleKey::service ? s.name : label_of(s, rule.label);
            if (!key.empty() && fits_any(rule.services, s.name)) keys.insert(key);
        }
    }
    if (rule.by != RuleKey::service) {
        for (const ResourceEntry& r : inventory_.resources()) {
            const std::string key = rule.by == RuleKey::resource ? r.name : label_of(r, rule.label);
            if (!key.empty() && fits_any(rule.services, owner(r)) && fits_any(rule.resources, r.name)) keys.insert(key);
        }
    }
    return {keys.begin(), keys.end()};
}

Subject SlotView::subject(const Rule& rule, const std::string& key) const {
    Subject s{key, kNoIndex, kNoIndex, {}, {}};
    const auto& services = inventory_.services();
    const auto& resources = inventory_.resources();
    if (rule.by == RuleKey::service) {
        s.service = inventory_.find_service(key);
        if (s.service == kNoIndex) return s;
        s.services = {s.service};
        s.resources = services[s.service].resources;
    } else if (rule.by == RuleKey::resource) {
        s.resource = inventory_.find_resource(key);
        if (s.resource == kNoIndex) return s;
        s.resources = {s.resource};
        s.service = resources[s.resource].service;
        if (s.service != kNoIndex) s.services = {s.service};
    } else if (rule.by == RuleKey::label) {
        for (ServiceIndex i = 0; i < services.size(); ++i) {
            if (label_of(services[i], rule.label) != key || !fits_any(rule.services, services[i].name)) continue;
            s.services.push_back(i);
            s.resources.insert(s.resources.end(), services[i].resources.begin(), services[i].resources.end());
        }
        for (ResourceIndex i = 0; i < resources.size(); ++i)
            if (label_of(resources[i], rule.label) == key) s.resources.push_back(i);
    }
    sort_once(s.resources);
    return s;
}

std::vector<ServiceIndex> SlotView::related(Relation on, const Subject& subject) const {
    std::vector<ServiceIndex> out;
    const auto& services = inventory_.services();
    const auto direct = [&](ServiceIndex s) {
        if (on == Relation::callers || on == Relation::dependents) return called_by_[s];
        std::vector<ServiceIndex> called = services[s].waits_for;
        called.insert(called.end(), services[s].calls_async.begin(), services[s].calls_async.end());
        return called;
    };
    const bool all_the_way = on == Relation::dependencies || on == Relation::dependents;
    std::vector<bool> seen(services.size());
    for (const ServiceIndex s : subject.services) seen[s] = true;
    for (std::vector<ServiceIndex> from = subject.services; !from.empty();) {
        std::vector<ServiceIndex> next;
        for (const ServiceIndex s : from) {
            for (const ServiceIndex other : direct(s)) {
                if (seen[other]) continue;
                seen[other] = true;
                next.push_back(other);
            }
        }
        out.insert(out.end(), next.begin(), next.end());
        from = all_the_way ? std::move(next) : std::vector<ServiceIndex>{};
    }
    sort_once(out);
    return out;
}

Candidates SlotView::candidates(const RuleCondition& c, const Subject& subject) const {
    Candidates out;
    const auto& services = inventory_.services();
    const auto& resources = inventory_.resources();
    if (c.on == Relation::anywhere) {
        for (ServiceIndex s = 0; s < services.size(); ++s) out.services.push_back(s);
        for (ResourceIndex r = 0; r < resources.size(); ++r) out.resources.push_back(r);
    } else if (c.on == Relation::self) {
        out.services = subject.services;
        out.resources = subject.resources;
    } else {
        out.services = related(c.on, subject);
        for (const ServiceIndex s : out.services) out.resources.insert(out.resources.end(), services[s].resources.begin(), services[s].resources.end());
        sort_once(out.resources);
    }
    std::erase_if(out.services, [&](ServiceIndex s) { return !fits(c.service, services[s].name); });
    std::erase_if(out.resources, [&](ResourceIndex r) {
        const ServiceIndex owner = resources[r].service;
        return !fits(c.resource, resources[r].name) || (!c.service.empty() && (owner == kNoIndex || !fits(c.service, services[owner].name)));
    });
    for (const ResourceIndex r : out.resources)
        for (const GaugeIndex g : resources[r].gauges)
            if (fits(c.metric, inventory_.gauges()[g].metric)) out.gauges.push_back(g);
    return out;
}

}  // namespace foreshock
