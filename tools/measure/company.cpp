#include "tools/measure/company.h"

#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace foreshock {

namespace {

constexpr uint32_t kChain = 5, kEach = 10;

std::string service_name(uint32_t service) { return fmt::format("s{}", service); }
std::string resource_name(uint32_t service, uint32_t resource) { return fmt::format("s{}-r{}", service, resource); }

// What one of its services is like; the others are copies, because nobody writes as many by hand.
const char* const kOne = R"(
services:
  s:
    slos:
      latency: {indicator: p95_latency_ms, below: 300, objective: 99.5%}
      errors: {indicator: error_ratio, below: 0.01}
      ok: {indicator: availability, objective: 99.9%}
resources:
  pool: {service: s, metrics: {used: {limit: 100}}, kind: connection_pool}
  cpu: {service: s, metrics: {used: {limit: 100}}, kind: cpu}
)";

}  // namespace

Config company(uint32_t services, uint32_t resources) {
    Config config = load_config_text(kOne, "company.yaml").value();
    const Model one = std::exchange(config.model, {});
    for (uint32_t s = 0; s < services; ++s) {
        ServiceModel& service = config.model.services.emplace_back(one.services[0]);
        service.name = service_name(s);
        if (s % kChain + 1 < kChain && s + 1 < services) service.calls = {{service_name(s + 1)}};
        for (uint32_t r = 0; r < resources; ++r) {
            ResourceModel& resource = config.model.resources.emplace_back(one.resources[r % 2]);
            resource.name = resource_name(s, r);
            resource.service = service.name;
        }
    }
    return config;
}

bool company_rises(ServiceIndex service) { return service % kEach == kChain - 1; }  // the last of every second chain

std::string company_filled(ServiceIndex service) { return resource_name(service, 0); }

ClosedSlot company_slot(const Inventory& inventory, const EngineOptions& options, int number, double rise) {
    ClosedSlot slot;
    slot.length = options.slots.length;
    slot.index = slot_of(EventTime{std::chrono::hours{24 * 20000}} + number * slot.length, slot.length);
    slot.start = slot_start(slot.index, slot.length);
    slot.end = slot.decided_at = slot_end(slot.index, slot.length);
    const double wobble = 1 + 0.02 * std::sin(number * 1.7) + 0.01 * std::cos(number * 0.61);
    for (ServiceIndex s = 0; s < inventory.services().size(); ++s) {
        ServiceSlot& row = slot.services.emplace_back();
        row.service = s;
        row.count = std::llround(500 * wobble * (company_rises(s) ? rise : 1));
        row.value_micro = row.count * 20'000'000;
        row.span_seconds = to_seconds(slot.length);
        row.latency.add(Histogram::bucket_of(100.0F), static_cast<uint32_t>(row.count));
    }
    for (GaugeIndex g = 0; g < inventory.gauges().size(); ++g) {
        GaugeSlot& row = slot.gauges.emplace_back();
        const ResourceEntry& r = inventory.resources()[inventory.gauges()[g].resource];
        const bool fills = company_rises(r.service) && r.name == company_filled(r.service);
        row.gauge = g;
        row.utilization = row.worst = wobble * (fills ? 0.38 * rise : 0.3);
        row.value = row.max = 100 * row.utilization;
        row.limit = 100;
        row.instances = 1;
        row.span_seconds = to_seconds(slot.length);
    }
    return slot;
}

}  // namespace foreshock
