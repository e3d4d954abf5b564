#include "tools/generate/scenario/live_run.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

constexpr uint64_t kRecording = 21;
constexpr double kAppShare = 0.4;

// Median of log-normal values with this mean.
double median_of(double mean, double sigma) { return mean * std::exp(-0.5 * sigma * sigma); }

double duration_ms(const ServiceSpec& service, const ServiceMoment& state, TransactionOutcome outcome, double factor,
                   double u) {
    const double limit = 1000 * service.timeout_s;
    if (outcome == TransactionOutcome::timeout) return limit;
    const double waited = std::max(0.0, state.response_s - state.hold_s) * (0.85 + 0.3 * u);
    const double ms = 1000 * (waited + median_of(state.hold_s, service.sigma) * factor);
    return std::min(limit, outcome == TransactionOutcome::error ? ms * (0.3 + 0.6 * u) : ms);
}

uint32_t zipf(double u) { return static_cast<uint32_t>(std::exp(u * u * 10.3)); }

}  // namespace

LiveRun::LiveRun(const ScenarioSpec& spec, ServiceSimulation from, LeftOut left_out) : services_(spec.services.size()) {
    from.begin_live(left_out);
    states_.reserve(static_cast<size_t>(spec.live_s) * services_);
    for (int64_t t = 0; t < spec.live_s; ++t) {
        from.step(static_cast<double>(t), 1);
        states_.insert(states_.end(), from.services().begin(), from.services().end());
    }
}

void record_transactions(const ScenarioSpec& spec, const LiveRun& run, uint32_t s, int64_t second,
                         std::vector<RecordedTransaction>& to) {
    const ServiceSpec& service = spec.services[s];
    const ServiceMoment& state = run.at(second, s);
    RandomStream random =
        RandomStream::stream(spec.seed, kRecording + (uint64_t{s} << 8), static_cast<uint64_t>(second));
    const auto count = static_cast<int>(random.poisson(spec.sampled * state.out()));
    const double out = std::max(1e-9, state.out());
    const uint32_t hosts = state.hosts - state.first_host;
    for (int i = 0; i < count; ++i) {
        RecordedTransaction t;
        const double way = random.uniform() * out, u = random.uniform(), factor = random.log_normal(1, service.sigma);
        t.outcome = way < state.completed                     ? TransactionOutcome::ok
                    : way < state.completed + state.timed_out ? TransactionOutcome::timeout
                                                              : TransactionOutcome::error;
        t.duration_ms = duration_ms(service, state, t.outcome, factor, u);
        if (way > out - state.rejected) t.duration_ms = 5 + 20 * u;  // turned away at once
        t.completed_ms = second * 1000 + static_cast<int64_t>(random.uniform() * 1000);
        t.transaction_class = static_cast<uint8_t>(random.weighted(state.share));
        const double mean = spec.value[t.transaction_class] * state.value;
        const double value = random.log_normal(median_of(mean, spec.value_sigma), spec.value_sigma);
        t.value = std::max(0.05, std::round(value * 20) / 20);
        t.campaign = random.uniform() < state.campaign_share;
        t.app = random.uniform() < kAppShare;
        t.host = state.first_host + static_cast<uint32_t>(random.uniform() * hosts);
        t.user = zipf(random.uniform());
        to.push_back(t);
    }
}

}  // namespace foreshock
