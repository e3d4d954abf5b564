#include "engine/warn/ranker.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "engine/plan/calendar.h"
#include "engine/warn/sentence.h"

namespace foreshock {
namespace {

constexpr double kFailingShare = 0.5;   // of the value, while a promise is broken
constexpr double kBrokenMinutes = 15;   // that it stays broken
constexpr double kHandMinutes = 5;      // what a person needs to act: so much less left counts twice
constexpr double kDifferentiator = 3, kPriorityDay = 1000;
constexpr double kRuleProbability = 0.5;  // of a rule of the user's that is not critical

bool builtin(const WarningRevision& w) { return w.rule == "builtin"; }

double known(double x) { return x > 0 ? x : 0; }

double probability(const WarningRevision& w) {
    if (w.breached) return 1;
    return std::isnan(w.probability) ? (w.severity == Severity::critical ? 1 : kRuleProbability) : w.probability;
}

double minutes_left(const WarningRevision& w, EventTime now) {
    return w.breached || w.act_before == EventTime{} ? 0 : std::max(0.0, to_seconds(w.act_before - now) / 60);
}

// What somebody has to touch: "`db-1` of payment", "payment".
std::string what_to_fix(const WarningRevision& w, bool with_service) {
    if (w.resource.name.empty()) return w.service.empty() ? w.rule : w.service;
    return "`" + w.resource.name + "`" + (with_service && !w.service.empty() ? " of " + w.service : "");
}

std::string names_of(const std::vector<std::string>& services, const std::string& but) {
    constexpr size_t kNamed = 3;
    std::vector<std::string> others;
    std::ranges::copy_if(services, std::back_inserter(others), [&](const std::string& s) { return s != but; });
    std::string out;
    const size_t shown = others.size() > kNamed + 1 ? kNamed : others.size();
    for (size_t i = 0; i < shown; ++i) out += (i == 0 ? "" : i + 1 == others.size() ? " and " : ", ") + others[i];
    return shown < others.size() ? out + " and " + std::to_string(others.size() - shown) + " more" : out;
}

}  // namespace

double at_risk(double value_per_minute) { return known(value_per_minute) * kFailingShare * kBrokenMinutes; }

// One story: warnings of the same resource; and one that names no resource, with those of its own service or of the nearest that it
// waits for. Rules of the user's speak for themselves.
std::vector<Ranker::Incident> Ranker::join(std::vector<WarningRevision>& open) const {
    std::vector<size_t> group(open.size());
    std::iota(group.begin(), group.end(), size_t{0});
    const auto root = [&](size_t i) { while (group[i] != i) i = group[i]; return i; };
    const auto unite = [&](size_t i, size_t k) { const size_t a = root(i), b = root(k); group[std::max(a, b)] = std::min(a, b); };
    std::map<std::string, size_t> by_resource;
    std::map<std::string, std::vector<size_t>> by_service;
    for (size_t i = 0; i < open.size(); ++i) {
        if (!builtin(open[i])) continue;
        by_service[open[i].service].push_back(i);
        if (open[i].resource.name.empty()) continue;
        unite(by_resource.emplace(open[i].resource.name, i).first->second, i);
    }
    const auto nearest = [&](size_t i) {
        for (const ServiceIndex s : inventory_.reach(inventory_.find_service(open[i].service))) {
            const auto found = by_service.find(inventory_.services()[s].name);
            if (found == by_service.end()) continue;
            for (const bool with_resource : {true, false})
                for (const size_t k : found->second)
                    if (k != i && open[k].resource.name.empty() != with_resource) return k;
        }
        return i;
    };
    for (size_t i = 0; i < open.size(); ++i)
        if (builtin(open[i]) && open[i].resource.name.empty()) unite(i, nearest(i));
    std::map<size_t, Incident> incidents;
    for (size_t i = 0; i < open.size(); ++i) incidents[root(i)].parts.push_back(&open[i]);
    std::vector<Incident> out;
    for (auto& [first, incident] : incidents) out.push_back(std::move(incident));
    return out;
}

// Who has spoken goes on to speak; else who was first to see it, and of several the one with the most to lose.
void Ranker::choose_head(Incident& incident) const {
    const auto spoken = [&](const WarningRevision* w) { const auto k = known_.find(w->id); return k != known_.end() && k->second.spoken; };
    std::stable_sort(incident.parts.begin(), incident.parts.end(), [&](const WarningRevision* a, const WarningRevision* b) {
        if (spoken(a) != spoken(b)) return spoken(a);
        if (a->opened_at != b->opened_at) return a->opened_at < b->opened_at;
        return known(a->impact.value_per_minute) > known(b->impact.value_per_minute);
    });
}

void Ranker::value(Incident& incident) const {
    std::map<std::string, const WarningRevision*> services;
    for (const WarningRevision* w : incident.parts) services.emplace(w->service, w);
    WarningRevision& head = incident.head();
    incident.value_per_minute = head.incident.at_risk = 0;
    std::set<ServiceIndex> paid_above;  // behind one of the others that knows its value
    for (const auto& [name, w] : services) {
        if (!(w->impact.value_per_minute > 0)) continue;
        const ServiceIndex s = inventory_.find_service(name);
        if (s == kNoIndex) continue;
        for (const ServiceIndex behind : inventory_.reach(s))
            if (behind != s) paid_above.insert(behind);
    }
    for (const auto& [name, w] : services) {
        if (!name.empty()) head.incident.services.push_back(name);
        if (paid_above.contains(inventory_.find_service(name))) continue;
        incident.value_per_minute += known(w->impact.value_per_minute);
        if (w->impact.currency == head.impact.currency) head.incident.at_risk += known(w->impact.at_risk);
    }
}

void Ranker::judge(EventTime now, double value_unknown, Incident& incident) const {
    double likely = 0, left = 1e9;
    bool broken = false, special = false;
    const CalendarEntry* day = nullptr;
    for (const WarningRevision* w : incident.parts) {
        likely = std::max(likely, probability(*w));
        left = std::min(left, minutes_left(*w, now));
        broken = broken || w->breached;
        const ServiceIndex s = inventory_.find_service(w->service);
        if (s == kNoIndex) continue;
        const ServiceModel* model = inventory_.services()[s].model;
        special = special || (model != nullptr && model->service_class == ServiceClass::differentiator);
        if (day == nullptr) day = entry_for_service(inventory_.model(), CalendarKind::priority, w->service, now - Micros{1});
    }
    const bool valued = incident.value_per_minute > 0;
    incident.priority = likely * at_risk(valued ? incident.value_per_minute : value_unknown) * kHandMinutes / (kHandMinutes + left) *
                        (special ? kDifferentiator : 1) * (day != nullptr ? kPriorityDay : 1);
    const WarningRevision& head = incident.head();
    const std::string currency = head.impact.currency.empty() ? "" : head.impact.currency + " ";
    incident.reason = head.incident.at_risk > 0 ? currency + readable_number(head.incident.at_risk) + " at risk" : "value unknown";
    incident.reason += broken ? ", broken now" : left < 1 ? ", no time left" : ", " + readable_number(std::floor(left)) + " min left";
    if (special) incident.reason += ", differentiator";
    if (day != nullptr) incident.reason += ", " + day->name;
}

void Ranker::put(Incident& incident, uint32_t rank) {
    WarningRevision& head = incident.head();
    Known& speaker = known_[head.id];
    if (speaker.incident.empty()) speaker.incident = "i-" + head.id.substr(std::min<size_t>(2, head.id.size()));
    for (WarningRevision* w : incident.parts) {
        Known& k = known_[w->id];
        if (k.incident.empty()) k.incident = speaker.incident;
        w->incident.id = speaker.incident;
        if (w != &head) w->incident.parent = head.id;
        w->incident.quiet = w != &head && !k.spoken;
        w->rank = rank;
        w->priority = incident.priority;
        w->rank_reason = incident.reason;
        if (incident.after != nullptr) w->after = incident.after->id;
        if (w != &head) {
            w->sentence += " One story with " + what_to_fix(head, true) + ", where it is told.";
            continue;
        }
        if (head.incident.services.size() > 1) w->sentence += " It takes " + names_of(head.incident.services, head.service) + " with it.";
        if (incident.after != nullptr) w->sentence += " Fix " + what_to_fix(*incident.after, true) + " before this: " + incident.after->rank_reason + ".";
        else if (incident.before != nullptr) w->sentence += " Fix this before " + what_to_fix(*incident.before, true) + ".";
    }
}

// What was said of warnings that are open gets what was found out about them; the others end as they were known.
void Ranker::complete(const std::vector<Incident>& incidents, std::vector<WarningRevision>& said) {
    std::map<std::string, const WarningRevision*> now;
    for (const Incident& i : incidents)
        for (const WarningRevision* w : i.parts) now.emplace(w->id, w);
    for (WarningRevision& w : said) {
        Known& k = known_[w.id];
        if (const auto found = now.find(w.id); found != now.end() && w.state != WarningState::resolved) {
            w = *found->second;
            k.spoken = k.spoken || w.incident.parent.empty();
        } else {
            w.incident.id = k.incident;
            w.incident.quiet = !k.spoken;
        }
    }
    std::erase_if(known_, [&](const auto& entry) { return !now.contains(entry.first); });
}

void Ranker::rank(EventTime now, std::vector<WarningRevision>& open, std::vector<WarningRevision>& said) {
    if (open.empty() && said.empty()) return;
    std::vector<Incident> incidents = join(open);
    std::vector<double> values;
    for (Incident& i : incidents) {
        choose_head(i);
        value(i);
        if (i.value_per_minute > 0) values.push_back(i.value_per_minute);
    }
    std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
    const double unknown = values.empty() ? 1 : values[values.size() / 2];
    for (Incident& i : incidents) judge(now, unknown, i);
    std::stable_sort(incidents.begin(), incidents.end(), [](const Incident& a, const Incident& b) {
        if (a.priority != b.priority) return a.priority > b.priority;
        return a.head().id < b.head().id;
    });
    std::map<std::string, Incident*> of_owner;  // the last one of each
    for (Incident& i : incidents) {
        i.head().rank_reason = i.reason;
        Incident*& last = of_owner[i.head().owner];
        if (last != nullptr) {
            i.after = last->after != nullptr ? last->after : &last->head();
            if (last->before == nullptr) last->before = &i.head();
        }
        last = &i;
    }
    uint32_t rank = 0;
    for (Incident& i : incidents) put(i, ++rank);
    complete(incidents, said);
    std::vector<WarningRevision> ordered;
    for (const Incident& i : incidents)
        for (WarningRevision* w : i.parts) ordered.push_back(std::move(*w));
    open = std::move(ordered);
}

}  // namespace foreshock
