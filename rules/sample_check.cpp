#include "rules/sample_check.h"

#include <algorithm>
#include <regex>
#include <set>

#include "rules/problems.h"

namespace foreshock {
namespace {

bool fits(const std::string& expression, const std::string& name) {
    return expression.empty() || std::regex_search(name, std::regex(expression));
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
        }
        for (const Met& m : matchers_) report_matcher(m);
        for (const ResourceModel& r : model().resources) report_resource(r);
        for (const ServiceModel& s : model().services) report_service(s);
        for (const Rule& r : config_.rules.rules) {
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
            const bool meets = fits(rule.resource, n.resource) && fits(rule.host, n.host) && fits(rule.service, n.service) && fits(rule.metric, n.metric);
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
            std::string seen;
            for (auto at = metrics_.lower_bound({r.name, ""}); at != metrics_.end() && at->first == r.name; ++at) seen += (seen.empty() ? "" : ", ") + at->second;
            say("resources." + r.name + ".metrics." + m.name, in_quotes(r.name) + " has no metric " + in_quotes(m.name) + " in the sample", "it has " + seen);
        }
    }

    void report_service(const ServiceModel& s) {
        if (services_.contains(s.name)) return;
        const bool needed = std::ranges::any_of(s.slos, [](const Slo& slo) { return slo.resource.empty() && slo.indicator != Indicator::composite; });
        if (!needed) return;
        std::vector<std::string_view> names(services_.begin(), services_.end());
        say("services." + s.name, "no event of " + in_quotes(s.name) + " in the sample, but it has promises", suggest(s.name, names));
    }

    // A name of a condition that none of the sampled ones fits.
    void report_name(const std::string& place, const std::string& glob, std::string_view what, const std::set<std::string>& met) {
        const auto fits_one = [&](const std::string& name) { return matches_glob(glob, name); };
        if (glob.empty() || std::ranges::any_of(met, fits_one)) return;
        const std::vector<std::string_view> names(met.begin(), met.end());
        say(place, "no " + std::string(what) + " " + in_quotes(glob) + " in the sample, so that this condition matches nothing", suggest(glob, names));
    }

    void report_condition(const Rule& rule, const RuleCondition& c, size_t& number) {
        const std::string place = "rules." + rule.name + "[" + std::to_string(number++) + "]";
        std::set<std::string> services = services_, metrics;
        services.erase("");
        for (const auto& [resource, metric] : metrics_)
            if (c.resource.empty() || matches_glob(c.resource, resource)) metrics.insert(metric);
        for (const SampledName& n : sample_)
            if (!n.service.empty()) services.insert(n.service);
        if (c.kind == ConditionKind::event) {
            report_name(place, c.name, "event", events_);
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
    std::set<std::string> services_, resources_, events_;
    std::set<std::pair<std::string, std::string>> metrics_;  // (resource, metric)
    Diagnostics out_;
};

}  // namespace

Diagnostics check_sample(const Config& config, std::span<const SampledName> sample) { return SampleCheck(config, sample).run(); }

}  // namespace foreshock
