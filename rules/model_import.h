// Service models from what others have written down: OpenSLO v1 documents, and the CSV of a CMDB. Text in, YAML of a model out, with
// a note for everything that could not be taken over. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace foreshock {

struct ImportedModel {
    std::string yaml;
    Diagnostics sources;  // where each of its lines comes from; line 0: nowhere. No messages
    Diagnostics notes;  // what was left out or guessed, each with its place
};

// Services and SLOs of one or several documents. What OpenSLO has no word for comes from annotations `foreshock/KEY`: owner, class,
// calls, value_per_minute, currency, time_zone of a service; indicator, below, window, resource, metric of an SLO.
Result<ImportedModel> import_openslo(std::string_view text, const std::string& file_name);

// One configuration item a row. Columns by name, in any order: name, type (service, application, or anything else: a resource),
// depends_on (names, separated by ; or |), and where they are there service, owner, title, criticality, host.
Result<ImportedModel> import_cmdb(std::string_view csv, const std::string& file_name);

// Text as a YAML scalar that reads back as the same text.
std::string yaml_text(std::string_view text);

}  // namespace foreshock
