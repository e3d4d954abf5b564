// Views: hierarchies over the same services.
#include <map>

#include "rules/model_reader.h"

namespace foreshock {
namespace {

void read_node(ReadContext& context, const Section& section, const std::string& path, ViewNode& node, ModelDraft& draft) {
    read_members(context, section, "of", "views.*.nodes.*.of.*", node.members, [&](const Call& member, Place place) {
        if (draft.places.emplace(path + ".of." + member.service, place).second) return true;
        context.problems.add(place, "of: " + in_quotes(member.service) + " stands twice", "keep one");
        return false;
    });
    enum class Rule : uint8_t { worst, weighted } rule{};
    section.choice("roll_up", rule);
    node.weighted = rule == Rule::weighted;
    section.read("needs", node.needs, Range{1, 1000});
    if (node.needs > node.members.size()) section.problem("needs", "more than there are members", "at most " + std::to_string(node.members.size()));
    if (node.weighted && node.needs > 0) section.problem("needs", "by weight no number of members is needed", "keep one of needs and roll_up");
}

class ViewCheck {
public:
    ViewCheck(const ModelDraft& draft, Problems& problems) : draft_(draft), problems_(problems) {
        for (const ServiceModel& s : draft.model.services) services_.emplace(s.name, true);
    }

    void check(const View& view) {
        nodes_.clear();
        mark_.clear();
        for (const ViewNode& n : view.nodes) nodes_.emplace(n.name, &n);
        for (const ViewNode& n : view.nodes) {
            for (const Call& member : n.members) check_name(view, n, member.service);
            follow(view, n);
        }
    }

private:
    Place place_of(const View& view, const ViewNode& node, const std::string& member) const {
        const auto at = draft_.places.find("views." + view.name + "." + node.name + ".of." + member);
        return at == draft_.places.end() ? Place{} : at->second;
    }

    void check_name(const View& view, const ViewNode& node, const std::string& member) {
        if (services_.contains(member) || nodes_.contains(member)) return;
        std::vector<std::string_view> known;
        for (const auto& [name, unused] : services_) known.push_back(name);
        for (const auto& [name, unused] : nodes_) known.push_back(name);
        problems_.add(place_of(view, node, member), "of: neither a service nor a node of this view: " + in_quotes(member), suggest(member, known));
    }

    // A node on its own path is a cycle; each is reported once.
    void follow(const View& view, const ViewNode& node) {
        mark_[node.name] = 1;
        for (const Call& member : node.members) {
            const auto inner = nodes_.find(member.service);
            if (inner == nodes_.end()) continue;
            const int seen = mark_[member.service];
            if (seen == 1) problems_.add(place_of(view, node, member.service), "of: " + in_quotes(member.service) + " would hold itself", "take it out");
            if (seen == 0) follow(view, *inner->second);
        }
        mark_[node.name] = 2;
    }

    const ModelDraft& draft_;
    Problems& problems_;
    std::map<std::string, bool> services_;
    std::map<std::string, const ViewNode*> nodes_;
    std::map<std::string, int> mark_;
};

}  // namespace

void read_view(ReadContext& context, const Section& section, View& view, ModelDraft& draft) {
    section.each_named("nodes", [&](const std::string& name, Place, const Section& node) {
        view.nodes.emplace_back().name = name;
        read_node(context, node, "views." + view.name + "." + name, view.nodes.back(), draft);
    });
}

void check_views(ModelDraft& draft, Problems& problems) {
    ViewCheck check(draft, problems);
    for (const View& view : draft.model.views) check.check(view);
}

}  // namespace foreshock
