#include "tools/generate/workload.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace foreshock {

namespace {

constexpr int64_t kStep_ms = 10, kRing = 300;
constexpr std::array<const char*, 4> kChannels{"web", "app", "store", "api"}, kCampaigns{"bf26", "none", "news", "xmas"};
constexpr std::array<const char*, 4> kResourceNames{"db", "cache", "queue", "disk"};
constexpr std::array<const char*, 2> kMetricNames{"connections_used", "memory_mb"};
constexpr std::array<double, 2> kLimits{600, 16384};

// Shape of a spike, as a factor of the usual demand, `x` seconds after it began: ×2 at once, ×3 after 300 s, back to 1 after 420 s.
double spike_factor(double x) {
    if (x < 300) return 2 + x / 300;
    return x < 420 ? 3 - 2 * (x - 300) / 120 : 1;
}

// What the spike adds to the utilization of the resource that it exhausts.
double exhaustion(double x) {
    if (x < 300) return 0.5 * x / 300;
    return x < 420 ? 0.5 - 0.5 * (x - 300) / 120 : 0;
}

}  // namespace

Workload::Workload(WorkloadOptions options) : options_(options), state_(options.seed), arrivals_(kRing) {
    for (uint32_t i = 0; i < options_.services; ++i) make_service(i);
    double sum = 0;
    for (const Service& s : services_) sum += s.weight;
    for (Service& s : services_) s.weight *= options_.services / sum;
}

uint64_t Workload::random() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

double Workload::uniform() { return static_cast<double>(random() >> 11) * 0x1.0p-53; }

double Workload::normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += uniform();
    return sum;
}

void Workload::make_service(uint32_t number) {
    Service s;
    s.name = fmt::format("service-{:03}", number + 1);
    s.weight = 0.5 + uniform();
    s.mean_value = 20 + 180 * uniform();
    s.mean_duration_ms = 40 + 160 * uniform();
    for (uint32_t i = 0; i < options_.resources * kMetrics; ++i) s.utilization.push_back(0.25 + 0.3 * uniform());
    if (number % 10 == 3) {
        s.spike_second = 240 + (number / 10 % 5) * 20;
        s.exhausted = static_cast<uint32_t>(random() % options_.resources);
        s.utilization[s.exhausted * kMetrics] = 0.48;
    }
    services_.push_back(std::move(s));
}

const GeneratedEvent& Workload::next() {
    for (;;) {
        auto& step = arrivals_[static_cast<size_t>(step_ % kRing)];
        if (in_step_ < step.size()) {
            write(step[in_step_++]);
            return event_;
        }
        step.clear();
        in_step_ = 0;
        ++step_;
        if (step_ * kStep_ms >= second_ * 1000) plan_second();
    }
}

void Workload::plan_second() {
    for (uint32_t s = 0; s < services_.size(); ++s) plan_service(s);
    ++second_;
}

void Workload::plan_service(uint32_t number) {
    const Service& s = services_[number];
    const double since = s.spike_second >= 0 ? static_cast<double>(second_ - s.spike_second) : -1;
    const double rate = options_.rate * s.weight * (since >= 0 ? spike_factor(since) : 1);
    const auto n = static_cast<int64_t>(std::max(0.0, rate + std::sqrt(rate) * normal() + 0.5));
    const auto plan = [&](Planned p, int64_t delay_ms) {
        p.id = next_id_++;
        arrivals_[static_cast<size_t>((p.at_ms + delay_ms) / kStep_ms % kRing)].push_back(p);
    };
    for (int64_t i = 0; i < n; ++i) {
        const auto at = second_ * 1000 + static_cast<int64_t>(random() % 1000);
        const double u = uniform();
        plan({at, number, -1, 0, 0}, static_cast<int64_t>(u < 0.9 ? u * 100 : uniform() * (options_.most_late_ms - 100)));
    }
    if (second_ % options_.metrics_every != 0) return;
    for (uint32_t g = 0; g < s.utilization.size(); ++g) {
        double u = s.utilization[g] + 0.003 * normal();
        if (since >= 0 && g == s.exhausted * kMetrics) u += exhaustion(since);
        plan({second_ * 1000, number, static_cast<int32_t>(g), std::clamp(u, 0.0, 1.0), 0}, static_cast<int64_t>(uniform() * 300));
    }
}

void Workload::write(const Planned& p) {
    event_.service = services_[p.service].name;
    event_.metric = p.gauge >= 0;
    event_.metric ? write_metric(p) : write_transaction(p);
}

EventTime Workload::arrival() const { return options_.start + std::chrono::milliseconds{step_ * kStep_ms}; }

std::string Workload::exhausted(uint32_t service) const {
    return services_[service].spike_second < 0 ? "" : resource_name(service, services_[service].exhausted);
}

std::string Workload::resource_name(uint32_t service, uint32_t resource) {
    return fmt::format("{}-{}", kResourceNames[resource % 4], service * 2 + resource / 4 + 1);
}

void Workload::write_transaction(const Planned& p) {
    const Service& s = services_[p.service];
    const uint64_t bits = random();
    const auto cents = static_cast<uint64_t>(s.mean_value * (0.2 + 1.6 * uniform()) * 100);
    const double duration = s.mean_duration_ms * std::max(0.1, 1 + 0.4 * normal());
    const bool failed = uniform() < 0.01;
    const std::string campaign = options_.campaigns == kCampaigns.size() ? kCampaigns[bits >> 2 & 3] : fmt::format("c{}", random() % options_.campaigns);
    event_.json = fmt::format(
        R"({{"ts":"{}","type":"transaction","id":"{:016x}","service":"{}","channel":"{}","campaign":"{}","value":{}.{:02},"currency":"EUR","duration_ms":{:.1f},"outcome":"{}","user":"u-{}","host":"web-{}"}})",
        to_rfc3339(options_.start + std::chrono::milliseconds{p.at_ms}), p.id, s.name, kChannels[bits & 3], campaign,
        cents / 100, cents % 100, duration, failed ? "error" : "ok", 10000 + (bits >> 4) % 90000, 1 + (bits >> 24) % 40);
}

void Workload::write_metric(const Planned& p) {
    const Service& s = services_[p.service];
    const auto resource = static_cast<uint32_t>(p.gauge) / kMetrics, metric = static_cast<uint32_t>(p.gauge) % kMetrics;
    event_.json = fmt::format(
        R"({{"ts":"{}","type":"metric","resource":"{}","host":"ip-10-0-{}-{}","service":"{}","metric":"{}","value":{:.1f},"limit":{}}})",
        to_rfc3339(options_.start + std::chrono::milliseconds{p.at_ms}), resource_name(p.service, resource),
        p.service, resource + 1, s.name, kMetricNames[metric], p.utilization * kLimits[metric], kLimits[metric]);
}

}  // namespace foreshock
