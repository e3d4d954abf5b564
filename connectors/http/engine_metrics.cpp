#include "connectors/http/engine_metrics.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "connectors/format/json_value.h"
#include "connectors/http/prometheus_text.h"
#include "engine/standing/standing_words.h"

namespace foreshock {
namespace {

using Type = PrometheusText::Type;

std::string_view stage_of(DropReason r) { return r < DropReason::late ? "decode" : "ingest"; }

std::string_view slo_name(const Inventory& inventory, const BreachForecast& f) {
    const auto* model = inventory.services()[f.service].model;
    return f.slo == kCapacityPromise || !model || f.slo >= model->slos.size()
               ? "capacity"
               : std::string_view(model->slos[f.slo].name);
}

std::string seconds_text(Micros d) { return std::to_string(d / std::chrono::seconds{1}); }

// Old good news is no news.
Condition shown(Condition c, const Lag& lag) {
    return lag.why != Lag::Why::none && c < Condition::unknown ? Condition::unknown : c;
}

Missing missing_shown(const LiveState::Node& n, const Lag& lag) {
    if (lag.why == Lag::Why::engine_behind) return Missing::engine_behind;
    if (lag.why == Lag::Why::sources_silent) return Missing::sources_silent;
    return n.missing;
}

void put_standings(const DecidedSlot& slot, LiveState& next) {
    const Inventory& inventory = slot.inventory;
    for (const SloState& s : slot.signals.slos) {
        const ServiceEntry& service = inventory.services()[s.service];
        if (service.model == nullptr) continue;
        next.budgets.push_back({service.name, service.model->slos[s.slo].name, s.value, s.budget.kept, s.budget.left, s.violated, s.budget.burn});
    }
    if (slot.standings == nullptr) return;
    for (ServiceIndex s = 0; s < slot.standings->services.size(); ++s) {
        const Standing& x = slot.standings->services[s];
        const ServiceEntry& service = inventory.services()[s];
        next.nodes.push_back({"", service.name, x.own, x.condition, x.missing, service_reason(inventory, x),
                              service.model != nullptr ? service.model->supplier : ""});
    }
    for (size_t v = 0; v < slot.standings->views.size(); ++v) {
        const View& view = inventory.model().views[v];
        for (size_t n = 0; n < view.nodes.size(); ++n) {
            const Standing& x = slot.standings->views[v].nodes[n];
            next.nodes.push_back({view.name, view.nodes[n].name, x.own, x.condition, x.missing, node_reason(inventory, view.nodes[n], x), ""});
        }
    }
}

void put_totals(PrometheusText& out, const RunTotals& t) {
    const auto counter = [&](std::string_view name, std::string_view help, uint64_t n) {
        out.single(name, Type::counter, help, static_cast<double>(n));
    };
    const auto gauge = [&](std::string_view name, std::string_view help, double x) {
        out.single(name, Type::gauge, help, x);
    };
    counter("foreshock_source_records_total", "Records read from all sources.", t.records);
    counter("foreshock_ingest_events_total", "Events used.", t.events);
    out.family("foreshock_dropped_total", Type::counter, "Records and events that ended unused, by stage and reason.");
    for (size_t i = 0; i < kDropReasons; ++i) {
        const auto reason = static_cast<DropReason>(i);
        out.sample(static_cast<double>(t.dropped[i]), {{"stage", stage_of(reason)}, {"reason", to_string(reason)}});
    }
    out.family("foreshock_names_refused_total", Type::counter, "Fields whose name was beyond its bound, by bound.");
    for (size_t i = 0; i < kNameSpaces; ++i)
        if (const auto space = static_cast<NameSpace>(i); space != NameSpace::partition)
            out.sample(static_cast<double>(t.names_refused[i]), {{"bound", to_string(space)}});
    counter("foreshock_window_slots_total", "Slots closed.", t.slots_closed);
    counter("foreshock_window_service_slots_total", "Slots closed, counted once for each service with events in it.",
            t.service_slots_closed);
    counter("foreshock_window_transactions_total", "Transactions counted in closed slots.", t.transactions);
    gauge("foreshock_window_open_slots", "Slots not yet closed.", static_cast<double>(t.open_slots));
    if (t.watermark_us != INT64_MIN && t.watermark_us != INT64_MAX) {
        gauge("foreshock_window_watermark_timestamp_seconds", "Event time up to which everything has been seen.",
              static_cast<double>(t.watermark_us) * 1e-6);
    }
    counter("foreshock_detect_spikes_total", "Spikes of volume or value that opened.", t.spikes);
    out.family("foreshock_warn_revisions_total", Type::counter, "Revisions of warnings, by what they said.");
    out.sample(static_cast<double>(t.warnings_opened), {{"state", "opened"}});
    out.sample(static_cast<double>(t.warnings_updated), {{"state", "updated"}});
    out.sample(static_cast<double>(t.warnings_resolved), {{"state", "resolved"}});
    counter("foreshock_warn_suppressed_total", "Warnings that maintenance of the calendar kept back.", t.warnings_suppressed);
    counter("foreshock_warn_beyond_bound_total", "Warnings kept back because bounds.open_warnings were open.", t.warnings_beyond_bound);
    counter("foreshock_state_checkpoints_total", "Checkpoints written.", t.checkpoints);
    gauge("foreshock_plan_services", "Services known, from the model or discovered.", static_cast<double>(t.services));
    gauge("foreshock_plan_resources", "Resources known.", static_cast<double>(t.resources));
    gauge("foreshock_plan_gauges", "Metrics of resources known.", static_cast<double>(t.gauges));
    gauge("foreshock_run_uptime_seconds", "Time since the start of the process.", t.seconds);
}

void put_state(PrometheusText& out, const LiveState& state) {
    out.family("foreshock_warn_open_warnings", Type::gauge, "Warnings that are open now, by severity.");
    for (const Severity s : {Severity::warning, Severity::critical}) {
        const auto found = state.open_warnings.find(std::string(to_string(s)));
        const uint64_t n = found == state.open_warnings.end() ? 0 : found->second;
        out.sample(static_cast<double>(n), {{"severity", to_string(s)}});
    }
    const auto incidents = std::ranges::count_if(state.warnings, [](const auto& w) { return w.incident.parent.empty(); });
    out.single("foreshock_warn_open_incidents", Type::gauge, "Incidents that are open now: warnings of one story count once.", static_cast<double>(incidents));
    out.family("foreshock_demand_ratio", Type::gauge, "Demand of a service over what is usual for it now.");
    for (const auto& d : state.demand) {
        out.sample(d.volume_ratio, {{"service", d.service}, {"measure", "volume"}});
        out.sample(d.value_ratio, {{"service", d.service}, {"measure", "value"}});
    }
    out.family("foreshock_demand_value_per_minute", Type::gauge, "Value of the transactions of a service per minute.");
    for (const auto& d : state.demand) out.sample(d.value_per_minute, {{"service", d.service}});
    out.family("foreshock_capacity_utilization_ratio", Type::gauge, "Use of a resource over its limit.");
    for (const auto& c : state.capacity) out.sample(c.utilization, {{"resource", c.resource}, {"metric", c.metric}});
    out.family("foreshock_capacity_headroom_ratio", Type::gauge, "Share of a resource's limit that is still free.");
    for (const auto& c : state.capacity) out.sample(c.headroom, {{"resource", c.resource}, {"metric", c.metric}});
    out.family("foreshock_forecast_breach_probability_ratio", Type::gauge,
               "Probability that a service level is broken within the horizon.");
    for (const auto& p : state.promises) out.sample(p.probability, {{"service", p.service}, {"slo", p.slo}});
}

// One number for each resource or service, so that a scaler's query gets just that.
void put_advice(PrometheusText& out, const LiveState& state) {
    out.family("foreshock_capacity_needed_units", Type::gauge, "Units of a resource that keep it below its knee until more could be there.");
    for (const auto& n : state.needs) out.sample(n.needed, {{"resource", n.resource}});
    out.family("foreshock_capacity_units", Type::gauge, "Units of a resource in use.");
    for (const auto& n : state.needs) out.sample(n.units, {{"resource", n.resource}});
    out.family("foreshock_headroom_ratio", Type::gauge, "Share of the way to its knee that is left to a resource; below 0: beyond it.");
    for (const auto& n : state.needs) out.sample(n.headroom, {{"resource", n.resource}});
    out.family("foreshock_demand_forecast_ratio", Type::gauge, "Demand of a service when a unit ordered now would help, over the present one.");
    for (const auto& a : state.ahead) out.sample(a.ratio, {{"service", a.service}});
}

void put_budgets(PrometheusText& out, const LiveState& state) {
    out.family("foreshock_slo_budget_left_ratio", Type::gauge, "Share of the error budget that is left; below 0: overspent.");
    for (const auto& b : state.budgets) out.sample(b.left, {{"service", b.service}, {"slo", b.slo}});
    out.family("foreshock_slo_burn_rate_ratio", Type::gauge, "Times faster than the budget allows, over the long window.");
    for (const auto& b : state.budgets)
        for (const auto& x : b.burn)
            out.sample(x.long_rate, {{"service", b.service}, {"slo", b.slo}, {"window_seconds", seconds_text(x.long_window)}});
    out.family("foreshock_slo_violated", Type::gauge, "1 while the promise is broken.");
    for (const auto& b : state.budgets)
        if (!std::isnan(b.indicator)) out.sample(b.violated ? 1 : 0, {{"service", b.service}, {"slo", b.slo}});
}

void put_campaigns(PrometheusText& out, const LiveState& state) {
    out.family("foreshock_campaign_value", Type::gauge, "Money that a campaign of the calendar has brought so far.");
    for (const auto& c : state.campaigns) out.sample(c.value, {{"campaign", c.name}});
    out.family("foreshock_campaign_projected_value", Type::gauge, "Money that it brings by its end, at this pace.");
    for (const auto& c : state.campaigns) out.sample(c.projected, {{"campaign", c.name}});
    out.family("foreshock_campaign_target_value", Type::gauge, "Money that it is to bring.");
    for (const auto& c : state.campaigns) out.sample(c.target, {{"campaign", c.name}});
}

void put_nodes(PrometheusText& out, const LiveState& state, const Lag& lag) {
    out.family("foreshock_standing_state", Type::gauge, "Always 1; how a service, or a node of a view, stands: ok, maintenance, unknown, at_risk, broken.");
    for (const auto& n : state.nodes) out.sample(1, {{"view", n.view}, {"name", n.name}, {"state", to_string(shown(n.condition, lag))}});
    out.family("foreshock_standing_missing", Type::gauge, "Always 1; why something is not known of a service.");
    for (const auto& n : state.nodes) {
        const Missing why = missing_shown(n, lag);
        if (why != Missing::none && n.view.empty()) out.sample(1, {{"name", n.name}, {"reason", to_string(why)}});
    }
    out.single("foreshock_window_behind_seconds", Type::gauge, "Time between the last decided slot and now.", lag.seconds);
}

void put_rules(PrometheusText& out, const RunTotals& t, const ReloadMetrics& r) {
    out.single("foreshock_match_rules", Type::gauge, "Rules of the user's in use.", static_cast<double>(t.rules));
    out.single("foreshock_match_keys", Type::gauge, "Services, resources and labels for which rules are judged.", static_cast<double>(t.rule_keys));
    out.single("foreshock_match_keys_refused_total", Type::counter, "Keys beyond the bound of a rule, counted each slot.",
               static_cast<double>(t.rule_keys_refused));
    out.single("foreshock_warn_shadow_revisions_total", Type::counter, "What shadow rules would have said.", static_cast<double>(t.shadow_revisions));
    out.single("foreshock_model_changes_total", Type::counter, "Service models that replaced another while running.", static_cast<double>(t.model_changes));
    out.family("foreshock_reload_total", Type::counter, "Attempts to take a changed configuration, by what came of them.");
    out.sample(static_cast<double>(r.applied), {{"result", "applied"}});
    out.sample(static_cast<double>(r.unchanged), {{"result", "unchanged"}});
    out.sample(static_cast<double>(r.refused), {{"result", "refused"}});
    out.family("foreshock_reload_rules_total", Type::counter, "Rules that reloads added, changed and removed.");
    out.sample(static_cast<double>(r.added), {{"change", "added"}});
    out.sample(static_cast<double>(r.changed), {{"change", "changed"}});
    out.sample(static_cast<double>(r.removed), {{"change", "removed"}});
}

void put_kafka(PrometheusText& out, const KafkaReading& k) {
    out.family("foreshock_source_kafka_records_total", Type::counter, "Records read from Kafka, by who fetched them.");
    for (size_t i = 0; i < k.records.size(); ++i) out.sample(static_cast<double>(k.records[i]), {{"fetch", kKafkaFetchNames[i]}});
    out.family("foreshock_source_kafka_fallbacks_total", Type::counter, "Partitions given to librdkafka although they should be fetched directly, by reason.");
    for (size_t i = 0; i < k.fallbacks.size(); ++i) out.sample(static_cast<double>(k.fallbacks[i]), {{"reason", kDirectFallbackNames[i]}});
}

void put_receivers(PrometheusText& out, const std::vector<ReceiverMetrics>& receivers) {
    const auto each = [&](std::string_view name, Type type, std::string_view help, auto number) {
        out.family(name, type, help);
        for (const auto& r : receivers) out.sample(static_cast<double>(number(r)), {{"receiver", r.name}});
    };
    each("foreshock_sink_requests_total", Type::counter, "Requests that arrived.", [](auto& r) { return r.delivered; });
    each("foreshock_sink_retries_total", Type::counter, "Attempts that failed and were repeated.",
         [](auto& r) { return r.retried; });
    out.family("foreshock_sink_dropped_total", Type::counter, "What could not be delivered for good, by reason.");
    for (const auto& r : receivers) {
        out.sample(static_cast<double>(r.rejected), {{"receiver", r.name}, {"reason", "rejected"}});
        out.sample(static_cast<double>(r.overflowed), {{"receiver", r.name}, {"reason", "overflow"}});
        out.sample(static_cast<double>(r.given_up), {{"receiver", r.name}, {"reason", "given_up"}});
    }
    each("foreshock_sink_waiting", Type::gauge, "What waits for the receiver.", [](auto& r) { return r.waiting; });
    each("foreshock_sink_reached", Type::gauge, "1 while the receiver is reached.", [](auto& r) { return r.reached; });
}

}  // namespace

void LiveStateObserver::decided(const DecidedSlot& slot) {
    const Inventory& inventory = slot.inventory;
    LiveState next;
    for (const auto& s : slot.signals.services) {
        next.demand.push_back(
            {inventory.services()[s.service].name, s.volume.ratio, s.value.ratio, s.value_per_minute});
    }
    for (const auto& g : slot.signals.gauges) {
        const auto& entry = inventory.gauges()[g.gauge];
        next.capacity.push_back({inventory.resources()[entry.resource].name, entry.metric, g.level, 1 - g.level});
    }
    for (const auto& p : slot.forecasts.promises) {
        next.promises.push_back(
            {inventory.services()[p.service].name, std::string(slo_name(inventory, p)), p.probability});
    }
    for (const auto& n : slot.forecasts.capacity)
        next.needs.push_back({inventory.resources()[n.resource].name, n.units, n.needed, n.headroom});
    for (ServiceIndex s = 0; s < slot.forecasts.demand.size(); ++s) next.ahead.push_back({inventory.services()[s].name, slot.forecasts.demand[s].ratio});
    put_standings(slot, next);
    for (const CampaignState& c : slot.signals.campaigns)
        if (c.leads) next.campaigns.push_back({inventory.model().calendar[c.entry].name, c.so_far, c.projected, c.target});
    next.decided_until = slot.slot.end;
    next.warnings.assign(slot.open.begin(), slot.open.end());
    for (const auto& w : slot.suppressed) {
        const auto key = std::pair{w.service, w.slo + " " + w.resource};
        if (w.state == SuppressedWarning::State::suppressed) suppressed_[key] = w;
        else suppressed_.erase(key);
    }
    for (const auto& [key, w] : suppressed_) next.suppressed.push_back(w);
    for (const auto& w : slot.warnings) {
        if (w.state == WarningState::resolved) {
            open_.erase(w.id);
            inputs_.erase(w.id);
        } else {
            open_[w.id] = w.severity;
            inputs_[w.id] = w.inputs;
        }
    }
    for (auto& w : next.warnings)
        if (const auto said = inputs_.find(w.id); said != inputs_.end()) w.inputs = said->second;
    for (const auto& [id, severity] : open_) ++next.open_warnings[std::string(to_string(severity))];
    const std::lock_guard lock(mutex_);
    state_ = std::move(next);
}

LiveState LiveStateObserver::now() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

std::string to_prometheus(const RunTotals& totals, const LiveState& state, const std::vector<ReceiverMetrics>& receivers,
                          const std::string& version, const Lag& lag, const ReloadMetrics& reloads, const KafkaReading& kafka) {
    PrometheusText out;
    out.family("foreshock_build_info", Type::gauge, "Always 1; the version stands in a label.");
    out.sample(1, {{"version", version}});
    put_totals(out, totals);
    put_state(out, state);
    put_advice(out, state);
    put_budgets(out, state);
    put_campaigns(out, state);
    put_nodes(out, state, lag);
    put_kafka(out, kafka);
    put_receivers(out, receivers);
    put_rules(out, totals, reloads);
    return out.take();
}

std::string warnings_json(const LiveState& state, const CloudEventContext& context) {
    std::string out = "{\"decided_until\":\"" + to_rfc3339(state.decided_until) + "\",\"warnings\":[";
    for (const WarningRevision& w : state.warnings) out += (&w == state.warnings.data() ? "\n" : ",\n") + to_warning_json(w, context);
    return out + "]}\n";
}

std::string warning_json(const LiveState& state, const CloudEventContext& context, std::string_view id) {
    const auto found = std::ranges::find(state.warnings, id, &WarningRevision::id);
    return found == state.warnings.end() ? std::string{} : to_warning_json(*found, context) + "\n";
}

std::string state_json(const LiveState& state, const Lag& lag) {
    using Json = nlohmann::ordered_json;
    Json out = Json::object();
    put_time(out, "decided_until", state.decided_until);
    put_number(out, "behind_seconds", lag.seconds);
    constexpr std::string_view kWhy[]{"", "sources_silent", "engine_behind"};
    if (lag.why != Lag::Why::none) out["behind"] = kWhy[static_cast<size_t>(lag.why)];
    Json services = Json::array(), views = Json::object(), slos = Json::array();
    for (const auto& n : state.nodes) {
        Json x{{"name", n.name}, {"state", to_string(shown(n.condition, lag))}};
        if (n.view.empty()) x["own"] = to_string(shown(n.own, lag));
        if (const Missing why = missing_shown(n, lag); n.view.empty() && why != Missing::none) x["missing"] = to_string(why);
        if (!n.because.empty()) x["because"] = n.because;
        if (!n.supplier.empty()) x["supplier"] = n.supplier;
        (n.view.empty() ? services : views[n.view]).push_back(std::move(x));
    }
    for (const auto& b : state.budgets) {
        Json x{{"service", b.service}, {"slo", b.slo}};
        put_number(x, "indicator", b.indicator);
        x["violated"] = b.violated;
        put_number(x, "kept", b.kept);
        put_number(x, "budget_left", b.left);
        Json& burn = x["burn"] = Json::array();
        for (const auto& r : b.burn) {
            Json y{{"long_seconds", to_seconds(r.long_window)}, {"short_seconds", to_seconds(r.short_window)}};
            put_number(y, "long_rate", r.long_rate);
            put_number(y, "short_rate", r.short_rate);
            y["burning"] = r.burning;
            burn.push_back(std::move(y));
        }
        slos.push_back(std::move(x));
    }
    Json suppressed = Json::array();
    for (const auto& w : state.suppressed) {
        Json x{{"service", w.service}, {"slo", w.slo}, {"by", w.by}};
        if (!w.resource.empty()) x["resource"] = w.resource;
        put_time(x, "since", w.time);
        suppressed.push_back(std::move(x));
    }
    out["suppressed"] = std::move(suppressed);
    out["services"] = std::move(services);
    out["views"] = std::move(views);
    out["slos"] = std::move(slos);
    return to_line(out) + "\n";
}

}  // namespace foreshock
