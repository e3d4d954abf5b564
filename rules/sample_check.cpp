#include "rules/sample_check.h"

#include <algorithm>
#include <regex>
#include <set>

#include "rules/problems.h"
#include "rules/rule_draft.h"

namespace foreshock {
namespace {

bool fits(const std::string& expression, const std::string& name) {
    return expression.empty() || std::regex_search(name, std::regex(expression));
}

bool labels_fit(const MatchRule& rule, const SampledName& n) {
    return std::ranges::all_of(rule.labels, [&](const auto& wanted) {
        const auto has = std::ranges::find(n.labels, wanted.first, [](const auto& label) { return label.first; });
        return has != n.labels.end() && fits(wanted.second, has->second);
    });
}

// One matcher of one resource, and what it met.
struct Met {
    size_t resource = 0, rule = 0;
    bool any = false;           // fits at least one name
    bool took = false;          // and none of the earlier resources had taken it
    std::string taken_by;       // one of these
};

class SampleCheck {
public:
    SampleCheck(const Config& config, std::span<const SampledName> sample) : config_(config), sample_(sample) {
        for (size_t r = 0; r < model().resources.size(); ++r) {
            for (size_t i = 0; i < model().resources[r].match.size(); ++i) matchers_.push_back({.resource = r, .rule = i, .taken_by = {}});
        }
    }

    Diagnostics run() {
        for (const SampledName& n : sample_) {
            if (!n.event.empty()) events_.insert(n.event);
            else services_.insert(n.service);
            if (!n.metric.empty()) take(n);
            else if (n.event.empty()) transactions_.insert(n.service);
            if (n.valued) valued_.insert(n.service);
            if (n.timed) timed_.insert(n.service);
            if (!n.event.empty()) for (const auto& [label, value] : n.labels) labels_.insert(label);
        }
        for (const Met& m : matchers_) report_matcher(m);
        for (const ResourceModel& r : model().resources) report_resource(r);
        for (const ServiceModel& s : model().services) report_service(s);
        for (const Rule& r : config_.rules.rules) {
            report_rule(r);
            size_t number = 0;
            report_condition(r, r.when, number);
        }
        return std::move(out_);
    }

private:
    const Model& model() const { return config_.model; }

    void take(const SampledName& n) {
        std::string owner;
        for (Met& m : matchers_) {
            const ResourceModel& r = model().resources[m.resource];
            const MatchRule& rule = r.match[m.rule];
            const bool meets = fits(rule.resource, n.resource) && fits(rule.host, n.host) && fits(rule.service, n.service) && fits(rule.metric, n.metric) && labels_fit(rule, n);
            if (!meets) continue;
            m.any = true;
            if (owner.empty() || owner == r.name) m.took = true;
            else m.taken_by = owner;
            if (owner.empty()) owner = r.name;
        }
        if (owner.empty()) owner = n.resource;
        metrics_.insert({owner, n.metric});
        resources_.insert(owner);
    }

    void say(const std::string& place, std::string message, std::string hint) {
        const auto known = config_.places.find(place);
        Diagnostic d = known == config_.places.end() ? Diagnostic{} : known->second;
        d.message = std::move(message);
        d.hint = std::move(hint);
        out_.push_back(std::move(d));
    }

    void report_matcher(const Met& m) {
        const std::string& name = model().resources[m.resource].name;
        const std::string place = "resources." + name + ".match[" + std::to_string(m.rule) + "]";
        if (!m.any) say(place, "this matcher of " + in_quotes(name) + " matches nothing in the sample", near_resource(name));
        else if (!m.took) say(place, "all that this matcher of " + in_quotes(name) + " matches is taken by " + in_quotes(m.taken_by), "the first resource in the file that fits takes a metric; put this one before it");
    }

    void report_resource(const ResourceModel& r) {
        if (!resources_.contains(r.name)) {
            if (r.match.empty()) say("resources." + r.name, "no metric of " + in_quotes(r.name) + " in the sample", near_resource(r.name));
            return;
        }
        for (const MetricModel& m : r.metrics) {
            if (metrics_.contains({r.name, m.name})) continue;
            say("resources." + r.name + ".metrics." + m.name, in_quotes(r.name) + " has no metric " + in_quotes(m.name) + " in the sample", "it has " + metrics_of(r.name));
        }
    }

    std::string metrics_of(const std::string& resource) const {
        std::string seen;
        for (auto at = metrics_.lower_bound({resource, ""}); at != metrics_.end() && at->first == resource; ++at) seen += (seen.empty() ? "" : ", ") + at->second;
        return seen;
    }

    // What a promise is about, where the service or resource itself is there.
    void report_promise(const ServiceModel& s, const Slo& slo) {
        const std::string place = "services." + s.name + ".slos." + slo.name;
        const auto never = [&](const char* what) { say(place, "no transaction of " + in_quotes(s.name) + " has a " + what + " in the sample, so that this promise cannot be judged", {}); };
        if (slo.indicator == Indicator::composite) return;
        if (!slo.resource.empty()) {
            if (resources_.contains(slo.resource) && !metrics_.contains({slo.resource, slo.metric}))
                say(place, in_quotes(slo.resource) + " has no metric " + in_quotes(slo.metric) + " in the sample, which this promise is about", "it has " + metrics_of(slo.resource));
        } else if (transactions_.contains(s.name)) {
            if (slo.indicator == Indicator::value_availability && !valued_.contains(s.name)) never("value");
            if (slo.indicator == Indicator::latency_quantile && !timed_.contains(s.name)) never("duration");
        }
    }

    void report_service(const ServiceModel& s) {
        for (const Slo& slo : s.slos) report_promise(s, slo);
        if (services_.contains(s.name)) return;
        const bool needed = std::ranges::any_of(s.slos, [](const Slo& slo) { return slo.resource.empty() && slo.indicator != Indicator::composite; });
        if (!needed) return;
        std::vector<std::string_view> names(services_.begin(), services_.end());
        say("services." + s.name, "no event of " + in_quotes(s.name) + " in the sample, but it has promises", suggest(s.name, names));
    }

    // A name of a condition or rule that none of the sampled ones fits.
    void report_name(const std::string& place, const std::string& glob, std::string_view what, const std::set<std::string>& met, std::string_view so = "this condition matches nothing") {
        const auto fits_one = [&](const std::string& name) { return matches_glob(glob, name); };
        if (glob.empty() || std::ranges::any_of(met, fits_one)) return;
        const std::vector<std::string_view> names(met.begin(), met.end());
        say(place, "no " + std::string(what) + " " + in_quotes(glob) + " in the sample, so that " + std::string(so), suggest(glob, names));
    }

    // Services of transactions, metrics and events alike.
    std::set<std::string> all_services() const {
        std::set<std::string> all = services_;
        for (const SampledName& n : sample_) all.insert(n.service);
        all.erase("");
        return all;
    }

    void report_rule(const Rule& rule) {
        const std::string place = "rules." + rule.name + "[0]";
        for (const std::string& glob : rule.services) report_name(place, glob, "event of service", all_services(), "this rule is never judged for it");
        for (const std::string& glob : rule.resources) report_name(place, glob, "metric of resource", resources_, "this rule is never judged for it");
        if (rule.by == RuleKey::label && !has_label(model(), rule.label)) report_name(place, rule.label, "event with the label", labels_, "this rule is for nothing");
    }

    // A label that no event of the name has, or never with that value.
    void report_label(const std::string& place, const std::string& event, const Label& wanted) {
        std::set<std::string> values, others;
        bool came = false;
        for (const SampledName& n : sample_) {
            if (n.event.empty() || (!event.empty() && !matches_glob(event, n.event))) continue;
            came = true;
            for (const auto& [label, value] : n.labels) (label == wanted.first ? values : others).insert(label == wanted.first ? value : label);
        }
        const std::vector<std::string_view> labels(others.begin(), others.end());
        if (!came) return;  // said of its name
        if (values.empty()) say(place, "no event " + in_quotes(event) + " with the label " + in_quotes(wanted.first) + " in the sample, so that this condition matches nothing", suggest(wanted.first, labels));
        else report_name(place, wanted.second, "event " + in_quotes(event) + " with the " + wanted.first, values);
    }

    void report_condition(const Rule& rule, const RuleCondition& c, size_t& number) {
        const std::string place = "rules." + rule.name + "[" + std::to_string(number++) + "]";
        std::set<std::string> metrics;
        const std::set<std::string> services = all_services();
        for (const auto& [resource, metric] : metrics_)
            if (c.resource.empty() || matches_glob(c.resource, resource)) metrics.insert(metric);
        if (c.kind == ConditionKind::event) {
            report_name(place, c.name, "event", events_);
            for (const Label& wanted : c.labels) report_label(place, c.name, wanted);
        } else {
            report_name(place, c.service, "event of service", services);
            report_name(place, c.resource, "metric of resource", resources_);
            if (!metrics.empty()) report_name(place, c.metric, "metric", metrics);
        }
        for (const RuleCondition& part : c.parts) report_condition(rule, part, number);
    }

    std::string near_resource(const std::string& name) const {
        std::set<std::string_view> unique;
        for (const SampledName& n : sample_) {
            if (!n.resource.empty()) unique.insert(n.resource);
        }
        const std::vector<std::string_view> names(unique.begin(), unique.end());
        return suggest(name, names);
    }

    const Config& config_;
    std::span<const SampledName> sample_;
    std::vector<Met> matchers_;
    std::set<std::string> services_, resources_, events_, labels_;
    std::set<std::string> transactions_, valued_, timed_;  // services
    std::set<std::pair<std::string, std::string>> metrics_;  // (resource, metric)
    Diagnostics out_;
};

}  // namespace

Diagnostics check_sample(const Config& config, std::span<const SampledName> sample) { return SampleCheck(config, sample).run(); }

}  // namespace foreshock
