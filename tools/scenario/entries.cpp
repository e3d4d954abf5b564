#include "tools/scenario/entries.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>

#include "connectors/format/cloudevents.h"
#include "engine/base/currency.h"
#include "engine/standing/standing_words.h"
#include "rules/values.h"

namespace foreshock {
namespace {

constexpr std::array<std::string_view, 15> kSlotFields{"count",    "value", "errors", "error_ratio", "p50",   "p95",      "p99",      "span",
                                                       "currency", "max",   "limit",  "utilization", "worst", "instances", "latencies"};

// Adds fields one after the other.
class EntryMaker {
public:
    EntryMaker(EntryKind kind, EventTime at) {
        entry_.kind = kind;
        lead("at", at);
    }
    explicit EntryMaker(EntryKind kind) { entry_.kind = kind; }

    template <class T>
    EntryMaker& lead(std::string_view name, T x) {
        add(name, x);
        ++entry_.lead;
        return *this;
    }
    template <class T>
    EntryMaker& shown(std::string_view name, T x) {
        add(name, x);
        ++entry_.shown;
        return *this;
    }
    template <class T>
    EntryMaker& add(std::string_view name, T x) {
        if constexpr (std::is_convertible_v<T, std::string_view> || std::is_same_v<T, EventTime>) entry_.fields.emplace_back(name, FieldValue::of(x));
        else entry_.fields.emplace_back(name, FieldValue::of(static_cast<double>(x)));
        return *this;
    }
    Entry take() { return std::move(entry_); }

private:
    Entry entry_;
};

Entry service_entry(const DecidedSlot& slot, const ServiceSlot& s, const std::vector<std::string>& dimensions) {
    EntryMaker e(EntryKind::slots, slot.slot.start);
    e.lead("service", std::string_view(slot.inventory.services()[s.service].name));
    e.shown("count", s.count).shown("value", static_cast<double>(s.value_micro) * 1e-6).shown("errors", s.failed);
    const bool timed = !s.latency.empty();
    if (timed) e.shown("p95", s.latency.quantile(0.95));
    e.add("error_ratio", s.count > 0 ? static_cast<double>(s.failed) / static_cast<double>(s.count) : kUnknown);
    e.add("p50", timed ? s.latency.quantile(0.5) : kUnknown).add("p99", timed ? s.latency.quantile(0.99) : kUnknown);
    if (!timed) e.add("p95", kUnknown);
    e.add("latencies", s.latency.count()).add("span", s.span_seconds).add("currency", std::string_view(currency_text(s.currency)));
    for (const DimensionSlot& d : s.dimensions) {
        const std::string name = (d.dimension < dimensions.size() ? dimensions[d.dimension] : "?") + '=' + d.value;
        e.add(name, d.count).add(name + ".value", static_cast<double>(d.value_micro) * 1e-6);
    }
    return e.take();
}

Entry gauge_entry(const DecidedSlot& slot, const GaugeSlot& g) {
    const GaugeEntry& gauge = slot.inventory.gauges()[g.gauge];
    EntryMaker e(EntryKind::slots, slot.slot.start);
    e.lead("resource", std::string_view(slot.inventory.resources()[gauge.resource].name)).lead("metric", std::string_view(gauge.metric));
    e.shown("value", g.value).shown("limit", g.limit).shown("utilization", g.utilization).shown("instances", g.instances);
    e.add("max", g.max).add("worst", g.worst).add("span", g.span_seconds);
    return e.take();
}

// Every bit of a number; all ways to write NaN are one.
std::string bits(double x) {
    if (std::isnan(x)) return "nan";
    char text[20];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(std::bit_cast<uint64_t>(x)));
    return text;
}

}  // namespace

bool is_slot_field(std::string_view name) {
    return name.find('=') != name.npos || std::ranges::find(kSlotFields, name) != kSlotFields.end();
}

void append_slot_entries(std::vector<Entry>& entries, const DecidedSlot& slot, const std::vector<std::string>& dimensions) {
    for (const ServiceSlot& s : slot.slot.services) entries.push_back(service_entry(slot, s, dimensions));
    for (const GaugeSlot& g : slot.slot.gauges) entries.push_back(gauge_entry(slot, g));
}

void append_signal_entries(std::vector<Entry>& entries, const DecidedSlot& slot) {
    constexpr std::string_view kKinds[]{"spike", "drop", "pressure", "burn"};
    for (const SignalChange& c : slot.signals.changes) {
        EntryMaker e(EntryKind::signals, c.at);
        e.lead("kind", kKinds[static_cast<size_t>(c.kind)]).lead("state", std::string_view(c.opened ? "opened" : "closed"));
        if (c.kind == SignalKind::pressure) {
            const GaugeEntry& gauge = slot.inventory.gauges()[c.gauge];
            e.lead("resource", std::string_view(slot.inventory.resources()[gauge.resource].name)).lead("metric", std::string_view(gauge.metric));
        } else if (c.kind == SignalKind::burn) {
            const ServiceEntry& service = slot.inventory.services()[c.service];
            e.lead("service", std::string_view(service.name)).lead("slo", std::string_view(service.model->slos[c.slo].name));
        } else {
            e.lead("service", std::string_view(slot.inventory.services()[c.service].name));
            e.lead("measure", std::string_view(c.measure == Measure::volume ? "volume" : "value"));
        }
        if (c.kind == SignalKind::burn) {
            const BurnRule& rule = slot.inventory.services()[c.service].model->slos[c.slo].burn[c.rule];
            e.shown("over", std::string_view(duration_text(rule.long_window))).shown("ratio", c.ratio).add("factor", c.baseline);
        } else {
            e.shown("ratio", c.ratio);
        }
        e.add("value", c.value).add("baseline", c.baseline).add("since", c.since);
        if (c.kind == SignalKind::spike || c.kind == SignalKind::drop) {
            const ServiceState& s = slot.signals.services[c.service];
            const DemandState& d = c.measure == Measure::volume ? s.volume : s.value;
            e.add("contributor", std::string_view(d.contributors.empty() ? "none" : d.contributors[0].value));
            e.add("contributor_share", d.contributors.empty() ? kUnknown : d.contributors[0].share);
        }
        entries.push_back(e.take());
    }
}

// How the budgets stand, every quarter of an hour.
void append_budget_entries(std::vector<Entry>& entries, const DecidedSlot& slot) {
    if (slot.slot.end.time_since_epoch() % std::chrono::minutes{15} >= slot.slot.length) return;
    for (const SloState& s : slot.signals.slos) {
        const ServiceEntry& service = slot.inventory.services()[s.service];
        EntryMaker e(EntryKind::budgets, slot.slot.end);
        e.lead("service", std::string_view(service.name)).lead("slo", std::string_view(service.model->slos[s.slo].name));
        const auto unit = static_cast<double>(units_of(service.model->slos[s.slo].budgeting));
        e.shown("left", s.budget.left).shown("kept", s.budget.kept);
        e.shown("bad", static_cast<double>(s.budget.bad) / unit).shown("total", static_cast<double>(s.budget.total) / unit);
        e.add("indicator", s.value).add("from", s.budget.from);
        e.add("unknown", static_cast<double>(s.budget.unknown_ms) / 1000).add("excluded", static_cast<double>(s.budget.excluded_ms) / 1000);
        for (size_t i = 0; i < s.budget.burn.size(); ++i) {
            const BurnState& b = s.budget.burn[i];
            const std::string name = "burn" + std::to_string(i + 1);
            e.add(name, b.long_rate).add(name + ".short", b.short_rate).add(name + ".burning", std::string_view(b.burning ? "yes" : "no"));
        }
        entries.push_back(e.take());
    }
}

// States that changed: of services, and of nodes as "view/node".
void append_state_entries(std::vector<Entry>& entries, const DecidedSlot& slot) {
    if (slot.standings == nullptr) return;
    for (const StandingChange& c : slot.standings->changes) {
        const Standing& s = c.in_view ? slot.standings->views[c.view].nodes[c.node] : slot.standings->services[c.node];
        EntryMaker e(EntryKind::states, slot.slot.end);
        e.lead("name", std::string_view(standing_name(slot.inventory, c))).lead("state", to_string(c.to));
        e.shown("because", std::string_view(standing_reason(slot.inventory, c, s)));
        e.add("from", to_string(c.from)).add("own", to_string(s.own)).add("missing", to_string(s.missing));
        entries.push_back(e.take());
    }
}

void append_suppressed_entries(std::vector<Entry>& entries, const DecidedSlot& slot) {
    for (const SuppressedWarning& w : slot.suppressed) {
        EntryMaker e(EntryKind::suppressed, w.time);
        e.lead("state", to_string(w.state)).lead("service", std::string_view(w.service)).lead("slo", std::string_view(w.slo));
        e.shown("by", std::string_view(w.by)).shown("resource", std::string_view(w.resource.empty() ? "none" : w.resource));
        e.add("breached", std::string_view(w.breached ? "yes" : "no")).add("probability", w.probability);
        entries.push_back(e.take());
    }
}

// A warning of a rule of the user's stands under what it speaks of and the name of the rule.
void lead_names(EntryMaker& e, const WarningRevision& w) {
    const std::string& key = w.key.empty() ? w.rule : w.key;
    e.lead("service", std::string_view(w.slo.empty() && w.service.empty() ? key : w.service)).lead("slo", std::string_view(w.slo.empty() ? w.rule : w.slo));
}

// The order of the open incidents, whenever a warning opened or ended.
void append_ranking_entries(std::vector<Entry>& entries, const DecidedSlot& slot) {
    if (std::ranges::all_of(slot.warnings, [](const WarningRevision& w) { return w.state == WarningState::updated; })) return;
    for (size_t i = 0; i < slot.open.size(); ++i) {
        const WarningRevision& w = slot.open[i];
        if (!w.incident.parent.empty()) continue;
        size_t next = i + 1;
        while (next < slot.open.size() && slot.open[next].rank == w.rank) ++next;
        EntryMaker e(EntryKind::ranking, slot.slot.decided_at);
        e.lead("rank", w.rank);
        lead_names(e, w);
        e.shown("resource", std::string_view(w.resource.name.empty() ? "none" : w.resource.name)).shown("warnings", next - i);
        e.shown("services", w.incident.services.size()).shown("reason", std::string_view(w.rank_reason));
        e.add("priority", w.priority).add("at_risk", w.incident.at_risk).add("owner", std::string_view(w.owner)).add("id", std::string_view(w.id));
        entries.push_back(e.take());
    }
}

Entry warning_entry(const WarningRevision& w, EntryKind kind) {
    EntryMaker e(kind, w.time);
    e.lead("state", to_string(w.state));
    lead_names(e, w);
    e.shown("severity", to_string(w.severity)).shown("breached", std::string_view(w.breached ? "yes" : "no"));
    e.shown("breach_at", w.breach_at).shown("probability", w.probability);
    e.shown("resource", std::string_view(w.resource.name.empty() ? "none" : w.resource.name));
    e.shown("driver", std::string_view(w.driver.kind));
    if (w.state == WarningState::resolved) e.shown("verdict", to_string(w.verdict));
    else e.add("verdict", to_string(w.verdict));
    e.add("id", std::string_view(w.id)).add("revision", w.revision).add("opened_at", w.opened_at).add("rule", std::string_view(w.rule));
    e.add("slo_text", std::string_view(w.slo_text)).add("breach_earliest", w.breach_earliest).add("breach_latest", w.breach_latest);
    e.add("act_before", w.act_before).add("series", std::string_view(w.driver.series)).add("demand", w.driver.value);
    e.add("baseline", w.driver.baseline).add("ratio", w.driver.ratio).add("since", w.driver.since);
    const auto& contributors = w.driver.contributors;
    e.add("contributor", std::string_view(contributors.empty() ? "none" : contributors[0].value));
    e.add("contributor_share", contributors.empty() ? kUnknown : contributors[0].share);
    e.add("metric", std::string_view(w.resource.metric)).add("utilization", w.resource.utilization).add("limit", w.resource.limit);
    e.add("slope_per_min", w.resource.slope_per_min).add("headroom", w.resource.headroom);
    e.add("cause", std::string_view(w.causes.empty() ? "none" : w.causes[0].node)).add("cause_share", w.causes.empty() ? kUnknown : w.causes[0].share);
    e.add("value_per_minute", w.impact.value_per_minute).add("at_risk", w.impact.at_risk).add("currency", std::string_view(w.impact.currency));
    e.add("rank", w.rank).add("parent", std::string_view(w.incident.parent.empty() ? "none" : w.incident.parent));
    e.add("quiet", std::string_view(w.incident.quiet ? "yes" : "no")).add("incident", std::string_view(w.incident.id));
    e.add("priority", w.priority).add("advice", std::string_view(w.advice.empty() ? "none" : w.advice[0].action));
    e.add("advice_amount", w.advice.empty() ? kUnknown : w.advice[0].amount).add("owner", std::string_view(w.owner));
    e.add("sentence", std::string_view(w.sentence)).add("key", std::string_view(w.key)).add("rule_version", w.rule_version);
    for (const auto& [name, value] : w.labels) e.add("label." + name, std::string_view(value));
    for (const auto& [name, value] : w.links) e.add("link." + name, std::string_view(value));
    return e.take();
}

Entry dead_letter_entry(std::string_view partition, const BadRecord& record) {
    EntryMaker e(EntryKind::dead_letters);
    e.lead("partition", partition).lead("offset", record.offset).lead("reason", to_string(record.reason));
    return e.shown("what", std::string_view(record.what)).add("bytes", std::string_view(record.bytes)).take();
}

std::vector<Entry> dropped_entries(const RunTotals& totals) {
    std::vector<Entry> entries;
    for (size_t i = 0; i < kDropReasons; ++i) {
        if (totals.dropped[i] == 0) continue;
        EntryMaker e(EntryKind::dropped);
        entries.push_back(e.lead("reason", to_string(static_cast<DropReason>(i))).lead("count", totals.dropped[i]).take());
    }
    return entries;
}

Entry totals_entry(const RunTotals& t) {
    EntryMaker e(EntryKind::totals);
    e.shown("records", t.records).shown("events", t.events).shown("late", t.late);
    e.add("corrected_hosts", t.corrected_hosts).add("slots_closed", t.slots_closed).add("service_slots", t.service_slots_closed);
    e.add("transactions", t.transactions).add("services", t.services).add("resources", t.resources).add("gauges", t.gauges);
    e.add("spikes", t.spikes).add("opened", t.warnings_opened).add("updated", t.warnings_updated).add("resolved", t.warnings_resolved);
    return e.take();
}

std::string exact_text(const DecidedSlot& slot, const std::vector<Entry>& entries) {
    std::string text;
    for (const Entry& e : entries) {
        for (const auto& [name, v] : e.fields) {
            text += name + ' ';
            if (v.type == FieldValue::Type::number) text += bits(v.number);
            else text += value_text(v, EventTime{});
            text += ' ';
        }
        text += '\n';
    }
    const CloudEventContext context;
    for (const auto& revisions : {slot.warnings, slot.shadow})
        for (WarningRevision w : revisions) {
            w.inputs.clear();
            text += to_cloudevent(w, context) + '\n';
        }
    const Inventory& known = slot.inventory;
    for (const BreachForecast& f : slot.forecasts.promises) text += known.services()[f.service].name + ' ' + bits(f.probability) + '\n';
    for (const SloState& s : slot.signals.slos) {
        text += known.services()[s.service].name + ' ' + bits(s.value) + ' ' + bits(s.budget.left);
        for (const BurnState& b : s.budget.burn) text += ' ' + bits(b.long_rate);
        text += '\n';
    }
    for (const Outlook& o : slot.correlation.outlooks) {
        const GaugeEntry& gauge = known.gauges()[o.gauge];
        text += known.resources()[gauge.resource].name + ' ' + gauge.metric + ' ' + bits(o.level) + '\n';
    }
    return text;
}

std::string inputs_text(const DecidedSlot& slot) {
    std::string text;
    for (const auto& revisions : {slot.warnings, slot.shadow})
        for (const WarningRevision& w : revisions)
            for (const InputRange& i : w.inputs) text += w.id + ' ' + i.partition + ' ' + std::to_string(i.first) + ' ' + std::to_string(i.next) + '\n';
    return text;
}

std::string trace_text(const DecidedSlot& slot) {
    std::string text;
    for (const BreachForecast& f : slot.forecasts.promises) {
        const ServiceEntry& service = slot.inventory.services()[f.service];
        const std::string slo = f.slo == kCapacityPromise || service.model == nullptr ? "capacity" : service.model->slos[f.slo].name;
        char head[160];
        std::snprintf(head, sizeof head, "%s %s %s probability %.3f breach_at %s%s", to_rfc3339(slot.slot.decided_at).c_str(), service.name.c_str(),
                      slo.c_str(), f.probability, to_rfc3339(f.breach_at).c_str(), f.violated ? " violated" : "");
        text += head;
        for (size_t i = 0; i < kFeatures; ++i) {
            if (std::isnan(f.features->x[i])) continue;
            char feature[96];
            std::snprintf(feature, sizeof feature, " %s %.4g", std::string(kFeatureTable[i].name).c_str(), static_cast<double>(f.features->x[i]));
            text += feature;
        }
        text += '\n';
    }
    if (slot.firings == nullptr) return text;
    for (const RuleFiring& f : slot.firings->firings) {
        const Rule& rule = slot.firings->plan->rules[f.rule];
        text += to_rfc3339(slot.slot.decided_at) + " rule " + rule.name + (f.key.empty() ? "" : " " + f.key) + " holds since " + to_rfc3339(f.since);
        for (const Evidence& e : f.evidence) {
            char value[32] = "";
            if (!std::isnan(e.value)) std::snprintf(value, sizeof value, " %.4g", e.value);
            text += "; " + std::string(to_string(e.kind)) + " " + e.entity + value + " at " + to_rfc3339(e.at);
        }
        text += '\n';
    }
    return text;
}

}  // namespace foreshock
