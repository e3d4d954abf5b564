#include "tools/what_if/what_if_forms.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "connectors/format/json_value.h"
#include "engine/base/currency.h"
#include "engine/warn/sentence.h"
#include "tools/report/text.h"

namespace foreshock {
namespace {

using Json = nlohmann::ordered_json;

const ResourceEntry& resource_of(const Moment& m, const GaugeOutcome& g) { return m.inventory.resources()[m.inventory.gauges()[g.gauge].resource]; }

std::string promise_name(const Moment& m, const PromiseAtRisk& p) {
    const ServiceEntry& s = m.inventory.services()[p.service];
    return s.name + " " + s.model->slos[p.slo].name;
}

std::string unit_of(const ResourceEntry& r) { return r.model != nullptr && r.model->scaling ? r.model->scaling->unit : "instance"; }

std::string currency_of(const Moment& m, const ResourceEntry& r) {
    if (r.service == kNoIndex) return {};
    const ServiceModel* model = m.inventory.services()[r.service].model;
    if (model != nullptr && !model->currency.empty()) return model->currency;
    return currency_text(m.signals.services[r.service].currency);
}

std::string percent(double x) { return std::isfinite(x) ? fmt::format("{:.0f} %", 100 * x) : "unknown"; }

std::string money(double x, const std::string& currency) { return (currency.empty() ? "" : currency + " ") + readable_number(x); }

std::string many(double n, const std::string& unit) { return readable_number(n) + " " + unit + (n == 1 ? "" : "s"); }

class Text {
public:
    Text(const WhatIfRequest& r, const WhatIfQuestion& q, const WhatIf& a, const Moment& m) : r_(r), q_(q), a_(a), m_(m), when_(a.now, a.until) {}

    std::string take() {
        std::string out = question() + headline();
        for (const GaugeOutcome& g : a_.gauges)
            if (g.outcome == Prospect::breaks) out += story(g);
        out += table();
        for (const GaugeOutcome& g : a_.gauges) out += doubts(g);
        if (!a_.shaped) out += "No earlier day is known: demand is taken as staying what it is.\n";
        return out;
    }

private:
    std::string question() const {
        std::string what;
        if (!r_.campaign.empty()) what = fmt::format("campaign {} at x{}", r_.campaign, readable_number(q_.ratio));
        else if (r_.demand) what = fmt::format("{} at x{} of its usual demand", r_.service, readable_number(q_.ratio));
        if (q_.resource != kNoIndex) {
            const ResourceEntry& resource = m_.inventory.resources()[q_.resource];
            what += fmt::format("{}{} {} of {}", what.empty() ? "" : ", ", many(std::abs(q_.units), unit_of(resource)), q_.units < 0 ? "fewer" : "more",
                                resource.name);
        }
        what = fmt::format("{}, from {} until {}", what, to_rfc3339(std::max(a_.now, q_.from)), to_rfc3339(a_.until));
        if (std::isnan(a_.demand_now)) return what + ".\n\n";
        return fmt::format("{} (demand now {}/s, usual {}/s).\n\n", what, readable_number(a_.demand_now), readable_number(a_.demand_usual));
    }

    std::string headline() const {
        if (a_.gauges.empty()) return "No resource is known that this would touch: what would break is unknown.\n\n";
        const GaugeOutcome& first = a_.gauges.front();
        if (first.outcome == Prospect::breaks) return {};
        if (first.outcome == Prospect::holds)
            return fmt::format("Nothing breaks, by what was learned: {} comes nearest, {} of its limit with its knee at {}.\n\n", resource_of(m_, first).name,
                               percent(first.peak), percent(first.knee));
        return "By what was learned nothing breaks for certain; what may break, and what is unknown, stands below.\n\n";
    }

    std::string story(const GaugeOutcome& g) const {
        const ResourceEntry& r = resource_of(m_, g);
        std::string out = fmt::format("{} {} {}: {} of its limit ({} to {}, 80 %), its knee is {}.", r.name, &g == &a_.gauges.front() ? "breaks first," : "breaks",
                                      g.breaks_now ? "at once" : "at about " + when_.when(g.breaks_at), percent(g.peak), percent(g.peak_low), percent(g.peak_high),
                                      percent(g.knee));
        if (!std::isnan(g.holds_to)) out += fmt::format(" It holds to x{:.2f}.", g.holds_to);
        out += "\n" + units(g, r);
        std::string broken;
        for (const PromiseAtRisk& p : g.promises) broken += (broken.empty() ? "" : ", ") + promise_name(m_, p);
        return out + (broken.empty() ? "  no promise is built on it\n\n" : "  promises broken with it: " + broken + "\n\n");
    }

    std::string units(const GaugeOutcome& g, const ResourceEntry& r) const {
        if (std::isnan(g.units.needed)) return "  what would keep it is unknown: the model names no scaling unit for it\n";
        const double more = g.units.needed - g.units.have;
        std::string out = fmt::format("  {} more ({} in all{}) keep{} it below its knee", many(more, unit_of(r)), readable_number(g.units.needed),
                                      g.units.needed_high > g.units.needed ? "; " + readable_number(g.units.needed_high) + " at the upper end" : "", more == 1 ? "s" : "");
        if (!g.units.enough) out = fmt::format("  {} more ({} in all), all that the model allows, do not keep it", many(more, unit_of(r)), readable_number(g.units.needed));
        const std::string currency = currency_of(m_, r);
        if (!std::isnan(g.units.cost_per_hour))
            out += fmt::format(": {} an hour, {} until {}", money(g.units.cost_per_hour, currency), money(g.units.cost, currency), when_.when(a_.until));
        else out += "; what they cost is unknown";
        return out + fmt::format("; order {}\n", g.units.order_by <= a_.now ? "now" : "before " + when_.when(g.units.order_by));
    }

    std::string table() const {
        if (a_.gauges.empty()) return {};
        std::string out = fmt::format("{:<36}{:>10}{:>10}{:>18}{:>8}{:>10}{:>14}  {:<10}{}\n", "resource", "now", "peak", "80 %", "knee", "holds to", "breaks", "outcome",
                                      "known by");
        for (const GaugeOutcome& g : a_.gauges) {
            const std::string name = resource_of(m_, g).name + " " + m_.inventory.gauges()[g.gauge].metric;
            const std::string range = std::isnan(g.peak_low) ? "" : percent(g.peak_low) + " - " + percent(g.peak_high);
            const std::string breaks = g.breaks_at == EventTime{} ? "" : g.breaks_now ? "at once" : when_.when(g.breaks_at);
            out += fmt::format("{:<36}{:>10}{:>10}{:>18}{:>8}{:>10}{:>14}  {:<10}{}\n", name.substr(0, 35), percent(g.now), percent(g.peak), range, percent(g.knee),
                               std::isnan(g.holds_to) ? "" : fmt::format("x{:.2f}", g.holds_to), breaks, to_string(g.outcome), to_string(g.basis));
        }
        return out + "\n";
    }

    std::string doubts(const GaugeOutcome& g) const {
        const std::string name = resource_of(m_, g).name + " " + m_.inventory.gauges()[g.gauge].metric;
        std::string out;
        if (g.basis == Basis::proportional)
            out += name + ": no response to demand has been learned. Taken in proportion to demand; what is there without demand is unknown.\n";
        if (g.basis == Basis::none)
            out += name + (std::isnan(g.now) ? ": unknown, its use or its limit never came.\n" : ": unknown, nothing has been learned of how it follows demand or fills.\n");
        if (g.share_guessed)
            out += fmt::format("{}: {} of its service's demand is taken to come from what was asked for, by the volumes of its callers.\n", name, percent(g.share));
        if (g.cost_ratio > 1) out += fmt::format("{}: a transaction uses x{:.2f} its usual now; that is in the figures.\n", name, g.cost_ratio);
        return out;
    }

    const WhatIfRequest& r_;
    const WhatIfQuestion& q_;
    const WhatIf& a_;
    const Moment& m_;
    TimeWords when_;
};

Json units_json(const GaugeOutcome& g, const Moment& m) {
    const ResourceEntry& r = resource_of(m, g);
    Json out = Json::object();
    if (std::isnan(g.units.have)) return out;
    out["unit"] = unit_of(r);
    put_number(out, "have", g.units.have);
    put_number(out, "needed", g.units.needed);
    put_number(out, "needed_high", g.units.needed_high);
    put_number(out, "more", g.units.needed - g.units.have);
    if (!std::isnan(g.units.needed)) out["enough"] = g.units.enough;
    put_time(out, "order_by", g.units.order_by);
    put_number(out, "cost_per_hour", g.units.cost_per_hour);
    put_number(out, "cost", g.units.cost);
    if (const std::string c = currency_of(m, r); !c.empty() && !std::isnan(g.units.cost_per_hour)) out["currency"] = c;
    return out;
}

Json gauge_json(const GaugeOutcome& g, const Moment& m) {
    const ResourceEntry& r = resource_of(m, g);
    Json out{{"resource", r.name}, {"metric", m.inventory.gauges()[g.gauge].metric}, {"service", m.inventory.services()[r.service].name}};
    out["outcome"] = to_string(g.outcome);
    out["basis"] = to_string(g.basis);
    put_number(out, "demand_share", g.share);
    if (g.share_guessed) out["demand_share_guessed"] = true;
    put_number(out, "utilization", g.now);
    put_number(out, "utilization_at_once", g.at_once);
    put_number(out, "peak", g.peak);
    put_number(out, "peak_low", g.peak_low);
    put_number(out, "peak_high", g.peak_high);
    put_time(out, "peak_at", g.peak_at);
    put_number(out, "limit", g.limit);
    put_number(out, "knee", g.knee);
    put_number(out, "headroom", g.headroom);
    put_number(out, "holds_to", g.holds_to);
    if (g.cost_ratio > 1) put_number(out, "cost_ratio", g.cost_ratio);
    if (g.breaks_at != EventTime{}) out["breaks_at_once"] = g.breaks_now;
    put_time(out, "breaks_at", g.breaks_at);
    out["units"] = units_json(g, m);
    Json& promises = out["promises"] = Json::array();
    for (const PromiseAtRisk& p : g.promises) {
        const ServiceEntry& s = m.inventory.services()[p.service];
        promises.push_back({{"service", s.name}, {"slo", s.model->slos[p.slo].name}});
    }
    return out;
}

}  // namespace

std::string what_if_text(const WhatIfRequest& request, const WhatIfQuestion& question, const WhatIf& answer, const Moment& moment) {
    return Text(request, question, answer, moment).take();
}

std::string what_if_json(const WhatIfRequest& request, const WhatIfQuestion& question, const WhatIf& answer, const Moment& moment) {
    Json out{{"config_hash", moment.inventory.model().hash}};
    put_time(out, "now", answer.now);
    put_time(out, "from", std::max(answer.now, question.from));
    put_time(out, "to", std::min(answer.until, question.to));
    put_time(out, "until", answer.until);
    if (!request.campaign.empty()) out["campaign"] = request.campaign;
    Json& services = out["services"] = Json::array();
    for (const ServiceIndex s : question.services) services.push_back(moment.inventory.services()[s].name);
    put_number(out, "demand_ratio", question.ratio);
    if (question.resource != kNoIndex) {
        out["resource"] = moment.inventory.resources()[question.resource].name;
        put_number(out, "units", question.units);
    }
    put_number(out, "demand_now_per_second", answer.demand_now);
    put_number(out, "demand_usual_per_second", answer.demand_usual);
    out["demand_shape_known"] = answer.shaped;
    if (!answer.gauges.empty() && answer.gauges.front().outcome == Prospect::breaks) out["breaks_first"] = resource_of(moment, answer.gauges.front()).name;
    Json& resources = out["resources"] = Json::array();
    for (const GaugeOutcome& g : answer.gauges) resources.push_back(gauge_json(g, moment));
    return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace foreshock
