// Readers of the model's three parts; model_reader.cpp joins them. Only for rules/model_*.cpp.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/model_draft.h"

namespace foreshock {

// Time zones by name, each looked up once.
class ZoneTable {
public:
    // Offsets of the zone under `key` of the section (UTC when absent); a problem is reported there.
    const std::vector<ZoneOffset>& read(const Section& section, std::string_view key, std::string& name);

private:
    std::map<std::string, std::vector<ZoneOffset>> known_;
};

void read_service(ReadContext& context, const Section& section, ServiceModel& service, ZoneTable& zones, ModelDraft& draft);
// `service` has read its own keys: promises follow its time zone.
void read_slo(ReadContext& context, const Section& section, const ServiceModel& service, Slo& slo, ModelDraft& draft);
// The value of a key as an absolute time, local ones by the clocks of the zone; a problem is reported.
std::optional<EventTime> read_time(const Section& section, std::string_view key, const std::vector<ZoneOffset>& zone);
// Says so, and where clocks go forward over the start that it does not exist.
void end_not_after_start(const Section& section, EventTime start, const std::vector<ZoneOffset>& zone);
void read_resource(ReadContext& context, const Section& section, ResourceModel& resource, ModelDraft& draft);
void read_view(ReadContext& context, const Section& section, View& view, ModelDraft& draft);
// A list of names, each plain or as a map from the name to a section; `path` is that section's in the reference.
void read_members(ReadContext& context, const Section& section, std::string_view key, const std::string& path, std::vector<Call>& into,
                  const std::function<bool(const Call&, Place)>& take);
void read_calendar_entry(const Section& section, CalendarEntry& entry, ZoneTable& zones, ModelDraft& draft);

}  // namespace foreshock
