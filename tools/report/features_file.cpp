#include "tools/report/features_file.h"

#include <cerrno>
#include <cmath>
#include <cstring>

namespace foreshock {
namespace {

std::string resource_of(const Inventory& inventory, GaugeIndex g) {
    return g == kNoIndex ? "" : inventory.resources()[inventory.gauges()[g].resource].name;
}

}  // namespace

Result<std::unique_ptr<FeaturesFile>> FeaturesFile::open(const std::string& path, EventTime from, Micros every) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) {
        return Diagnostic{path, 0, 0, std::string("cannot write features: ") + std::strerror(errno),
                          "name a file in a folder that exists and that this user may write"};
    }
    std::string head = "time,service,slo,violated,urgent,gauge";
    for (const FeatureInfo& f : kFeatureTable) head.append(",").append(f.name);
    std::fprintf(file, "%s\n", head.c_str());
    return std::unique_ptr<FeaturesFile>(new FeaturesFile(file, from, every));
}

void FeaturesFile::decided(const DecidedSlot& slot) {
    if (slot.slot.decided_at < next_) return;
    next_ = slot.slot.decided_at + every_;
    std::string rows;
    for (size_t i = 0; i < slot.forecasts.promises.size(); ++i) {
        const BreachForecast& f = slot.forecasts.promises[i];
        const ServiceEntry& service = slot.inventory.services()[f.service];
        const bool metric = (*f.features)[Feature::metric_promise] > 0;
        bool violated = f.violated, first = true;
        for (size_t k = 0; k < slot.forecasts.promises.size() && !metric; ++k) {
            const BreachForecast& other = slot.forecasts.promises[k];
            if (other.service != f.service || (*other.features)[Feature::metric_promise] > 0) continue;
            violated = violated || other.violated;
            first = first && k >= i;
        }
        if (!first) continue;
        const std::string slo = f.slo == kCapacityPromise || service.model == nullptr ? "capacity" : service.model->slos[f.slo].name;
        char text[64];
        std::snprintf(text, sizeof text, "%.3f,", static_cast<double>(slot.slot.decided_at.time_since_epoch().count()) * 1e-6);
        rows.append(text).append(service.name).append(",").append(slo).append(violated ? ",1," : ",0,");
        rows.append(resource_of(slot.inventory, f.urgent)).append(",").append(resource_of(slot.inventory, f.gauge));
        for (const float x : f.features->x) {
            if (std::isnan(x)) { rows += ','; continue; }
            std::snprintf(text, sizeof text, ",%.6g", static_cast<double>(x));
            rows += text;
        }
        rows += '\n';
    }
    std::fwrite(rows.data(), 1, rows.size(), file_.get());
}

}  // namespace foreshock
