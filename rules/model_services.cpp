// Services and their calls; model_slos.cpp reads their promises.
#include <algorithm>
#include <cctype>

#include "rules/model_reader.h"
#include "rules/values.h"

namespace foreshock {
namespace {

// One item of `calls`: a name, or a map from the name to a section.
std::optional<Call> read_call(ReadContext& context, const YamlNode& item) {
    if (item.is_scalar() && !item.text.empty()) return Call{.service = item.text};
    if (!item.is_map() || item.entries.size() != 1) {
        context.problems.add(item.place, "calls: expected the name of a service, found " + describe(item),
                             "write name, or {name: {asynchronous: true}}");
        return std::nullopt;
    }
    const YamlEntry& entry = item.entries.front();
    const Section section(context, entry.value, "services.*.calls.*");
    Call call{.service = entry.key};
    section.read("asynchronous", call.asynchronous);
    section.read("optional", call.optional);
    section.read("group", call.group);
    section.read("needs", call.needs, Range{1, 1000});
    if (section.has("needs") && call.group.empty()) section.problem("needs", "only for calls of a group", "write group: name beside it");
    section.read("weight", call.weight);
    if (call.asynchronous || call.optional) call.roll_up = RollUp::capped;
    section.choice("roll_up", call.roll_up);
    return call;
}

void read_calls(ReadContext& context, const Section& section, ServiceModel& service, ModelDraft& draft) {
    const YamlNode* calls = section.value("calls");
    if (calls == nullptr) return;
    if (!calls->is_sequence()) {
        section.problem("calls", "expected a list of services, found " + describe(*calls), "write [first, second]");
        return;
    }
    for (const YamlNode& item : calls->items) {
        auto call = read_call(context, item);
        if (!call) continue;
        if (!draft.places.emplace("services." + service.name + ".calls." + call->service, item.place).second) {
            context.problems.add(item.place, "calls: " + in_quotes(call->service) + " stands twice", "keep one");
            continue;
        }
        draft.references.push_back({NameReference::Kind::service, call->service, "calls", item.place});
        service.calls.push_back(std::move(*call));
    }
}

}  // namespace

void read_service(ReadContext& context, const Section& section, ServiceModel& service, ZoneTable& zones, ModelDraft& draft) {
    section.read("title", service.title);
    section.read("owner", service.owner);
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
    section.each_named("slos", [&](const std::string& name, Place place, const Section& slo) {
        service.slos.emplace_back().name = name;
        draft.places.emplace("services." + service.name + ".slos." + name, place);
        read_slo(context, slo, service, service.slos.back(), draft);
    });
}

}  // namespace foreshock
