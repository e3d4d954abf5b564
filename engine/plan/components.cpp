#include "engine/plan/components.h"

#include <algorithm>
#include <numeric>

#include "engine/base/fnv1a.h"

namespace foreshock {

namespace {

bool looks_anywhere(const RuleCondition& c) {
    return c.on == Relation::anywhere || std::ranges::any_of(c.parts, looks_anywhere);
}

bool ties_everything(const Rule& r) { return r.by == RuleKey::label || r.by == RuleKey::everything || looks_anywhere(r.when); }

// Names that belong together; a name is known from when it is first mentioned.
class Groups {
public:
    size_t number(const std::string& key) {
        const auto [at, added] = numbers_.emplace(key, parent_.size());
        if (added) parent_.push_back(at->second);
        return at->second;
    }
    size_t root(size_t i) const {
        while (parent_[i] != i) i = parent_[i];
        return i;
    }
    void unite(const std::string& a, const std::string& b) {
        const size_t x = root(number(a)), y = root(number(b));
        parent_[std::max(x, y)] = std::min(x, y);
    }
    const std::map<std::string, size_t>& all() const { return numbers_; }

private:
    std::map<std::string, size_t> numbers_;
    std::vector<size_t> parent_;
};

constexpr char kService = 's', kResource = 'r';
std::string key(char kind, const std::string& name) { return kind + name; }

Groups groups_of(const Model& model) {
    Groups groups;
    for (const ServiceModel& s : model.services) {
        (void)groups.number(key(kService, s.name));
        for (const Call& c : s.calls) groups.unite(key(kService, s.name), key(kService, c.service));
        for (const Slo& slo : s.slos)
            if (!slo.resource.empty()) groups.unite(key(kService, s.name), key(kResource, slo.resource));
        for (const Slo& slo : s.slos)
            for (const SloPart& part : slo.parts) groups.unite(key(kService, s.name), key(kService, part.service));
    }
    for (const ResourceModel& r : model.resources) {
        (void)groups.number(key(kResource, r.name));
        if (!r.service.empty()) groups.unite(key(kResource, r.name), key(kService, r.service));
    }
    return groups;
}

uint32_t share_by(std::string_view name, uint32_t shares) { return static_cast<uint32_t>(Fnv1a{}.add(name).value() % shares); }

}  // namespace

Components::Components(const Model& model, const RulePlan& rules, uint32_t shares) : shares_(shares), unknown_(share_by("", shares)) {
    const auto tying = std::ranges::find_if(rules.rules, ties_everything);
    if (tying != rules.rules.end()) tied_by_ = tying->name;
    const Groups groups = groups_of(model);
    std::map<size_t, std::string> name_of;
    for (const auto& [member, number] : groups.all()) {
        const std::string name = member.substr(1);
        std::string& least = name_of.emplace(groups.root(number), name).first->second;
        least = std::min(least, name);
    }
    for (const auto& [root, name] : name_of) names_.push_back(name);
    std::ranges::sort(names_);
    for (const auto& [member, number] : groups.all()) {
        const uint32_t share = tied_by_.empty() ? share_by(name_of.at(groups.root(number)), shares) : unknown_;
        (member[0] == kService ? services_ : resources_).emplace(member.substr(1), share);
    }
}

uint32_t Components::share_of_service(std::string_view name) const {
    const auto known = services_.find(name);
    return known == services_.end() ? unknown_ : known->second;
}

uint32_t Components::share_of_resource(std::string_view name, std::string_view service) const {
    const auto known = resources_.find(name);
    if (known != resources_.end()) return known->second;
    return service.empty() ? unknown_ : share_of_service(service);
}

Model Components::part(const Model& model, uint32_t share) const {
    const auto of_service = [this](const std::string& name) { return share_of_service(name); };
    const auto of_resource = [this](const std::string& name) { return share_of_resource(name, {}); };
    Model part = model;
    std::erase_if(part.services, [&](const ServiceModel& s) { return of_service(s.name) != share; });
    std::erase_if(part.resources, [&](const ResourceModel& r) { return of_resource(r.name) != share; });
    std::erase_if(part.calendar, [&](CalendarEntry& e) {
        const bool everything = e.services.empty() && e.resources.empty();
        std::erase_if(e.services, [&](const std::string& name) { return of_service(name) != share; });
        std::erase_if(e.resources, [&](const std::string& name) { return of_resource(name) != share; });
        return !everything && e.services.empty() && e.resources.empty();
    });
    std::erase_if(part.views, [&](const View& v) {
        const auto is_node = [&](const std::string& name) { return std::ranges::any_of(v.nodes, [&](const ViewNode& n) { return n.name == name; }); };
        const auto elsewhere = [&](const Call& m) { return !is_node(m.service) && of_service(m.service) != share; };
        return std::ranges::any_of(v.nodes, [&](const ViewNode& n) { return std::ranges::any_of(n.members, elsewhere); });
    });
    return part;
}

}  // namespace foreshock
