// What a slot costs in a large company: 1,000 services with 10 resources and 3 promises each, in chains of five that wait for each other.
// Loads its model, decides slots of usual demand, then of a rise in every tenth service. Checks that those and no others are warned of.
// Prints milliseconds, one core.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "engine/correlate/correlator.h"
#include "engine/detect/detector.h"
#include "engine/forecast/forecaster.h"
#include "engine/standing/stander.h"
#include "engine/warn/ranker.h"
#include "engine/warn/warner.h"
#include "rules/config.h"

namespace {

using namespace foreshock;
using Clock = std::chrono::steady_clock;

constexpr uint32_t kServices = 1000, kResources = 10, kChain = 5, kEach = 10;  // every tenth service rises
constexpr int kUsual = 400, kRise = 60;                                         // slots

double milliseconds(Clock::duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

std::string model_text() {
    std::string text = "services:\n";
    for (uint32_t s = 0; s < kServices; ++s) {
        const std::string name = "s" + std::to_string(s);
        text += "  " + name + ":\n";
        if (s % kChain + 1 < kChain) text += "    calls: [s" + std::to_string(s + 1) + "]\n";
        text += "    slos:\n      latency: {indicator: p95_latency_ms, below: 300, objective: 99.5%}\n      errors: {indicator: error_ratio, below: 0.01}\n"
                "      ok: {indicator: availability, objective: 99.9%}\n";
    }
    text += "resources:\n";
    for (uint32_t s = 0; s < kServices; ++s)
        for (uint32_t r = 0; r < kResources; ++r)
            text += "  s" + std::to_string(s) + "-r" + std::to_string(r) + ": {service: s" + std::to_string(s) + ", metrics: {used: {limit: 100}}, kind: " + (r % 2 == 0 ? "cpu" : "connection_pool") + "}\n";
    return text;
}

// The deciding stages, as run/decider.h strings them together.
struct Stages {
    explicit Stages(const Model& model) : inventory(model) {}

    Inventory inventory;
    EngineOptions options;
    Detector detect{inventory, options};
    Correlator correlate{inventory, options};
    Forecaster forecast{inventory, options};
    Warner warn{inventory, options};
    Ranker rank{inventory};
    Stander stand{inventory, options};
    std::set<std::string> warned;
    size_t open_warnings = 0;

    void decide(const ClosedSlot& slot) {
        const Signals& signals = detect.close(slot);
        const Correlation& correlation = correlate.correlate(signals);
        const Forecasts& forecasts = forecast.forecast(signals, correlation);
        const auto decided = warn.decide(forecasts, &signals);
        std::vector<WarningRevision> said(decided.begin(), decided.end()), open(warn.open().begin(), warn.open().end());
        rank.rank(slot.end, open, said);
        stand.judge(signals, forecasts);
        open_warnings = open.size();
        for (const WarningRevision& w : said) warned.insert(w.resource.name);
    }
};

bool rises(uint32_t service) { return service % kEach == kChain - 1; }  // the last of every second chain

ClosedSlot slot_of_company(const Inventory& inventory, const EngineOptions& options, int i) {
    ClosedSlot slot;
    slot.length = options.slots.length;
    slot.index = slot_of(EventTime{std::chrono::hours{24 * 20000}} + i * slot.length, slot.length);
    slot.start = slot_start(slot.index, slot.length);
    slot.end = slot.decided_at = slot_end(slot.index, slot.length);
    const double wobble = 1 + 0.02 * std::sin(i * 1.7) + 0.01 * std::cos(i * 0.61);
    const double risen = i < kUsual ? 1 : 1 + 1.6 * (i - kUsual) / kRise;
    for (ServiceIndex s = 0; s < kServices; ++s) {
        ServiceSlot& row = slot.services.emplace_back();
        row.service = s;
        row.count = std::llround(500 * wobble * (rises(s) ? risen : 1));
        row.value_micro = row.count * 20'000'000;
        row.span_seconds = to_seconds(slot.length);
        row.latency.add(Histogram::bucket_of(100.0F), static_cast<uint32_t>(row.count));
    }
    for (GaugeIndex g = 0; g < inventory.gauges().size(); ++g) {
        GaugeSlot& row = slot.gauges.emplace_back();
        const ResourceEntry& r = inventory.resources()[inventory.gauges()[g].resource];
        row.gauge = g;
        row.utilization = row.worst = wobble * (r.name.ends_with("-r1") && rises(r.service) ? 0.38 * risen : 0.3);
        row.value = row.max = 100 * row.utilization;
        row.limit = 100;
        row.instances = 1;
        row.span_seconds = to_seconds(slot.length);
    }
    return slot;
}

struct Costs {
    std::vector<double> ms;
    double middle() { std::ranges::sort(ms); return ms[ms.size() / 2]; }
    double worst() { return *std::ranges::max_element(ms); }
};

}  // namespace

int main() {
    const std::string text = model_text();
    const auto start = Clock::now();
    const auto config = load_config_text(text, "model.yaml");
    if (!config) return std::fprintf(stderr, "%s\n", config.problems().front().text().c_str()), 1;
    Stages stages(config.value().model);
    const double load = milliseconds(Clock::now() - start);
    Costs usual, rising;
    size_t most_open = 0;
    for (int i = 0; i < kUsual + kRise; ++i) {
        const ClosedSlot slot = slot_of_company(stages.inventory, stages.options, i);
        const auto before = Clock::now();
        stages.decide(slot);
        (i < kUsual ? usual : rising).ms.push_back(milliseconds(Clock::now() - before));
        most_open = std::max(most_open, stages.open_warnings);
        if (i + 1 == kUsual && !stages.warned.empty()) return std::fprintf(stderr, "slot_cost: warned of usual demand\n"), 1;
    }
    for (uint32_t s = 0; s < kServices; ++s) {
        if (stages.warned.contains("s" + std::to_string(s) + "-r1") == rises(s)) continue;
        return std::fprintf(stderr, "slot_cost: s%u: %s\n", s, rises(s) ? "not warned of" : "warned of without a rise"), 1;
    }
    std::printf("%u services, %u resources, %u promises\n%8.0f ms to load the model\n%8.1f ms a slot of usual demand (worst %.1f)\n%8.1f ms a slot while %u services rise (worst %.1f, %zu warnings open)\n",
                kServices, kServices * kResources, 3 * kServices, load, usual.middle(), usual.worst(), rising.middle(), kServices / kEach, rising.worst(), most_open);
    return 0;
}
