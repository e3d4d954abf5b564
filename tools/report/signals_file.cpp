#include "tools/report/signals_file.h"

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "connectors/format/json_value.h"

namespace foreshock {
namespace {

std::string_view to_string(SignalKind k) {
    constexpr std::string_view kNames[]{"spike", "drop", "pressure", "burn"};
    return kNames[static_cast<size_t>(k)];
}
std::string_view to_string(Measure m) { return m == Measure::volume ? "volume" : "value"; }

void put_entity(nlohmann::ordered_json& out, const SignalChange& c, const Inventory& inventory) {
    if (c.kind == SignalKind::spike || c.kind == SignalKind::drop) out["measure"] = to_string(c.measure);
    if (c.service != kNoIndex) out["service"] = inventory.services()[c.service].name;
    if (c.kind == SignalKind::burn) {
        const Slo& slo = inventory.services()[c.service].model->slos[c.slo];
        out["slo"] = slo.name;
        out["long_seconds"] = to_seconds(slo.burn[c.rule].long_window);
        out["short_seconds"] = to_seconds(slo.burn[c.rule].short_window);
    }
    if (c.gauge == kNoIndex) return;
    const GaugeEntry& gauge = inventory.gauges()[c.gauge];
    out["resource"] = inventory.resources()[gauge.resource].name;
    out["metric"] = gauge.metric;
}

}  // namespace

std::string to_json_line(const SignalChange& c, const Inventory& inventory) {
    nlohmann::ordered_json out = nlohmann::ordered_json::object();
    put_time(out, "time", c.at);
    out["signal"] = to_string(c.kind);
    out["state"] = c.opened ? "opened" : "closed";
    put_entity(out, c, inventory);
    put_time(out, "since", c.since);
    put_number(out, "value", c.value);
    put_number(out, "baseline", c.baseline);
    put_number(out, "ratio", c.ratio);
    return to_line(out);
}

Result<std::unique_ptr<SignalsFile>> SignalsFile::open(const std::string& path) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) {
        return Diagnostic{path, 0, 0, std::string("cannot write signals: ") + std::strerror(errno),
                          "name a file in a folder that exists and that this user may write"};
    }
    return std::unique_ptr<SignalsFile>(new SignalsFile(file));
}

void SignalsFile::decided(const DecidedSlot& slot) {
    for (const auto& change : slot.signals.changes) {
        const std::string line = to_json_line(change, slot.inventory) + '\n';
        std::fwrite(line.data(), 1, line.size(), file_.get());
    }
    if (!slot.signals.changes.empty()) std::fflush(file_.get());
}

}  // namespace foreshock
