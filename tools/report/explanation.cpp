#include "tools/report/explanation.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "engine/warn/sentence.h"
#include "rules/values.h"
#include "tools/report/text.h"

namespace foreshock {
namespace {

using Json = nlohmann::ordered_json;

const Json& at(const Json& object, const char* key) {
    static const Json nothing;
    const auto found = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && found != object.end() ? *found : nothing;
}

std::string text(const Json& object, const char* key) {
    const Json& x = at(object, key);
    return x.is_string() ? x.get<std::string>() : std::string{};
}

double number(const Json& object, const char* key) {
    const Json& x = at(object, key);
    return x.is_number() ? x.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

bool known(const Json& object, const char* key) { return at(object, key).is_number(); }

// "0.71", "4,100": of any size.
std::string say(double x) { return std::isnan(x) ? "unknown" : std::abs(x) < 0.01 && x != 0 ? fmt::format("{:.2g}", x) : readable_number(x); }
std::string say(const Json& object, const char* key) { return say(number(object, key)); }
std::string say_seconds(double s) { return s < 1 ? "at once" : span_text(from_seconds(std::round(s < 120 ? s : s / 60) * (s < 120 ? 1 : 60))); }

std::string clock(const Json& object, const char* key) {
    const auto t = parse_rfc3339(text(object, key));
    return t ? to_rfc3339(*t).substr(11, 8) : "unknown";
}

// One line under a heading; headings of following lines are left out.
class Lines {
public:
    void add(std::string_view heading, const std::string& line) {
        out_ += fmt::format("{:<11} {}\n", heading == last_ ? "" : heading, line);
        last_ = heading;
    }
    std::string take() { return std::move(out_); }

private:
    std::string out_, last_;
};

void put_decision(const Json& w, Lines& out) {
    const Json& levels = at(at(w, "grounds"), "levels");
    if (at(w, "breached") == true) out.add("decision", text(w, "slo_text") + " is broken since " + clock(w, "breach_at"));
    else if (known(w, "probability"))
        out.add("decision", fmt::format("{} that {} is broken within 30 min", say(w, "probability"), text(w, "slo_text")) +
                                (known(levels, "raise") ? fmt::format("; warned of from {} on, over below {}", say(levels, "raise"), say(levels, "clear")) : ""));
    for (const Json& r : at(w, "reasons"))
        out.add("decision", fmt::format("{:+.2f}  {} {}: {}", number(r, "weight"), text(r, "reading"), say(r, "value"), text(r, "says")));
    if (at(w, "breached") != true && !text(w, "breach_at").empty())
        out.add("moment", fmt::format("{}, 80 % between {} and {}; act before {}", clock(w, "breach_at"), clock(w, "breach_earliest"), clock(w, "breach_latest"), clock(w, "act_before")));
    const Json& indicator = at(at(w, "grounds"), "indicator");
    if (known(indicator, "below")) out.add("indicator", say(indicator, "value") + ", promised below " + say(indicator, "below"));
}

// Of a rule of the user's: what it waits for, and what met it.
void put_condition(const Json& w, Lines& out) {
    if (!text(w, "condition").empty()) out.add("waits for", text(w, "condition"));
    for (const Json& s : at(w, "seen"))
        out.add("seen", text(s, "kind") + (text(s, "entity").empty() ? "" : " of " + text(s, "entity")) + (known(s, "value") ? ": " + say(s, "value") : "") + ", last at " + clock(s, "at"));
}

void put_demand(const Json& w, Lines& out) {
    const Json &driver = at(w, "driver"), &d = at(at(w, "grounds"), "demand");
    if (known(d, "level")) {
        const double slope = number(d, "slope_per_min");
        out.add("demand", fmt::format("{} a second, usual {} give or take {}; {}{} a second each minute for {}", say(d, "level"), say(d, "baseline"), say(d, "spread"),
                                      slope < 0 ? "" : "+", say(slope), say_seconds(number(d, "age_seconds"))));
    }
    if (!text(driver, "kind").empty() && text(w, "condition").empty())
        out.add("driver", fmt::format("{}: {} is at {}, usual {} (x{}), since {}", text(driver, "kind"), text(driver, "series"), say(driver, "value"), say(driver, "baseline"),
                                      say(driver, "ratio"), clock(driver, "since")));
    for (const Json& c : at(driver, "contributors"))
        out.add("driver", fmt::format("{} of the rise from {} {}", whole_percent(number(c, "share")), text(c, "dimension"), text(c, "value")));
}

void put_resource(const Json& w, Lines& out) {
    const Json &resource = at(w, "resource"), &r = at(at(w, "grounds"), "resource");
    if (text(resource, "name").empty()) return;
    out.add("resource", fmt::format("{} {}: at {} of {}, knee {}, highest that is usual {}", text(resource, "name"), text(resource, "metric"), say(resource, "utilization"),
                                    known(resource, "limit") ? say(resource, "limit") : "a limit that is not known", say(r, "knee"), say(r, "usual_high")));
    if (!known(r, "level")) return;
    const double slope = number(r, "slope_per_min");
    out.add("resource", fmt::format("sensor and demand joined {}, usual {}, noise {}; {}{} a minute give or take {}, for {}", say(r, "level"), say(r, "baseline"), say(r, "noise"),
                                    slope < 0 ? "" : "+", say(slope), say(r, "slope_error_per_min"), say_seconds(number(r, "age_seconds"))));
    if (known(r, "fill_per_min")) out.add("resource", "fills by balance: " + say(r, "fill_per_min") + " a minute");
    if (known(r, "predicted"))
        out.add("response", fmt::format("demand explains {} of it, {} is there without any; a transaction costs x{} what it did", say(r, "predicted"), say(r, "idle"), say(r, "cost_ratio")));
    else out.add("response", "not learned: how it follows demand is not known");
}

std::string cause_text(const Json& w, const Json& without) {
    const std::string node = text(without, "node"), what = text(without, "what");
    if (what == "room") return node + " running out";
    for (const Json& c : at(w, "causes"))
        if (text(c, "node") == node && text(c, "what") == what) return fmt::format("{} {} ({} of the rise)", what, node, whole_percent(number(c, "share")));
    return what + " " + node;
}

void put_law(const Json& w, Lines& out) {
    const Json &grounds = at(w, "grounds"), &law = at(grounds, "law");
    const auto when = [](const Json& x, const char* key) {
        return known(x, key) ? (number(x, key) < 1 ? "" : "in ") + say_seconds(number(x, key)) + " with " + say(x, "probability") : std::string("not within two hours");
    };
    if (!text(at(w, "resource"), "name").empty() && law.is_object())
        out.add("by the law", "it reaches its knee " + when(law, "seconds") + (known(law, "seconds") ? fmt::format(" ({} to {})", say_seconds(number(law, "early_seconds")), say_seconds(number(law, "late_seconds"))) : ""));
    for (const Json& x : at(grounds, "without")) out.add("without", cause_text(w, x) + ": " + when(x, "seconds"));
}

void put_rank(const Json& w, Lines& out) {
    const Json &incident = at(w, "incident"), &impact = at(w, "impact");
    if (known(impact, "value_per_minute") && number(impact, "value_per_minute") > 0)
        out.add("value", fmt::format("{} {} a minute, {} at risk", text(impact, "currency"), say(impact, "value_per_minute"), say(impact, "at_risk")));
    if (known(w, "rank")) out.add("rank", fmt::format("{}: {} (priority {})", number(w, "rank"), text(w, "rank_reason"), say(w, "priority")));
    if (!text(w, "after").empty()) out.add("rank", "the same people have to see to " + text(w, "after") + " first");
    std::string services;
    for (const Json& s : at(incident, "services")) services += (services.empty() ? "" : ", ") + s.get<std::string>();
    if (!text(incident, "id").empty())
        out.add("incident", text(incident, "id") + (text(incident, "parent").empty() ? ", this warning speaks for " + services : ", " + text(incident, "parent") + " speaks for it"));
    for (const Json& a : at(w, "advice"))
        out.add("advice", fmt::format("{} {} by {} {}, takes {}", text(a, "action"), text(a, "resource"), say(a, "amount"), text(a, "unit"), say_seconds(number(a, "lead_time_seconds"))) +
                              (number(a, "cost_per_hour") > 0 ? ", costs " + say(a, "cost_per_hour") + " an hour" : ""));
}

void put_inputs(const Json& w, Lines& out) {
    const Json& inputs = at(w, "inputs");
    if (!inputs.is_object()) return;
    for (const auto& [partition, range] : inputs.items())
        out.add("inputs", fmt::format("{} from {} up to {}", partition, at(range, "first").dump(), at(range, "next").dump()));
}

}  // namespace

std::string explanation_text(const Json& w) {
    Lines out;
    put_decision(w, out);
    put_condition(w, out);
    put_demand(w, out);
    put_resource(w, out);
    put_law(w, out);
    put_rank(w, out);
    put_inputs(w, out);
    return fmt::format("{} revision {}, {}, open since {}; rule {} {}, configuration {}\n{}\n\n", text(w, "id"), number(w, "revision"), text(w, "state"), text(w, "opened_at"),
                       text(w, "rule"), say(w, "rule_version"), text(w, "config_hash"), text(w, "sentence")) +
           out.take();
}

}  // namespace foreshock
