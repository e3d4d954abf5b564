#include "rules/model_reader.h"

#include <algorithm>

#include "rules/rule_reader.h"
#include "rules/time_zone.h"

namespace foreshock {
namespace {

// False, with a problem, when the name is taken.
bool take_name(ReadContext& context, ModelDraft& draft, const std::string& path, Place place) {
    const auto [at, is_new] = draft.places.emplace(path, place);
    if (is_new) return true;
    const std::string first = context.problems.file_name(at->second.file) + ":" + std::to_string(at->second.line);
    context.problems.add(place, in_quotes(path.substr(path.find('.') + 1)) + " is defined twice", "first in " + first + "; keep one");
    return false;
}

}  // namespace

const std::vector<ZoneOffset>& ZoneTable::read(const Section& section, std::string_view key, std::string& name) {
    std::string zone = "UTC";
    section.read(key, zone);
    if (const auto known = known_.find(zone); known != known_.end()) {
        name = zone;
        return known->second;
    }
    auto offsets = zone_offsets(zone);
    if (!offsets) {
        const Diagnostic& d = offsets.problems().front();
        section.problem(key, d.message, d.hint);
        return known_["UTC"];
    }
    name = zone;
    return known_[zone] = std::move(offsets.value());
}

void read_model(ReadContext& context, const Section& top, ModelDraft& draft) {
    ZoneTable zones;
    top.each_named("services", [&](const std::string& name, Place place, const Section& section) {
        ServiceModel service;
        service.name = name;
        read_service(context, section, service, zones, draft);
        service.definition = definition_of(section.node());
        if (take_name(context, draft, "services." + name, place)) draft.model.services.push_back(std::move(service));
    });
    top.each_named("resources", [&](const std::string& name, Place place, const Section& section) {
        ResourceModel resource;
        resource.name = name;
        read_resource(context, section, resource, draft);
        resource.definition = definition_of(section.node());
        if (take_name(context, draft, "resources." + name, place)) draft.model.resources.push_back(std::move(resource));
    });
    top.each_named("views", [&](const std::string& name, Place place, const Section& section) {
        View view;
        view.name = name;
        read_view(context, section, view, draft);
        view.definition = definition_of(section.node());
        if (take_name(context, draft, "views." + name, place)) draft.model.views.push_back(std::move(view));
    });
    top.each_item("calendar", [&](const Section& section) {
        CalendarEntry entry;
        read_calendar_entry(section, entry, zones, draft);
        entry.definition = definition_of(section.node());
        draft.model.calendar.push_back(std::move(entry));
    });
}

}  // namespace foreshock
