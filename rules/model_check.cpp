// What can only be judged when the whole model is there.
#include <algorithm>
#include <set>

#include "rules/model_draft.h"
#include "rules/values.h"

namespace foreshock {
namespace {

template <class T>
std::vector<std::string_view> names_of(const std::vector<T>& entries) {
    std::vector<std::string_view> out;
    for (const T& e : entries) out.push_back(e.name);
    return out;
}

void check_names(const ModelDraft& draft, Problems& problems) {
    const auto services = names_of(draft.model.services), resources = names_of(draft.model.resources);
    const std::set<std::string_view> known_services(services.begin(), services.end()), known_resources(resources.begin(), resources.end());
    for (const NameReference& r : draft.references) {
        const bool service = r.kind == NameReference::Kind::service;
        const auto& known = service ? known_services : known_resources;
        if (known.contains(r.name) || (r.only_if_modeled && known.empty())) continue;
        const std::string_view part = service ? "services" : "resources";
        std::string hint;
        if (const auto near = nearest(r.name, service ? services : resources); !near.empty()) hint = "did you mean '" + std::string(near) + "'? ";
        hint += "Else add it under " + std::string(part) + ": " + r.name + ": {}";
        if (hint.starts_with("Else ")) hint = "a" + hint.substr(6);
        problems.add(r.place, r.key + ": unknown " + std::string(service ? "service " : "resource ") + in_quotes(r.name), hint);
    }
}

// Finds cycles of synchronous calls, depth first with an explicit stack. Each cycle is reported once, at the call that closes it.
class CycleCheck {
public:
    CycleCheck(const ModelDraft& draft, Problems& problems) : draft_(draft), problems_(problems) {
        for (size_t i = 0; i < services().size(); ++i) index_.emplace(services()[i].name, i);
        mark_.resize(services().size());
    }

    void run() {
        for (size_t i = 0; i < services().size(); ++i) {
            if (mark_[i] == Mark::unseen) from(i);
        }
    }

private:
    enum class Mark : uint8_t { unseen, on_path, done };
    struct Step {
        size_t service;
        size_t next_call = 0;
    };

    const std::vector<ServiceModel>& services() const { return draft_.model.services; }

    void from(size_t start) {
        path_.assign(1, {start});
        mark_[start] = Mark::on_path;
        while (!path_.empty()) {
            Step& step = path_.back();
            const auto& calls = services()[step.service].calls;
            if (step.next_call == calls.size()) {
                mark_[step.service] = Mark::done;
                path_.pop_back();
            } else if (const Call& call = calls[step.next_call++]; !call.asynchronous) {
                follow(call, step.service);
            }
        }
    }

    void follow(const Call& call, size_t caller) {
        const auto callee = index_.find(call.service);
        if (callee == index_.end()) return;  // an unknown service has its own problem
        if (mark_[callee->second] == Mark::on_path) return report(call, caller, callee->second);
        if (mark_[callee->second] == Mark::done) return;
        mark_[callee->second] = Mark::on_path;
        path_.push_back({callee->second});
    }

    void report(const Call& call, size_t caller, size_t callee) {
        const auto begin = std::ranges::find(path_, callee, &Step::service);
        std::string cycle;
        for (auto at = begin; at != path_.end(); ++at) cycle += services()[at->service].name + " -> ";
        const auto place = draft_.places.find("services." + services()[caller].name + ".calls." + call.service);
        problems_.add(place == draft_.places.end() ? Place{} : place->second, "calls: services wait for each other: " + cycle + call.service,
                      "mark the call that nobody waits for: {" + call.service + ": {asynchronous: true}}");
    }

    const ModelDraft& draft_;
    Problems& problems_;
    std::map<std::string_view, size_t> index_;
    std::vector<Mark> mark_;
    std::vector<Step> path_;
};

void check_windows(const ModelDraft& draft, Micros slot_length, Problems& problems) {
    for (const auto& [window, place] : draft.windows) {
        if (window.count() % slot_length.count() == 0 && window >= slot_length) continue;
        const Micros whole = slot_length * std::max<int64_t>(1, (window + slot_length / 2) / slot_length);
        problems.add(place, "window: " + duration_text(window) + " is not a whole number of slots of " + duration_text(slot_length),
                     "write " + duration_text(whole) + ", or change slots.length");
    }
}

void note_metric(const ModelDraft& draft, const ServiceModel& service, const Slo& slo, Problems& notes) {
    const auto resource = std::ranges::find(draft.model.resources, slo.resource, &ResourceModel::name);
    if (resource == draft.model.resources.end() || slo.metric.empty()) return;
    const auto metrics = names_of(resource->metrics);
    if (std::ranges::find(metrics, slo.metric) != metrics.end()) return;
    const auto near = nearest(slo.metric, metrics);
    const auto place = draft.places.find("services." + service.name + ".slos." + slo.name);
    if (near.empty() || place == draft.places.end()) return;
    notes.add(place->second, in_quotes(slo.resource) + " lists no metric " + in_quotes(slo.metric) + ", which this promise is about", "did you mean '" + std::string(near) + "'? Else add it under metrics");
}

}  // namespace

void note_model(const ModelDraft& draft, Problems& notes) {
    for (const ServiceModel& service : draft.model.services)
        for (const Slo& slo : service.slos) note_metric(draft, service, slo, notes);
}

void check_model(ModelDraft& draft, Micros slot_length, Problems& problems) {
    check_names(draft, problems);
    CycleCheck(draft, problems).run();
    check_windows(draft, slot_length, problems);
    check_views(draft, problems);
    check_promises(draft, problems);
}

}  // namespace foreshock
