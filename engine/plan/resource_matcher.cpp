#include "engine/plan/resource_matcher.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace foreshock {

namespace {

std::regex compiled(const std::string& expression) {
    return std::regex(expression.empty() ? "" : expression, std::regex::ECMAScript | std::regex::optimize);
}

bool found(const std::regex& r, std::string_view text) { return std::regex_search(text.begin(), text.end(), r); }

std::vector<std::pair<std::string, std::regex>> compiled(const std::vector<std::pair<std::string, std::string>>& labels) {
    std::vector<std::pair<std::string, std::regex>> out;
    for (const auto& [name, expression] : labels) out.emplace_back(name, compiled(expression));
    return out;
}

bool all_found(const std::vector<std::pair<std::string, std::regex>>& wanted, const MetricInstanceName& n) {
    return std::ranges::all_of(wanted, [&](const auto& label) {
        const auto has = std::ranges::find(n.labels, std::string_view(label.first), [](const auto& l) { return l.first; });
        return has != n.labels.end() && found(label.second, has->second);
    });
}

}  // namespace

std::vector<std::string> labels_asked_for(const Model& model) {
    std::set<std::string> names;
    for (const ResourceModel& r : model.resources)
        for (const MatchRule& m : r.match)
            for (const auto& [name, expression] : m.labels) names.insert(name);
    return {names.begin(), names.end()};
}

ResourceMatcher::ResourceMatcher(const Model& model) {
    for (size_t i = 0; i < model.resources.size(); ++i)
        for (const MatchRule& m : model.resources[i].match)
            matchers_.push_back({i, compiled(m.resource), compiled(m.host), compiled(m.service), compiled(m.metric), compiled(m.labels),
                                 m.resource.empty(), m.host.empty(), m.service.empty(), m.metric.empty(), m.from, m.to});
    for (const Matcher& m : matchers_) turns_.insert(turns_.end(), {m.from, m.to});
    std::sort(turns_.begin(), turns_.end());
}

std::optional<size_t> ResourceMatcher::find(const MetricInstanceName& n, EventTime start) const {
    for (const Matcher& m : matchers_) {
        if (start < m.from || start >= m.to) continue;
        if ((m.any_resource || found(m.resource_name, n.resource)) && (m.any_host || found(m.host, n.host)) &&
            (m.any_service || found(m.service, n.service)) && (m.any_metric || found(m.metric, n.metric)) && all_found(m.labels, n))
            return m.resource;
    }
    return std::nullopt;
}

bool ResourceMatcher::same(EventTime earlier, EventTime later) const {
    const auto next = std::upper_bound(turns_.begin(), turns_.end(), earlier);
    return next == turns_.end() || *next > later;
}

}  // namespace foreshock
