// Promises that are built on others. A promise should not be better than what it is built on: parts that all have to hold
// multiply, of parts that stand in for each other so many as are needed have to hold, all taken as failing independently.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "rules/model_draft.h"
#include "rules/values.h"

namespace foreshock {
namespace {

struct Part {
    std::string name;
    double objective;
};

// That at least `needs` of the parts hold.
double at_least(const std::vector<Part>& parts, size_t needs) {
    std::vector<double> holding{1};  // [n]: that just n of those seen so far hold
    for (const Part& p : parts) {
        holding.push_back(0);
        for (size_t n = holding.size(); n-- > 0;) holding[n] = holding[n] * (1 - p.objective) + (n > 0 ? holding[n - 1] * p.objective : 0);
    }
    double sum = 0;
    for (size_t n = needs; n < holding.size(); ++n) sum += holding[n];
    return sum;
}

// That the weighted share of those that do not hold stays below `below`; 1 where the weights are too many to tell.
double weighted_below(const std::vector<std::pair<Part, double>>& parts, double below) {
    constexpr size_t kMostSums = 100'000;
    std::map<int64_t, double> failing{{0, 1}};  // by weight in millionths
    double all = 0;
    for (const auto& [part, weight] : parts) {
        std::map<int64_t, double> next;
        for (const auto& [sum, p] : failing) {
            next[sum] += p * part.objective;
            next[sum + std::llround(weight * 1e6)] += p * (1 - part.objective);
        }
        if (next.size() > kMostSums) return 1;
        failing = std::move(next);
        all += weight;
    }
    double holds = 0;
    for (const auto& [sum, p] : failing) if (static_cast<double>(sum) * 1e-6 < below * all - 1e-9) holds += p;
    return holds;
}

std::string percent(double share) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4f", std::floor(share * 1e6 + 1e-6) / 1e4);
    std::string s = text;
    s.erase(s.find_last_not_of('0') + 1);
    if (s.back() == '.') s.pop_back();
    return s + "%";
}

std::string joined(const std::vector<Part>& parts) {
    std::string out;
    for (const Part& p : parts) out += (out.empty() ? "" : ", ") + p.name + " " + percent(p.objective);
    return out;
}

bool of_availability(const Slo& s) {
    return s.indicator == Indicator::availability || s.indicator == Indicator::value_availability || s.indicator == Indicator::error_ratio ||
           s.indicator == Indicator::composite;
}

class PromiseCheck {
public:
    PromiseCheck(ModelDraft& draft, Problems& problems) : draft_(draft), problems_(problems) {
        for (ServiceModel& s : draft.model.services) {
            services_.emplace(s.name, &s);
            for (Slo& slo : s.slos) slos_.emplace(s.name + "." + slo.name, std::pair{&s, &slo});
        }
    }

    void run() {
        for (const auto& [name, at] : slos_) resolve(*at.first, *at.second);
        for (const auto& [name, at] : slos_) {
            std::vector<std::string> path;
            if (at.second->indicator == Indicator::composite && in_cycle(name, path)) return;  // nothing to multiply
        }
        for (const auto& [name, at] : slos_) {
            if (at.second->indicator == Indicator::composite) check_composite(*at.first, *at.second);
            else check_calls(*at.first, *at.second);
        }
    }

private:
    Place place_of(const std::string& key) const {
        const auto at = draft_.places.find(key);
        return at == draft_.places.end() ? Place{} : at->second;
    }
    static std::string key_of(const ServiceModel& s, const Slo& slo) { return "services." + s.name + ".slos." + slo.name; }

    // "payment.latency" becomes service and SLO; either name may hold dots.
    void resolve(const ServiceModel& service, Slo& slo) {
        for (SloPart& p : slo.parts) {
            const auto at = slos_.find(p.service);
            if (at != slos_.end()) {
                p.slo = at->second.second->name;
                p.service = at->second.first->name;
                continue;
            }
            std::vector<std::string_view> known;
            for (const auto& [name, unused] : slos_) known.push_back(name);
            const auto near = nearest(p.service, known);
            problems_.add(place_of(key_of(service, slo) + ".of." + p.service), "of: unknown promise " + in_quotes(p.service),
                          near.empty() ? "write service.slo" : "did you mean '" + std::string(near) + "'?");
        }
    }

    bool in_cycle(const std::string& name, std::vector<std::string>& path) {
        const auto at = slos_.find(name);
        if (at == slos_.end() || done_.contains(name)) return false;
        if (const auto again = std::ranges::find(path, name); again != path.end()) {
            std::string cycle;
            for (auto it = again; it != path.end(); ++it) cycle += *it + " -> ";
            problems_.add(place_of(key_of(*at->second.first, *at->second.second)), "of: promises are built on each other: " + cycle + name, "take one of them out");
            return true;
        }
        path.push_back(name);
        for (const SloPart& p : at->second.second->parts) {
            if (in_cycle(p.service + "." + p.slo, path)) return true;
        }
        path.pop_back();
        done_.emplace(name, true);
        return false;
    }

    void check_composite(const ServiceModel& service, const Slo& slo) {
        if (!slo.objective) return;
        std::vector<Part> parts;
        std::vector<std::pair<Part, double>> weights;
        for (const SloPart& p : slo.parts) {
            const auto at = slos_.find(p.service + "." + p.slo);
            if (at == slos_.end()) return;  // has a problem of its own
            if (!at->second.second->objective) {
                draft_.notices.push_back({place_of(key_of(service, slo) + ".of." + at->first), "of: " + in_quotes(at->first) + " has no objective",
                                          "give it one, so that what is built on it can be checked"});
                return;
            }
            parts.push_back({at->first, *at->second.second->objective});
            weights.emplace_back(parts.back(), p.weight);
        }
        const double most = slo.weighted ? weighted_below(weights, slo.below) : at_least(parts, slo.needs > 0 ? slo.needs : parts.size());
        if (*slo.objective <= most + 1e-12) return;
        problems_.add(place_of(key_of(service, slo)), "objective: " + percent(*slo.objective) + " is more than what it is built on allows: " + percent(most) + " (" + joined(parts) + ")",
                      "promise at most " + percent(most) + ", or have its parts promise more");
    }

    // What a service promises to those who call it: the best of its promises about availability.
    std::optional<Part> promised(const std::string& name) const {
        const auto at = services_.find(name);
        if (at == services_.end()) return std::nullopt;
        std::optional<Part> best;
        for (const Slo& s : at->second->slos) {
            if (s.objective && of_availability(s) && (!best || *s.objective > best->objective)) best = Part{name + "." + s.name, *s.objective};
        }
        return best;
    }

    // All that has to hold for a service to hold, each once: what is called, and behind a callee that promises nothing what that
    // one calls. `seen` are services on the way.
    void collect(const ServiceModel& service, std::map<std::string, double>& all, std::set<std::string>& seen) const {
        std::map<std::string, std::pair<std::vector<Part>, size_t>> groups;
        for (const Call& call : service.calls) {
            const auto callee = services_.find(call.service);
            if (call.asynchronous || call.optional || callee == services_.end()) continue;
            const auto part = promised(call.service);
            if (!call.group.empty()) {
                auto& [members, needs] = groups[service.name + " " + call.group];
                const auto member = part ? part : behind(*callee->second, seen);
                members.push_back(member.value_or(Part{call.service, 1}));  // of what nothing is known all may be hoped
                needs = std::max<size_t>(needs, call.needs);
            } else if (part) {
                all.emplace(part->name, part->objective);
            } else if (seen.insert(call.service).second) {
                collect(*callee->second, all, seen);
            }
        }
        for (const auto& [name, group] : groups)
            if (const double share = at_least(group.first, std::min(group.second, group.first.size())); share < 1) all.emplace(name, share);
    }

    // What a service that promises nothing itself can keep, by what it calls.
    std::optional<Part> behind(const ServiceModel& service, std::set<std::string> seen) const {
        std::map<std::string, double> all;
        if (seen.insert(service.name).second) collect(service, all, seen);
        double share = 1;
        for (const auto& [name, objective] : all) share *= objective;
        return all.empty() ? std::nullopt : std::optional(Part{service.name, share});
    }

    void check_calls(const ServiceModel& service, const Slo& slo) {
        if (!slo.objective || !of_availability(slo)) return;
        std::map<std::string, double> needed;
        std::set<std::string> seen{service.name};
        collect(service, needed, seen);
        std::vector<Part> all;
        for (const auto& [name, objective] : needed) all.push_back({name, objective});
        const double most = at_least(all, all.size());
        if (*slo.objective <= most + 1e-12) return;
        draft_.notices.push_back({place_of(key_of(service, slo)), "objective: " + percent(*slo.objective) + " is more than what it calls allows: " + percent(most) + " (" + joined(all) + ")",
                                  "promise at most " + percent(most) + ", or mark calls that it can do without: {optional: true}"});
    }

    ModelDraft& draft_;
    Problems& problems_;
    std::map<std::string, ServiceModel*> services_;
    std::map<std::string, std::pair<ServiceModel*, Slo*>> slos_;  // by "service.slo"
    std::map<std::string, bool> done_;
};

}  // namespace

void check_promises(ModelDraft& draft, Problems& problems) { PromiseCheck(draft, problems).run(); }

}  // namespace foreshock
