// Readers of the model's three parts; model_reader.cpp joins them. Only for rules/model_*.cpp.
#pragma once

#include <map>
#include <string>

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
void read_resource(ReadContext& context, const Section& section, ResourceModel& resource, ModelDraft& draft);
void read_calendar_entry(const Section& section, CalendarEntry& entry, ZoneTable& zones, ModelDraft& draft);

}  // namespace foreshock
