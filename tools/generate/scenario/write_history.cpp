#include "tools/generate/scenario/write_history.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "tools/generate/scenario/observe.h"

namespace foreshock {
namespace {

constexpr uint64_t kHistoryRows = 41;
constexpr double kStep = 5;
constexpr int64_t kWarmUp = 3 * 3600;  // before the first row, for what fills slowly

// Sums of one service over one minute.
struct Minute {
    double out = 0, completed = 0, timed_out = 0, hold_s = 0, waited_s = 0, value = 0;
    std::vector<double> sum, most;  // by gauge
};

class HistoryWriter {
  public:
    HistoryWriter(const ScenarioSpec& spec, ZstdFile* file)
        : spec_(spec), file_(file), random_(RandomStream::stream(spec.seed, kHistoryRows)) {
        for (const ServiceSpec& s : spec.services) gauges_.push_back(gauges_of(s));
        clear();
    }

    void add(const std::vector<ServiceMoment>& states) {
        for (size_t s = 0; s < states.size(); ++s) {
            const ServiceMoment& x = states[s];
            Minute& m = minutes_[s];
            const double out = x.out() * kStep;
            m.out += out;
            m.completed += x.completed * kStep;
            m.timed_out += x.timed_out * kStep;
            m.hold_s += out * x.hold_s;
            m.waited_s += out * std::max(0.0, x.response_s - x.hold_s);
            double mean = 0;
            for (size_t k = 0; k < kClasses; ++k) mean += x.share[k] * spec_.value[k];
            m.value += out * mean * x.value;
            for (size_t g = 0; g < gauges_[s].size(); ++g) {
                const double v = gauges_[s][g].read(x);
                m.sum[g] += v * kStep / 60;
                m.most[g] = std::max(m.most[g], v);
            }
        }
    }

    void write(int64_t minute_start) {
        if (file_ != nullptr) {
            const std::string ts = iso_time(minute_start * 1000, false);
            for (uint32_t s = 0; s < minutes_.size(); ++s) put_transactions(ts, s);
            for (uint32_t s = 0; s < minutes_.size(); ++s)
                for (size_t g = 0; g < gauges_[s].size(); ++g) put_metric(ts, s, g);
        }
        clear();
    }

  private:
    void clear() {
        minutes_.assign(spec_.services.size(), {});
        for (size_t s = 0; s < minutes_.size(); ++s)
            minutes_[s].sum = minutes_[s].most = std::vector<double>(gauges_[s].size());
    }

    void put_transactions(const std::string& ts, uint32_t s) {
        const Minute& m = minutes_[s];
        const ServiceSpec& service = spec_.services[s];
        const double count = random_.poisson(spec_.sampled * m.out), z1 = random_.normal(), z2 = random_.normal(),
                     z3 = random_.normal();
        const double failed = m.out > 0 ? 1 - m.completed / m.out : 0;
        const double errors = std::min(count, random_.poisson(count * std::max(0.0, failed)));
        if (count < 1) return;
        const double n = std::sqrt(count),
                     median = 1000 * m.hold_s / m.out * std::exp(-0.5 * service.sigma * service.sigma);
        const double waited = 1000 * m.waited_s / m.out,
                     spread = std::sqrt(std::exp(spec_.value_sigma * spec_.value_sigma) - 1);
        const double limit = 1000 * service.timeout_s;
        const double p50 = std::min(limit, waited + median * std::exp(1.25 * service.sigma / n * z1));
        const double late = m.timed_out > 0.05 * m.out ? limit : 0;
        const double p95 = std::min(
            limit, std::max(late, waited + median * std::exp(1.645 * service.sigma + 2.1 * service.sigma / n * z2)));
        const double value = count * m.value / m.out * std::max(0.1, 1 + spread / n * z3);
        file_->write(fmt::format(
            R"({{"ts":"{}","type":"transactions","service":"{}","interval_s":60,"count":{:.0f},"value":{:.0f},)"
            R"("currency":"EUR","errors":{:.0f},"p50_ms":{:.0f},"p95_ms":{:.0f}}})"
            "\n",
            ts, service.name, count, value, errors, p50, std::max(p50, p95)));
    }

    void put_metric(const std::string& ts, uint32_t s, size_t g) {
        const ObservedGauge& gauge = gauges_[s][g];
        const Minute& m = minutes_[s];
        const double z = random_.normal(), u = random_.uniform();
        const double deviation = gauge.noise * m.sum[g] + gauge.root_noise * std::sqrt(m.sum[g]);
        const double mean = std::clamp(m.sum[g] + 0.35 * deviation * z, 0.0, gauge.limit);
        const double most = std::clamp(std::max(mean, m.most[g] + deviation * (1.2 + u)), 0.0, gauge.limit);
        const int decimals = gauge.decimals == 0 ? (m.sum[g] < 1000 ? 1 : 0) : gauge.decimals;
        file_->write(
            fmt::format(R"({{"ts":"{}","type":"metric","resource":"{}","service":"{}","metric":"{}","interval_s":60,)"
                        R"("value":{:.{}f},"max":{:.{}f},"limit":{:.0f}}})"
                        "\n",
                        ts, gauge.resource, spec_.services[s].name, gauge.metric, mean, decimals, most, gauge.decimals,
                        gauge.limit));
    }

    const ScenarioSpec& spec_;
    ZstdFile* file_;
    RandomStream random_;
    std::vector<std::vector<ObservedGauge>> gauges_;
    std::vector<Minute> minutes_;
};

}  // namespace

ServiceSimulation run_history(const ScenarioSpec& spec, ZstdFile* file) {
    const int64_t first = -spec.history_s;
    ServiceSimulation simulation(spec, static_cast<double>(first - kWarmUp));
    for (int64_t t = first - kWarmUp; t < first; t += static_cast<int64_t>(kStep))
        simulation.step(static_cast<double>(t), kStep);
    HistoryWriter writer(spec, file);
    for (int64_t t = first; t < 0; t += static_cast<int64_t>(kStep)) {
        simulation.step(static_cast<double>(t), kStep);
        writer.add(simulation.services());
        if ((t + static_cast<int64_t>(kStep)) % 60 == 0)
            writer.write(spec.live_start + t + static_cast<int64_t>(kStep) - 60);
    }
    return simulation;
}

}  // namespace foreshock
