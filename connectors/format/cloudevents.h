// Warnings as CloudEvents 1.0, structured JSON: the form in which Foreshock's own readers get them (Kafka, files,
// webhooks). Type `foreshock.warning.{opened,updated,acknowledged,resolved}.v1`; changing the meaning of a field needs
// a new version.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "engine/warn/warning.h"

namespace foreshock {

// Content type of a structured event, in HTTP as in the Kafka header `content-type`.
inline constexpr std::string_view kCloudEventContentType = "application/cloudevents+json; charset=UTF-8";

// What every event of one run has in common. Set up before start, then read-only.
struct CloudEventContext {
    std::string app = "foreshock";  // source is "/foreshock/<app>"
    std::string base_url;           // of the live page, without a slash at the end; empty: no links
    bool advice = false;            // the sink carries capacity advice, and nothing else
    bool suppressed = false;        // it also carries what maintenance kept back; files always do
};

// Offsets by partition, as warnings and capacity advice name them.
nlohmann::ordered_json inputs_json(const std::vector<InputRange>& inputs);

// Warning id + "." + revision: the same for every delivery of one revision, so that receivers can drop repetitions.
std::string event_id(const WarningRevision& w);

// Address of the warning on the live page; empty without a base URL.
std::string warning_url(const WarningRevision& w, const CloudEventContext& context);

// The `data` of the event alone.
std::string to_warning_json(const WarningRevision& w, const CloudEventContext& context);

// One line of JSON, without a newline. The same revision gives the same bytes: fixed key order; numbers to six
// significant digits; times RFC 3339, milliseconds, UTC; what is unknown (NaN, unset time, empty text) is left out,
// while objects and lists of the contract are always there, empty at worst.
std::string to_cloudevent(const WarningRevision& w, const CloudEventContext& context);

}  // namespace foreshock
