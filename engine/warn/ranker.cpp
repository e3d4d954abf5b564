#include "engine/warn/ranker.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <ranges>

#include "engine/plan/calendar.h"
#include "engine/warn/sentence.h"

namespace foreshock {
namespace {

constexpr double kFailingShare = 0.5;   // of the value, while a promise is broken
constexpr double kBrokenMinutes = 15;   // that it stays broken
constexpr double kHandMinutes = 5;      // what a person needs to act: so much less left counts twice
constexpr double kUnhurriedMinutes = 15;  // left for what a rule of the user's says, unless it is critical
constexpr double kDifferentiator = 3, kCampaign = 2, kPriorityDay = 1000;
constexpr double kRuleProbability = 0.5;  // of a rule of the user's that is not critical

bool builtin(const WarningRevision& w) { return w.rule == "builtin"; }
bool of_user(const WarningRevision& w) { return !builtin(w) && w.rule != "calendar"; }

double known(double x) { return x > 0 ? x : 0; }

double probability(const WarningRevision& w) {
    if (w.breached) return 1;
    return std::isnan(w.probability) ? (w.severity == Severity::critical ? 1 : kRuleProbability) : w.probability;
}

bool has_deadline(const WarningRevision& w) { return w.breached || w.act_before != EventTime{}; }

double minutes_left(const WarningRevision& w, EventTime now) {
    if (!has_deadline(w)) return w.severity == Severity::critical ? 0 : kUnhurriedMinutes;
    return w.breached ? 0 : std::max(0.0, to_seconds(w.act_before - now) / 60);
}

// A campaign of the calendar that brings more than usual.
const CalendarEntry* campaign_of(const Model& model, std::string_view service, EventTime t) {
    const auto runs = [&](const CalendarEntry& e) {
        return e.kind == CalendarKind::campaign && e.expected_ratio.value_or(2) > 1 && concerns_service(e, service) && occurrence_at(e, t) != nullptr;
    };
    const auto found = std::ranges::find_if(model.calendar, runs);
    return found == model.calendar.end() ? nullptr : &*found;
}

// What somebody has to touch: "`db-1` of payment", "payment".
std::string what_to_fix(const WarningRevision& w, bool with_service) {
    if (w.rule == "calendar") return w.slo + " of " + w.service;
    if (w.resource.name.empty()) return w.service.empty() ? w.rule : w.service;
    return "`" + w.resource.name + "`" + (with_service && !w.service.empty() ? " of " + w.service : "");
}

std::string list_of(const std::vector<std::string>& names) {
    constexpr size_t kNamed = 3;
    std::string out;
    const size_t shown = names.size() > kNamed + 1 ? kNamed : names.size();
    for (size_t i = 0; i < shown; ++i) out += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
    return shown < names.size() ? out + " and " + std::to_string(names.size() - shown) + " more" : out;
}

std::string money(const std::string& currency, double amount) { return (currency.empty() ? "" : currency + " ") + readable_number(amount); }

}  // namespace

double at_risk(double value_per_minute) { return known(value_per_minute) * kFailingShare * kBrokenMinutes; }

// One story: warnings of the same resource; and one that names no resource, with those of its own service or of the nearest that it
// waits for. A rule of the user's belongs to the story of the resource or service that it speaks of.
std::vector<Ranker::Incident> Ranker::join(std::vector<WarningRevision>& open) const {
    std::vector<size_t> group(open.size());
    std::iota(group.begin(), group.end(), size_t{0});
    const auto root = [&](size_t i) { while (group[i] != i) i = group[i]; return i; };
    const auto unite = [&](size_t i, size_t k) { const size_t a = root(i), b = root(k); group[std::max(a, b)] = std::min(a, b); };
    std::map<std::string, size_t> by_resource;
    std::map<std::string, std::vector<size_t>> by_service;
    const auto add = [&](size_t i) {
        if (!open[i].service.empty()) by_service[open[i].service].push_back(i);
        if (!open[i].resource.name.empty()) unite(by_resource.emplace(open[i].resource.name, i).first->second, i);
    };
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
    const auto of_its_service = [&](size_t i) {
        for (const size_t k : by_service[open[i].service])
            if (open[i].resource.name.empty() || open[k].resource.name.empty()) return k;
        return i;
    };
    for (size_t i = 0; i < open.size(); ++i)
        if (builtin(open[i])) add(i);
    for (size_t i = 0; i < open.size(); ++i)
        if (builtin(open[i]) && open[i].resource.name.empty()) unite(i, nearest(i));
    for (size_t i = 0; i < open.size(); ++i) {
        if (!of_user(open[i])) continue;
        if (!by_resource.contains(open[i].resource.name) && !open[i].service.empty()) unite(i, of_its_service(i));
        add(i);
    }
    std::map<size_t, Incident> incidents;
    for (size_t i = 0; i < open.size(); ++i) incidents[root(i)].parts.push_back(&open[i]);
    std::vector<Incident> out;
    for (auto& [first, incident] : incidents) out.push_back(std::move(incident));
    return out;
}

// A forecast speaks rather than a rule. Who has spoken goes on to speak; else who was first to see it, and of several the one that
// names a resource, then the one that waits for none of the others, then the one with the most to lose.
void Ranker::choose_head(Incident& incident) const {
    if (incident.parts.size() == 1) return;
    std::vector<bool> concerned(inventory_.services().size());
    for (const WarningRevision* w : incident.parts)
        if (const ServiceIndex s = inventory_.find_service(w->service); s != kNoIndex) concerned[s] = true;
    struct Claim {
        bool of_user, silent;
        EventTime opened_at;
        bool no_resource;
        std::ptrdiff_t waits_for;
        double less;
        auto operator<=>(const Claim&) const = default;
    };
    const auto claim = [&](const WarningRevision* w) {
        const auto k = known_.find(w->id);
        const auto waits_for = std::ranges::count_if(behind(w->service), [&](ServiceIndex s) { return concerned[s]; });
        return Claim{of_user(*w), k == known_.end() || !k->second.spoken, w->opened_at, w->resource.name.empty(), waits_for, -known(w->impact.value_per_minute)};
    };
    std::vector<std::pair<Claim, WarningRevision*>> claims;
    for (WarningRevision* w : incident.parts) claims.emplace_back(claim(w), w);
    std::ranges::stable_sort(claims, [](const auto& a, const auto& b) { return std::is_lt(a.first <=> b.first); });
    std::ranges::copy(claims | std::views::values, incident.parts.begin());
}

// Services that it waits for, directly or not.
std::vector<ServiceIndex> Ranker::behind(const std::string& service) const {
    const ServiceIndex own = inventory_.find_service(service);
    if (own == kNoIndex) return {};
    std::vector<ServiceIndex> all = inventory_.reach(own);
    all.erase(all.begin());  // itself
    return all;
}

void Ranker::value(Incident& incident) const {
    std::map<std::string, const WarningRevision*> services;
    for (const WarningRevision* w : incident.parts) {
        const WarningRevision*& known_best = services[w->service];
        if (known_best == nullptr || !(known_best->impact.value_per_minute > 0)) known_best = w;
    }
    std::vector<bool> paid_above(services.size() > 1 ? inventory_.services().size() : 0);  // behind one of the others that knows its value
    for (const auto& [name, w] : services)
        if (!paid_above.empty() && w->impact.value_per_minute > 0)
            for (const ServiceIndex s : behind(name)) paid_above[s] = true;
    WarningRevision& head = incident.head();
    std::map<std::string, double> lost;  // by currency
    incident.value_per_minute = 0;
    for (const auto& [name, w] : services) {
        if (!name.empty()) head.incident.services.push_back(name);
        const ServiceIndex s = inventory_.find_service(name);
        if ((s < paid_above.size() && paid_above[s]) || !(w->impact.value_per_minute > 0)) continue;
        incident.value_per_minute += w->impact.value_per_minute;
        lost[w->impact.currency] += known(w->impact.at_risk);
    }
    const auto most = std::ranges::max_element(lost, {}, [&](const auto& x) { return std::pair(x.first == head.impact.currency, x.second); });
    if (most == lost.end()) return;
    head.incident.currency = most->first;
    head.incident.at_risk = most->second;
    incident.money = money(most->first, most->second);
    for (const auto& [currency, amount] : lost)
        if (currency != most->first) incident.money += " and " + money(currency, amount);
}

// Who has to act: the owner of what runs out, else of the service that is warned of.
std::string Ranker::people(const Incident& incident) const {
    const ResourceIndex r = inventory_.find_resource(incident.head().resource.name);
    const ServiceIndex s = r == kNoIndex ? kNoIndex : inventory_.resources()[r].service;
    const ServiceModel* model = s == kNoIndex ? nullptr : inventory_.services()[s].model;
    return model != nullptr && !model->owner.empty() ? model->owner : incident.head().owner;
}

void Ranker::judge(EventTime now, double value_unknown, Incident& incident) const {
    const WarningRevision& head = incident.head();
    double likely = 0, left = minutes_left(head, now);
    bool broken = false, special = false;
    const CalendarEntry *day = nullptr, *campaign = nullptr;
    for (const WarningRevision* w : incident.parts) {
        likely = std::max(likely, probability(*w));
        if (has_deadline(*w)) left = std::min(left, minutes_left(*w, now));
        broken = broken || w->breached;
        const ServiceIndex s = inventory_.find_service(w->service);
        if (s == kNoIndex) continue;
        const ServiceModel* model = inventory_.services()[s].model;
        special = special || (model != nullptr && model->service_class == ServiceClass::differentiator);
        if (day == nullptr) day = entry_for_service(inventory_.model(), CalendarKind::priority, w->service, now - Micros{1});
        if (campaign == nullptr) campaign = campaign_of(inventory_.model(), w->service, now - Micros{1});
    }
    const bool valued = incident.value_per_minute > 0;
    incident.priority = likely * at_risk(valued ? incident.value_per_minute : value_unknown) * kHandMinutes / (kHandMinutes + left) *
                        (special ? kDifferentiator : 1) * (campaign != nullptr ? kCampaign : 1) * (day != nullptr ? kPriorityDay : 1);
    incident.reason = incident.money.empty() ? "value unknown" : incident.money + " at risk";
    if (broken) incident.reason += ", broken now";
    else if (has_deadline(head)) incident.reason += left < 1 ? ", no time left" : ", " + readable_number(std::floor(left)) + " min left";
    else incident.reason += head.severity == Severity::critical ? ", critical" : ", no deadline";
    if (special) incident.reason += ", differentiator";
    if (campaign != nullptr) incident.reason += ", campaign " + campaign->name;
    if (day != nullptr) incident.reason += ", " + day->name;
}

// Whose trouble the head's is, whom it troubles, and their money where it has none of its own.
std::string Ranker::company(const Incident& incident) const {
    const WarningRevision& head = incident.head();
    std::vector<std::string> before_it, with_it;
    const std::vector<ServiceIndex> callees = behind(head.service);
    for (const std::string& s : head.incident.services)
        if (s != head.service) (std::ranges::find(callees, inventory_.find_service(s)) != callees.end() ? before_it : with_it).push_back(s);
    std::string text = before_it.empty() ? "" : " It waits for " + list_of(before_it) + ".";
    if (!with_it.empty()) text += " It takes " + list_of(with_it) + " with it.";
    if (!(head.impact.value_per_minute > 0) && !incident.money.empty()) text += " " + incident.money + " are at risk.";
    return text;
}

void Ranker::put(Incident& incident, uint32_t rank) {
    WarningRevision& head = incident.head();
    Known& speaker = known_[head.id];
    for (const WarningRevision* w : incident.parts)
        if (const auto k = known_.find(w->id); speaker.incident.empty() && k != known_.end()) speaker.incident = k->second.incident;
    if (speaker.incident.empty()) speaker.incident = "i-" + head.id.substr(std::min<size_t>(2, head.id.size()));
    for (WarningRevision* w : incident.parts) {
        Known& k = known_[w->id];
        if (k.incident.empty()) k.incident = speaker.incident;
        w->incident.id = speaker.incident;
        if (w != &head) w->incident.parent = head.id;
        w->incident.quiet = w != &head && !k.spoken && !of_user(*w);
        w->rank = rank;
        w->priority = incident.priority;
        w->rank_reason = incident.reason;
        if (incident.after != nullptr) w->after = incident.after->id;
        if (w != &head) {
            w->sentence += " One story with " + what_to_fix(head, true) + ", where it is told.";
            continue;
        }
        if (incident.parts.size() > 1) w->sentence += company(incident);
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
            k.spoken = k.spoken || !w.incident.quiet;
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
    std::map<std::string, Incident*> of_people;  // the last one of each
    for (Incident& i : incidents) {
        i.head().rank_reason = i.reason;
        const std::string who = people(i);
        if (who.empty()) continue;
        Incident*& last = of_people[who];
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
