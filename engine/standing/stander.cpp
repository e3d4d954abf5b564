#include "engine/standing/stander.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/plan/calendar.h"
#include "engine/plan/renumbering.h"
#include "engine/standing/roll_up.h"

namespace foreshock {
namespace {

constexpr double kSilentSeconds = 120, kSilentGaps = 3;  // no report for so long, and for so many usual distances of reports
constexpr double kMissed = 20;            // expected transactions that did not come
constexpr double kLongSilence = 3600;     // whatever was expected

bool expects_transactions(const ServiceModel& m) {
    return std::ranges::any_of(m.slos, [](const Slo& s) { return s.resource.empty() && s.indicator != Indicator::composite; });
}

bool stopped(const ServiceState& s) {
    if (s.silent_seconds <= kSilentSeconds) return false;
    return s.silent_seconds >= kLongSilence || s.volume.baseline * s.silent_seconds >= kMissed;
}

bool stopped(const GaugeState& g) { return g.silent_seconds > std::max(kSilentSeconds, kSilentGaps * g.usual_gap); }

}  // namespace

struct Stander::State {
    State(const Inventory& i, const EngineOptions& o) : inventory(i), options(o) { plan(); }

    struct Node {
        const ViewNode* model = nullptr;
        std::vector<uint32_t> members;  // services first, then nodes of the view
        std::vector<bool> is_node;
    };

    const Inventory& inventory;
    const EngineOptions& options;
    std::vector<ServiceIndex> order;               // callees before callers
    std::vector<std::vector<Node>> views;
    std::vector<std::vector<uint32_t>> view_order; // members before nodes
    struct Said {
        Condition condition = Condition::unknown;
        Missing missing = Missing::none;
        bool said = false;
    };
    std::vector<Said> before;                      // nodes of all views, then services
    Standings out;

    void plan();
    void plan_views();
    void visit(ServiceIndex s, std::vector<uint8_t>& mark);
    void visit_node(size_t view, uint32_t node, std::vector<uint8_t>& mark);
    void judge_own(const Signals& signals, const Forecasts& forecasts);
    void find_missing(ServiceIndex s, const Signals& signals, Standing& standing) const;
    void roll_up_service(ServiceIndex s);
    void roll_up_view(size_t view);
    void report_changes();
};

Stander::Stander(const Inventory& inventory, const EngineOptions& options) : state_(std::make_unique<State>(inventory, options)) {}
Stander::~Stander() = default;

void Stander::State::visit(ServiceIndex s, std::vector<uint8_t>& mark) {
    if (mark[s] != 0) return;
    mark[s] = 1;
    if (const ServiceModel* m = inventory.services()[s].model; m != nullptr) {
        for (const Call& c : m->calls) visit(inventory.find_service(c.service), mark);
    }
    order.push_back(s);
}

void Stander::State::visit_node(size_t view, uint32_t node, std::vector<uint8_t>& mark) {
    if (mark[node] != 0) return;
    mark[node] = 1;
    const Node& n = views[view][node];
    for (size_t i = 0; i < n.members.size(); ++i) if (n.is_node[i]) visit_node(view, n.members[i], mark);
    view_order[view].push_back(node);
}

void Stander::State::plan() {
    std::vector<uint8_t> mark(inventory.services().size());
    for (ServiceIndex s = 0; s < mark.size(); ++s) visit(s, mark);
    plan_views();
}

void Stander::State::plan_views() {
    for (const View& view : inventory.model().views) {
        std::vector<Node>& nodes = views.emplace_back();
        std::map<std::string_view, uint32_t> numbers;
        for (uint32_t n = 0; n < view.nodes.size(); ++n) numbers[view.nodes[n].name] = n;
        for (const ViewNode& model : view.nodes) {
            Node& node = nodes.emplace_back();
            node.model = &model;
            for (const Call& c : model.members) {
                const auto inner = numbers.find(c.service);
                node.is_node.push_back(inner != numbers.end());
                node.members.push_back(inner != numbers.end() ? inner->second : inventory.find_service(c.service));
            }
        }
        view_order.emplace_back();
        std::vector<uint8_t> mark(nodes.size());
        for (uint32_t n = 0; n < nodes.size(); ++n) visit_node(views.size() - 1, n, mark);
    }
}

// What the model expects of the service and is not there; of several the first, transactions before metrics.
void Stander::State::find_missing(ServiceIndex s, const Signals& signals, Standing& standing) const {
    const ServiceEntry& service = inventory.services()[s];
    standing.missing = Missing::none;
    standing.missing_gauge = kNoIndex;
    const auto lacks = [&](bool came, bool stop, GaugeIndex gauge) {
        if (came && !stop) return false;
        standing.missing = !came ? Missing::never_came : signals.all_silent ? Missing::sources_silent : Missing::silent;
        standing.missing_gauge = gauge;
        return true;
    };
    const ServiceState& state = signals.services[s];
    const bool expected = service.model != nullptr && expects_transactions(*service.model);
    if ((expected || state.seen) && lacks(state.seen, stopped(state), kNoIndex)) return;
    for (const ResourceIndex r : service.resources) {
        const ResourceModel* model = inventory.resources()[r].model;
        for (const GaugeIndex g : inventory.resources()[r].gauges) {
            const bool modeled = model != nullptr && std::ranges::find(model->metrics, inventory.gauges()[g].metric, &MetricModel::name) != model->metrics.end();
            const GaugeState& gauge = signals.gauges[g];
            const bool came = !std::isnan(gauge.value);
            if ((modeled || came) && lacks(came, stopped(gauge), g)) return;
        }
    }
}

void Stander::State::judge_own(const Signals& signals, const Forecasts& forecasts) {
    struct Seen { bool violated = false, at_risk = false, known = false, judged = false; };
    std::vector<Seen> seen(inventory.services().size());
    for (const SloState& s : signals.slos) {
        Seen& x = seen[s.service];
        x.judged = true;
        x.known = x.known || !std::isnan(s.value);
        x.violated = x.violated || s.violated;
        x.at_risk = x.at_risk || std::ranges::any_of(s.budget.burn, [](const BurnState& b) { return b.burning; });
    }
    for (const BreachForecast& f : forecasts.promises) {
        seen[f.service].violated = seen[f.service].violated || f.violated;
        seen[f.service].at_risk = seen[f.service].at_risk || f.probability >= options.warn.raise_probability;
    }
    for (ServiceIndex s = 0; s < seen.size(); ++s) {
        Standing& standing = out.services[s];
        const ServiceEntry& service = inventory.services()[s];
        find_missing(s, signals, standing);
        const bool comes = signals.services[s].seen || std::ranges::any_of(service.resources, [&](ResourceIndex r) {
            return std::ranges::any_of(inventory.resources()[r].gauges, [&](GaugeIndex g) { return !std::isnan(signals.gauges[g].value); });
        });
        if (standing.missing == Missing::none && seen[s].judged && !seen[s].known) standing.missing = Missing::too_little;
        if (standing.missing == Missing::none && !comes && !seen[s].judged) standing.missing = Missing::nothing_measured;
        standing.empty = standing.missing == Missing::nothing_measured && service.model != nullptr && !service.model->calls.empty();
        const bool maintenance = service.model != nullptr && entry_for_service(inventory.model(), CalendarKind::maintenance, service.name, signals.start) != nullptr;
        standing.own = seen[s].violated                        ? Condition::broken
                       : seen[s].at_risk                       ? Condition::at_risk
                       : standing.missing != Missing::none     ? Condition::unknown
                                                               : Condition::ok;
        if (maintenance) standing.own = Condition::maintenance;
    }
}

void Stander::State::roll_up_service(ServiceIndex s) {
    Standing& standing = out.services[s];
    standing.condition = standing.own;
    standing.because = kItself;
    const ServiceModel* model = inventory.services()[s].model;
    if (model == nullptr || model->calls.empty()) return;
    std::vector<Member> members;
    std::vector<ServiceIndex> numbers;
    for (const Call& c : model->calls) {
        numbers.push_back(inventory.find_service(c.service));
        members.push_back({out.services[numbers.back()].condition, c.weight, c.roll_up, c.group, c.needs});
    }
    const RolledUp rolled = model->roll_up_weighted ? weighted(members) : worst_of(members);
    if (rolled.condition <= standing.own && !standing.empty) return;
    standing.condition = rolled.condition;
    if (rolled.because != kItself) standing.because = numbers[rolled.because];
}

void Stander::State::roll_up_view(size_t view) {
    for (const uint32_t n : view_order[view]) {
        const Node& node = views[view][n];
        std::vector<Member> members;
        for (size_t i = 0; i < node.members.size(); ++i) {
            const Call& c = node.model->members[i];
            const Condition x = node.is_node[i] ? out.views[view].nodes[node.members[i]].condition : out.services[node.members[i]].condition;
            members.push_back({x, c.weight, c.roll_up, c.group, c.needs});
        }
        RolledUp rolled = node.model->needs > 0 ? needed(members, node.model->needs) : node.model->weighted ? weighted(members) : worst_of(members);
        const bool nobody = std::ranges::all_of(members, [](const Member& m) { return m.rule == RollUp::ignore; });
        if (nobody) rolled = {Condition::unknown, kItself};
        Standing& standing = out.views[view].nodes[n];
        standing.own = standing.condition = rolled.condition;
        standing.missing = nobody ? Missing::nothing_measured : Missing::none;
        standing.because = rolled.because;
        standing.empty = true;
    }
}

void Stander::State::report_changes() {
    out.changes.clear();
    size_t i = 0;
    const auto look = [&](bool in_view, uint32_t view, uint32_t node, const Standing& now) {
        if (i >= before.size()) before.emplace_back();
        Said& last = before[i++];
        const Missing missing = now.condition == Condition::unknown ? now.missing : Missing::none;
        if (last.said && last.condition == now.condition && last.missing == missing) return;
        out.changes.push_back({in_view, view, node, last.condition, now.condition});
        last = {now.condition, missing, true};
    };
    for (uint32_t v = 0; v < out.views.size(); ++v)
        for (uint32_t n = 0; n < out.views[v].nodes.size(); ++n) look(true, v, n, out.views[v].nodes[n]);
    for (ServiceIndex s = 0; s < out.services.size(); ++s) look(false, 0, s, out.services[s]);
}

const Standings& Stander::judge(const Signals& signals, const Forecasts& forecasts) {
    State& s = *state_;
    s.out.services.resize(s.inventory.services().size());
    s.out.views.resize(s.views.size());
    for (size_t v = 0; v < s.views.size(); ++v) s.out.views[v].nodes.resize(s.views[v].size());
    s.judge_own(signals, forecasts);
    for (const ServiceIndex x : s.order) s.roll_up_service(x);
    for (ServiceIndex x = static_cast<ServiceIndex>(s.order.size()); x < s.out.services.size(); ++x) s.roll_up_service(x);  // discovered
    for (size_t v = 0; v < s.views.size(); ++v) s.roll_up_view(v);
    s.report_changes();
    return s.out;
}

void Stander::archive(Archive& a) {
    archive_numbered(a, state_->before, &Renumbering::standings);
    if (!a.restoring()) return;
    for (const State::Said& s : state_->before) {
        if (s.condition > Condition::broken || s.missing > Missing::engine_behind) return a.fail();
    }
}

}  // namespace foreshock
