// What the learned decision costs for one promise: the probability's sum of trees alone, and all of it with readings, seconds and driver.
// Checks first that the sum is right. Prints nanoseconds.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <numeric>
#include <vector>

#include "engine/correlate/correlator.h"
#include "engine/detect/detector.h"
#include "engine/forecast/calendar_evidence.h"
#include "engine/forecast/feature_maker.h"
#include "engine/forecast/gauge_forecaster.h"
#include "engine/forecast/hazard.h"

namespace foreshock {
extern const char* const kHazardModelFile;
}

namespace {

using namespace foreshock;

constexpr int kServices = 6, kSlots = 1200, kRises = 1080;  // a chain; demand rises in the last slots
constexpr int kRepeats = 300, kRounds = 7;

// web0 waits for web1 waits for …; each has a CPU, a pool and a queue, and promises its latency.
Model chain() {
    Model m;
    for (int i = 0; i < kServices; ++i) {
        ServiceModel& s = m.services.emplace_back();
        s.name = "web" + std::to_string(i);
        if (i + 1 < kServices) s.calls = {{"web" + std::to_string(i + 1), false, false}};
        Slo latency;
        latency.name = "latency";
        latency.below = 300;
        s.slos = {latency};
        for (const auto& [kind, name] : {std::pair{ResourceKind::cpu, "cpu"}, {ResourceKind::connection_pool, "pool"}, {ResourceKind::queue, "queue"}}) {
            ResourceModel& r = m.resources.emplace_back();
            r.name = s.name + "-" + name;
            r.service = s.name;
            r.kind = kind;
            r.metrics = {{"used", 100}};
        }
    }
    return m;
}

// The stages before the decision, and the readings of every promise in every slot of the rise.
class World {
public:
    World() { for (int i = 0; i < kSlots; ++i) step(i); }

    std::vector<FeatureVector> readings;
    Model model = chain();
    Inventory inventory{model};
    EngineOptions options;
    CalendarEvidence calendar{inventory};
    FeatureMaker maker{inventory, calendar};
    Detector detector{inventory, options};
    Correlator correlator{inventory, options};
    std::vector<GaugeIndex> metrics;
    std::vector<GaugeForecast> gauges;
    const Signals* signals = nullptr;
    const Correlation* correlation = nullptr;

private:
    void step(int i) {
        const double wobble = 0.03 * std::sin(i * 1.7) + 0.02 * std::cos(i * 0.61);
        const double demand = (i < kRises ? 1 : 1 + 1.4 * (i - kRises) / (kSlots - kRises)) * (1 + wobble);
        ClosedSlot slot;
        slot.length = options.slots.length;
        slot.index = slot_of(EventTime{std::chrono::hours{24 * 20000}} + i * slot.length, slot.length);
        slot.start = slot_start(slot.index, slot.length);
        slot.end = slot.decided_at = slot_end(slot.index, slot.length);
        for (ServiceIndex s = 0; s < kServices; ++s) {
            ServiceSlot& row = slot.services.emplace_back();
            row.service = s;
            row.count = std::llround(500 * demand);
            row.value_micro = row.count * 20'000'000;
            row.span_seconds = to_seconds(slot.length);
            row.latency.add(Histogram::bucket_of(static_cast<float>(100 * demand)), static_cast<uint32_t>(row.count));
        }
        for (GaugeIndex g = 0; g < inventory.gauges().size(); ++g) {
            GaugeSlot& row = slot.gauges.emplace_back();
            row.gauge = g;
            row.utilization = row.worst = 0.35 * demand + 0.01 * (g % 7);
            row.value = row.max = 100 * row.utilization;
            row.limit = 100;
            row.instances = 1;
            row.span_seconds = to_seconds(slot.length);
        }
        signals = &detector.close(slot);
        correlation = &correlator.correlate(*signals);
        forecasters_.resize(inventory.gauges().size());
        gauges.resize(forecasters_.size());
        for (GaugeIndex g = 0; g < gauges.size(); ++g) {
            const ResourceEntry& r = inventory.resources()[inventory.gauges()[g].resource];
            gauges[g] = forecasters_[g].forecast(r, signals->gauges[g], correlation->outlooks[g], false, to_seconds(slot.length), kUnknown);
        }
        metrics.assign(signals->slos.size(), kNoIndex);
        maker.observe(*signals, *correlation, gauges, metrics, to_seconds(slot.length));
        if (i < kRises) return;
        for (ServiceIndex s = 0; s < kServices; ++s) {
            GaugeIndex first = kNoIndex;
            maker.make({s, kNoIndex}, *signals, *correlation, gauges, readings.emplace_back(), first);
        }
    }

    std::vector<GaugeForecaster> forecasters_;
};

// The sum is what its explanation adds up to, and the odds of the built-in model are that sum.
bool right(const HazardModel& model, const std::vector<FeatureVector>& readings) {
    TreeFile file;
    std::string problem;
    if (!file.parse(kHazardModelFile, problem)) return false;
    for (const FeatureVector& f : readings) {
        std::vector<float> x;
        for (const std::string& name : file.features()) {
            x.push_back(f.x[static_cast<size_t>(std::ranges::find(kFeatureTable, name, &FeatureInfo::name) - kFeatureTable.begin())]);
        }
        std::vector<double> moved(x.size());
        const double base = file.trees("probability")->explain(x, moved);
        const double sum = file.number("probability") + std::accumulate(moved.begin(), moved.end(), base);
        if (!(std::abs(sum - model.logit(f)) <= 1e-9 * std::max(1.0, std::abs(sum)))) return false;
    }
    return true;
}

// Nanoseconds of one of `n` calls of `work(i)`: the least of some rounds, the machine does other things too.
template <class Work>
double nanoseconds(size_t n, Work work) {
    double best = 1e300;
    for (int round = 0; round < kRounds; ++round) {
        const auto start = std::chrono::steady_clock::now();
        for (int repeat = 0; repeat < kRepeats; ++repeat) for (size_t i = 0; i < n; ++i) work(i);
        const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
        best = std::min(best, took.count() / (static_cast<double>(n) * kRepeats));
    }
    return best;
}

}  // namespace

int main() {
    const HazardModel& model = HazardModel::builtin();
    const auto world = std::make_unique<World>();
    const std::vector<FeatureVector>& readings = world->readings;
    if (!right(model, readings)) return std::fprintf(stderr, "hazard_cost: the sum of trees is wrong\n"), 1;
    double sum = 0;  // so that nothing is left out as unused
    const double odds = nanoseconds(readings.size(), [&](size_t i) { sum += model.logit(readings[i]); });
    const double seconds = nanoseconds(readings.size(), [&](size_t i) { sum += model.seconds(readings[i]).median; });
    const double driver = nanoseconds(readings.size(), [&](size_t i) { sum += static_cast<double>(model.driver(readings[i])); });
    const double reasons = nanoseconds(readings.size(), [&](size_t i) { sum += static_cast<double>(model.reasons(readings[i]).size()); });
    FeatureVector made;
    GaugeIndex first = kNoIndex;
    const auto make = [&](size_t i) { world->maker.make({static_cast<ServiceIndex>(i), kNoIndex}, *world->signals, *world->correlation, world->gauges, made, first); };
    const double features = nanoseconds(kServices, [&](size_t i) { make(i); sum += made.x[0] > 0 ? 1 : 0; });
    const double all = nanoseconds(readings.size(), [&](size_t i) {
        make(i % kServices);
        sum += model.logit(readings[i]) + model.seconds(readings[i]).late + static_cast<double>(model.driver(readings[i]));
    });
    std::printf("nanoseconds for one promise, over %zu vectors of readings (checksum %.3f)\n", readings.size(), sum);
    std::printf("%8.0f probability\n%8.0f seconds\n%8.0f driver\n%8.0f readings\n%8.0f all of these\n%8.0f reasons, of promises that are warned of\n", odds,
                seconds, driver, features, all, reasons);
    return 0;
}
