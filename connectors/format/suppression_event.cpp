#include "connectors/format/suppression_event.h"

#include <nlohmann/json.hpp>

#include "connectors/format/json_value.h"
#include "engine/base/fnv1a.h"

namespace foreshock {

using Json = nlohmann::ordered_json;

std::string suppression_id(const SuppressedWarning& w, const CloudEventContext& context) {
    return "s-" + hex_text(Fnv1a{}.add_part(context.app).add_part(w.service).add_part(w.slo).add_part(w.resource).value());
}

std::string event_id(const SuppressedWarning& w, const CloudEventContext& context) {
    return suppression_id(w, context) + "." + std::to_string(w.time.time_since_epoch() / std::chrono::seconds{1}) + "." + std::string(to_string(w.state));
}

std::string to_cloudevent(const SuppressedWarning& w, const CloudEventContext& context) {
    Json data{{"state", to_string(w.state)}, {"by", w.by}, {"service", w.service}, {"slo", w.slo}};
    if (!w.resource.empty()) data["resource"] = w.resource;
    data["breached"] = w.breached;
    put_number(data, "probability", w.probability);
    return to_line(Json{
        {"specversion", "1.0"},
        {"id", event_id(w, context)},
        {"source", "/foreshock/" + context.app},
        {"type", "foreshock.suppression." + std::string(to_string(w.state)) + ".v1"},
        {"subject", w.service},
        {"time", to_rfc3339(w.time)},
        {"datacontenttype", "application/json"},
        {"data", std::move(data)},
    });
}

}  // namespace foreshock
