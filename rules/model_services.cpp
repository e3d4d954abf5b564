// Services and their calls; model_slos.cpp reads their promises.
#include <algorithm>
#include <cctype>
#include <map>

#include "rules/model_reader.h"
#include "rules/values.h"

namespace foreshock {
namespace {

// One item of a list of members: a name, or a map from the name to a section.
std::optional<Call> read_member(ReadContext& context, const YamlNode& item, std::string_view key, const std::string& path) {
    if (item.is_scalar() && !item.text.empty()) return Call{.service = item.text};
    if (!item.is_map() || item.entries.size() != 1) {
        context.problems.add(item.place, std::string(key) + ": expected the name of a service, found " + describe(item),
                             "write name, or {name: {" + std::string(key == "calls" ? "asynchronous: true" : "weight: 2") + "}}");
        return std::nullopt;
    }
    const YamlEntry& entry = item.entries.front();
    const Section section(context, entry.value, path);
    Call call{.service = entry.key};
    if (key == "calls") {
        section.read("asynchronous", call.asynchronous);
        section.read("optional", call.optional);
    }
    section.read("group", call.group);
    section.read("needs", call.needs, Range{1, 1000});
    if (section.has("needs") && call.group.empty()) section.problem("needs", "only for members of a group", "write group: name beside it");
    section.read("weight", call.weight);
    if (call.asynchronous || call.optional) call.roll_up = RollUp::capped;
    section.choice("roll_up", call.roll_up);
    return call;
}

// Members that stand in for each other, and how many of them are said to be needed.
class Group {
public:
    void add(const YamlNode& item, uint32_t needs) {
        ++members_;
        if (item.entries.front().value.find("needs") != nullptr) said_.push_back({needs, item.entries.front().value.find("needs")->value.place});
    }
    void check(ReadContext& context, const std::string& name) const {
        for (const auto& [needs, place] : said_) {
            if (needs > members_) context.problems.add(place, "needs: the group " + in_quotes(name) + " has " + std::to_string(members_) + (members_ == 1 ? " member" : " members") + ", and needs " + std::to_string(needs), "at most " + std::to_string(members_));
            else if (needs != said_.front().first) context.problems.add(place, "needs: the group " + in_quotes(name) + " is said to need " + std::to_string(said_.front().first) + " and " + std::to_string(needs), "write it once");
        }
    }

private:
    size_t members_ = 0;
    std::vector<std::pair<uint32_t, Place>> said_;
};

void read_calls(ReadContext& context, const Section& section, ServiceModel& service, ModelDraft& draft) {
    read_members(context, section, "calls", "services.*.calls.*", service.calls, [&](const Call& call, Place place) {
        if (!draft.places.emplace("services." + service.name + ".calls." + call.service, place).second) {
            context.problems.add(place, "calls: " + in_quotes(call.service) + " stands twice", "keep one");
            return false;
        }
        draft.references.push_back({NameReference::Kind::service, call.service, "calls", place});
        return true;
    });
}

// What a third party promises counts like a promise of ours.
void read_supplier(const Section& section, ServiceModel& service, ModelDraft& draft) {
    section.read("supplier", service.supplier);
    double sla = 0;
    if (!section.read("sla", sla)) return;
    if (sla <= 0 || sla >= 1) section.problem("sla", "out of range", "above 0 and below 1, such as 99.9%");
    Slo& slo = service.slos.emplace_back();
    slo.name = "sla";
    slo.indicator = Indicator::availability;
    slo.budgeting = Budgeting::transactions;
    slo.objective = sla;
    slo.period_kind = PeriodKind::month;
    slo.below = std::min(1.0, 14.4 * (1 - sla));
    draft.places.emplace("services." + service.name + ".slos.sla", section.place_of("sla"));
}

}  // namespace

void read_members(ReadContext& context, const Section& section, std::string_view key, const std::string& path, std::vector<Call>& into,
                  const std::function<bool(const Call&, Place)>& take) {
    const YamlNode* list = section.value(key);
    if (list == nullptr) return;
    if (!list->is_sequence()) return section.problem(key, "expected a list of services, found " + describe(*list), "write [first, second]");
    std::map<std::string, Group> groups;
    for (const YamlNode& item : list->items) {
        auto member = read_member(context, item, key, path);
        if (!member || !take(*member, item.place)) continue;
        if (!member->group.empty()) groups[member->group].add(item, member->needs);
        into.push_back(std::move(*member));
    }
    for (const auto& [name, group] : groups) group.check(context, name);
}

void read_service(ReadContext& context, const Section& section, ServiceModel& service, ZoneTable& zones, ModelDraft& draft) {
    section.read("title", service.title);
    section.read("owner", service.owner);
    section.read("labels", service.labels);
    section.choice("class", service.service_class);
    section.read("value_per_minute", service.value_per_minute);
    if (section.read("currency", service.currency)) {
        const auto is_letter = [](unsigned char c) { return c >= 'A' && c <= 'Z'; };
        if (service.currency.size() != 3 || !std::ranges::all_of(service.currency, is_letter)) {
            section.problem("currency", in_quotes(service.currency) + " is no currency", "three capital letters, such as EUR");
        }
    }
    service.utc_offsets = zones.read(section, "time_zone", service.time_zone);
    read_calls(context, section, service, draft);
    enum class Rule : uint8_t { worst, weighted } rule{};
    section.choice("roll_up", rule);
    service.roll_up_weighted = rule == Rule::weighted;
    read_supplier(section, service, draft);
    section.each_named("slos", [&](const std::string& name, Place place, const Section& slo) {
        if (name == "sla" && section.has("sla")) section.problem("sla", "there is a promise of that name already", "keep one of them");
        service.slos.emplace_back().name = name;
        draft.places.emplace("services." + service.name + ".slos." + name, place);
        read_slo(context, slo, service, service.slos.back(), draft);
    });
}

}  // namespace foreshock
