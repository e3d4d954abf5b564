#include "tools/generate/scenario/simulation.h"

#include <algorithm>
#include <cmath>

#include "tools/generate/scenario/demand.h"
#include "tools/generate/scenario/load.h"

namespace foreshock {
namespace {

constexpr uint64_t kHistoryNoise = 11, kLiveNoise = 12, kLevelNoise = 13;

double towards(double from, double to, double dt, double tau) { return to + (from - to) * std::exp(-dt / tau); }

// Mean waiting of an M/M/c queue, in service times.
double waiting(double rho, double servers) {
    rho = std::clamp(rho, 0.0, 0.97);
    return std::pow(rho, std::sqrt(2 * (servers + 1)) - 1) / (servers * (1 - rho));
}

// Share of log-normal times with this mean that end after `limit`.
double later_than(double limit, double mean, double sigma) {
    if (limit <= 0) return 1;
    const double median = mean * std::exp(-0.5 * sigma * sigma);
    return 0.5 * std::erfc(std::log(limit / std::max(1e-6, median)) / (sigma * M_SQRT2));
}

double sum(const ClassMix& m) { return m[0] + m[1] + m[2] + m[3]; }

}  // namespace

ServiceSimulation::ServiceSimulation(const ScenarioSpec& spec, double at)
    : spec_(&spec),
      level_noise_(RandomStream::stream(spec.seed, kLevelNoise)),
      now_(spec.services.size()),
      inner_(spec.services.size()),
      inflow_(spec.services.size()) {
    const std::vector<ServiceLoad> loads = loads_at(spec, at, ~uint64_t{0}, ~uint64_t{0});
    for (uint32_t s = 0; s < now_.size(); ++s) {
        noise_.push_back(RandomStream::stream(spec.seed, kHistoryNoise, s));
        const ServiceSpec& service = spec.services[s];
        const ServiceLoad& load = loads[s];
        now_[s].hosts = service.hosts;
        now_[s].hold_s = now_[s].response_s = load.hold_s;
        now_[s].disk_mb = std::min(service.disk_mb, load.total * service.disk_per_transaction_mb * service.disk_keep_s);
        for (size_t k = 0; k < kClasses; ++k) now_[s].share[k] = load.total > 0 ? load.rate[k] / load.total : 0;
        inner_[s].jobs = load.total * load.hold_s;
        inner_[s].patience_rate = load.total;
        inner_[s].offered_cpu = load.cores / service.cores;
        inner_[s].retained_mb = load.total * service.heap_per_transaction_mb * service.heap_keep_s;
        inner_[s].garbage_mb = service.garbage_mb * noise_[s].uniform();
    }
}

void ServiceSimulation::begin_live(LeftOut left_out) {
    left_out_ = left_out;
    level_noise_ = RandomStream::stream(spec_->seed, kLevelNoise, 1);
    for (uint32_t s = 0; s < noise_.size(); ++s) noise_[s] = RandomStream::stream(spec_->seed, kLiveNoise, s);
}

void ServiceSimulation::step(double t, double dt) {
    advance_noise(dt);
    for (Inflow& in : inflow_) in = {};
    for (const EntryDemand& entry : spec_->entries) arrive(entry, t, dt);
    for (uint32_t s = 0; s < now_.size(); ++s) {
        take_in(s, dt);
        scale(s, t, dt);
        if (spec_->services[s].role == ServiceRole::consumer)
            consume(s, t, dt);
        else
            serve(s, t, dt);
    }
}

// Two levels of noise, each back to its mean within its own time.
void ServiceSimulation::advance_noise(double dt) {
    const auto drift = [&](double level, double deviation, double tau) {
        const double keep = std::exp(-dt / tau);
        return level * keep + deviation * std::sqrt(1 - keep * keep) * level_noise_.normal();
    };
    slow_ = drift(slow_, spec_->slow_noise, 1800);
    fast_ = drift(fast_, spec_->fast_noise, 45);
}

void ServiceSimulation::arrive(const EntryDemand& entry, double t, double dt) {
    const DemandNow demand = demand_at(*spec_, entry, t, left_out_.demand);
    Inner& inner = inner_[entry.service];
    Inflow& in = inflow_[entry.service];
    const double again = inner.retrying * (1 - std::exp(-dt / 15));
    inner.retrying -= again;
    const double level = std::exp(slow_ + fast_);
    const double mean = sum(demand.rate) * level + again / dt;
    const double drawn = noise_[entry.service].poisson(mean * dt) / dt;
    const double scale = sum(demand.rate) > 0 ? drawn / sum(demand.rate) : 0;
    for (size_t k = 0; k < kClasses; ++k) in.rate[k] += demand.rate[k] * scale;
    in.total += drawn;
    in.value += drawn * demand.value;
    in.campaign += drawn * demand.campaign_share;
}

// The mix in the service follows the mix that comes; callees see a little noise of their own.
void ServiceSimulation::take_in(uint32_t s, double dt) {
    Inflow& in = inflow_[s];
    ServiceMoment& state = now_[s];
    const double z = noise_[s].normal();
    const bool entry = spec_->services[s].role == ServiceRole::entry;
    if (in.total > 0) {
        const double tau = std::max(2.0, state.response_s);
        for (size_t k = 0; k < kClasses; ++k) state.share[k] = towards(state.share[k], in.rate[k] / in.total, dt, tau);
        state.value = towards(state.value, in.value / in.total, dt, tau);
        state.campaign_share = towards(state.campaign_share, in.campaign / in.total, dt, tau);
    }
    if (!entry) in.total = std::max(0.0, in.total + 0.8 * z * std::sqrt(in.total / dt));
}

double ServiceSimulation::job_cores(uint32_t s, double t) const {
    const ServiceSpec& service = spec_->services[s];
    if (service.job_minute < 0) return 0;
    const int64_t now = spec_->live_start + static_cast<int64_t>(std::floor(t));
    const double since = static_cast<double>(now % 3600) - 60 * service.job_minute;
    return since >= 0 && since < service.job_s ? service.job_load * service.cores : 0;
}

// Cores that other work would take; `firm`: only of what does not give way.
double ServiceSimulation::background_cores(uint32_t s, double t, bool firm) const {
    double share = 0;
    for (size_t i = 0; i < spec_->capacity.size(); ++i) {
        const CapacityEvent& e = spec_->capacity[i];
        if (e.service == s && e.type == CapacityEvent::Type::background && (left_out_.capacity >> i & 1) == 0)
            share += e.size * (firm ? e.harm : 1) * height(e, t);
    }
    return share * spec_->services[s].cores;
}

// Cores for transactions: hosts alive, less what garbage collection and jobs take.
double ServiceSimulation::cores(uint32_t s, double t) {
    const ServiceSpec& service = spec_->services[s];
    ServiceMoment& state = now_[s];
    state.first_host = 0;
    for (size_t i = 0; i < spec_->capacity.size(); ++i) {
        const CapacityEvent& e = spec_->capacity[i];
        if (e.service == s && e.type == CapacityEvent::Type::lost_node && (left_out_.capacity >> i & 1) == 0 &&
            height(e, t) > 0)
            state.first_host = std::min(static_cast<uint32_t>(e.size), state.hosts - 1);
    }
    state.hosts_busy = static_cast<double>(state.hosts - state.first_host) / service.hosts;
    const double pressure = std::clamp((state.retained - 0.87) / 0.11, 0.0, 1.0);
    const double all = service.cores * state.hosts_busy;
    return std::max(0.03 * all, all * (1 - 0.96 * std::pow(pressure, 1.4)) - 0.7 * job_cores(s, t) -
                                    background_cores(s, t, true));
}

void ServiceSimulation::scale(uint32_t s, double t, double dt) {
    const AutoscalerSpec& rule = spec_->services[s].scaling;
    if (!rule.on) return;
    Inner& inner = inner_[s];
    ServiceMoment& state = now_[s];
    inner.scale_load = towards(inner.scale_load, state.cpu, dt, 60);
    if (inner.scale_due >= 0 && t >= inner.scale_due) {
        state.hosts = inner.ordered;
        inner.scale_due = -1;
        inner.scaled_at = t;
        inner.scale_load = std::min(inner.scale_load, rule.target);
    }
    if (inner.scale_due >= 0 || t < inner.scaled_at + 60) return;
    if (inner.scale_load > rule.target && state.hosts < rule.max_hosts) {
        const double wanted = std::ceil(state.hosts * inner.scale_load / rule.target);
        inner.ordered = std::min(rule.max_hosts, std::max(state.hosts + 1, static_cast<uint32_t>(wanted)));
        inner.scale_due = t + rule.delay_s;
    } else if (state.hosts > spec_->services[s].hosts && inner.scale_load < 0.45 * rule.target &&
               t > inner.scaled_at + 900) {
        inner.ordered = state.hosts - 1;
        inner.scale_due = t + 30;
    }
}

ServiceSimulation::Hold ServiceSimulation::hold_of_calls(uint32_t s, double offered) const {
    const ServiceSpec& service = spec_->services[s];
    Hold hold;
    double good = 1;
    for (const CallSpec& call : service.calls) {
        if (call.asynchronous) continue;
        double calls = 0;
        for (size_t k = 0; k < kClasses; ++k) calls += now_[s].share[k] * call.per_transaction[k];
        const double fail = inner_[call.callee].fail;
        double attempts = 1, failed = fail;
        for (uint32_t r = 0; r < call.retries; ++r, failed *= fail) attempts += failed;
        const double time =
            calls * attempts * std::min(now_[call.callee].response_s, spec_->services[call.callee].timeout_s);
        (call.pooled ? hold.pooled : hold.other) += time;
        good *= 1 - std::min(1.0, calls) * failed;
    }
    hold.taken = hold.pooled + service.connection_keep_s;
    if (service.connections > 0 && hold.pooled > 0)
        hold.waiting = hold.taken * waiting(offered * hold.taken / service.connections, service.connections);
    hold.fail = 1 - good;
    return hold;
}

double ServiceSimulation::turn_away(uint32_t s, double offered) {
    const ServiceSpec& service = spec_->services[s];
    if (service.rate_limit <= 0) return 0;
    now_[s].rate_used = std::min(1.0, offered / service.rate_limit);
    return std::max(0.0, offered - service.rate_limit);
}

void ServiceSimulation::serve(uint32_t s, double t, double dt) {
    const ServiceSpec& service = spec_->services[s];
    ServiceMoment& state = now_[s];
    Inner& inner = inner_[s];
    const double offered = inflow_[s].total, refused = turn_away(s, offered), accepted = offered - refused;
    state.miss = miss_ratio(*spec_, s, state.campaign_share, t, left_out_.capacity);
    const double work = mean_work(*spec_, s, state.share, state.value, state.miss, t, left_out_.capacity);
    const double room = cores(s, t), alive = service.cores * state.hosts_busy;
    inner.offered_cpu = towards(inner.offered_cpu, accepted * work / room, dt, 8);
    const Hold calls = hold_of_calls(s, accepted);
    const double alone = work + own_wait(*spec_, s, t, left_out_.capacity) + calls.pooled + calls.other;
    const double hold = alone + work * waiting(inner.offered_cpu, std::max(1.0, room)) + calls.waiting;
    const double leaked = std::min(service.connections, leaked_connections(*spec_, s, t, left_out_.capacity));
    double most = 0.995 * room / work;
    if (service.threads > 0) most = std::min(most, service.threads / alone);
    if (service.connections > 0 && calls.pooled > 0)
        most = std::min(most, std::max(0.3, service.connections - leaked) / calls.taken);

    const double steady = towards(inner.jobs, accepted * hold, dt, std::max(hold, 0.05));
    double flow = std::max(0.0, accepted + (inner.jobs - steady) / dt), jobs = steady;
    if (flow > most) {
        flow = most;
        jobs = std::max(0.0, inner.jobs + (accepted - most) * dt);
    }
    inner.patience_rate = towards(inner.patience_rate, accepted, dt, service.timeout_s);
    const double patient = std::max(flow * hold, inner.patience_rate * service.timeout_s);
    const double given_up = std::max(0.0, jobs - patient) / dt;
    jobs = std::min(jobs, patient);
    const double crowd = service.threads > 0 ? 6 * service.threads : 1e12;
    const double turned_away = std::max(0.0, jobs - crowd) / dt;
    inner.jobs = std::min(jobs, crowd);

    state.hold_s = hold;
    state.response_s = std::min(std::max(hold, inner.jobs / std::max(flow, 1e-3)), 1.1 * service.timeout_s);
    const double overhead = 0.96 * std::pow(std::clamp((state.retained - 0.87) / 0.11, 0.0, 1.0), 1.4);
    state.cpu = std::min(1.0, flow * work / alive + overhead + (job_cores(s, t) + background_cores(s, t, false)) / alive);
    const double running = service.threads > 0 ? std::min(inner.jobs, service.threads) : inner.jobs;
    state.threads = running;
    if (service.connections > 0) {
        state.connections =
            std::min(service.connections, std::min(service.connections - leaked, flow * calls.taken) + leaked);
        const double kept = flow * service.connection_keep_s;  // by nobody who waits for it
        const double waits = running - flow * (hold - calls.pooled) - std::max(0.0, service.connections - leaked - kept);
        state.waiting =
            state.connections > 0.97 * service.connections ? std::clamp(waits, 0.0, 2.5 * service.connections) : 0;
    }
    leave(s, flow, given_up, refused + turned_away, calls.fail);
    fill(s, t, dt, flow);
    call(s, flow);
    if (service.role == ServiceRole::entry)
        inner.retrying += spec_->client_retries * (state.failed + state.timed_out + state.rejected) * dt;
}

// Splits what leaves into its ways out.
void ServiceSimulation::leave(uint32_t s, double flow, double given_up, double turned_away, double fail_of_calls) {
    const ServiceSpec& service = spec_->services[s];
    ServiceMoment& state = now_[s];
    const double waited = std::max(0.0, state.response_s - state.hold_s);
    const double late = later_than(service.timeout_s - waited, state.hold_s, service.sigma);
    const double full =
        service.disk_mb > 0 ? std::clamp((state.disk_mb / service.disk_mb - 0.985) / 0.01, 0.0, 1.0) : 0;
    const double good = (1 - service.base_errors) * (1 - fail_of_calls) * (1 - 0.9 * full);
    state.timed_out = given_up + flow * late;
    state.completed = flow * (1 - late) * good;
    state.failed = flow * (1 - late) * (1 - good);
    state.rejected = turned_away;
    const double share = state.out() > 1e-9 ? 1 - state.completed / state.out() : 0;
    inner_[s].fail = 0.7 * inner_[s].fail + 0.3 * share;
}

void ServiceSimulation::consume(uint32_t s, double t, double dt) {
    const ServiceSpec& service = spec_->services[s];
    ServiceMoment& state = now_[s];
    const double work = mean_work(*spec_, s, state.share, state.value, 0, t, left_out_.capacity);
    const double room = cores(s, t), alive = service.cores * state.hosts_busy, most = 0.995 * room / work;
    const double flow = std::min(most, inflow_[s].total + state.backlog / dt);
    state.backlog = std::max(0.0, state.backlog + (inflow_[s].total - flow) * dt);
    state.age_s = state.backlog < 1 ? 0 : state.backlog / most;
    state.cpu = std::min(1.0, flow * work / alive + (job_cores(s, t) + background_cores(s, t, false)) / alive);
    state.hold_s = state.response_s = work * 1.1 + own_wait(*spec_, s, t, left_out_.capacity);
    leave(s, flow, 0, 0, 0);
    call(s, flow);
}

void ServiceSimulation::call(uint32_t s, double flow) {
    const ServiceMoment& state = now_[s];
    for (const CallSpec& call : spec_->services[s].calls) {
        Inflow& to = inflow_[call.callee];
        const double fail = inner_[call.callee].fail;
        double attempts = 1, failed = fail;
        for (uint32_t r = 0; r < call.retries; ++r, failed *= fail) attempts += failed;
        double total = 0;
        for (size_t k = 0; k < kClasses; ++k) {
            const double rate = flow * attempts * state.share[k] * call.per_transaction[k];
            to.rate[k] += rate;
            total += rate;
        }
        to.total += total;
        to.value += total * state.value;
        to.campaign += total * state.campaign_share;
    }
}

// What fills slowly: heap and disk.
void ServiceSimulation::fill(uint32_t s, double t, double dt, double flow) {
    const ServiceSpec& service = spec_->services[s];
    ServiceMoment& state = now_[s];
    Inner& inner = inner_[s];
    if (service.heap_mb > 0) {
        inner.retained_mb += dt * (flow * service.heap_per_transaction_mb - inner.retained_mb / service.heap_keep_s);
        inner.retained_mb = std::min(inner.retained_mb, service.heap_mb - service.heap_base_mb);
        inner.garbage_mb += dt * flow * service.garbage_per_transaction_mb;
        if (inner.garbage_mb > service.garbage_mb) inner.garbage_mb = 0;
        state.heap_mb = std::min(service.heap_mb, service.heap_base_mb + inner.retained_mb + inner.garbage_mb);
        state.retained = (service.heap_base_mb + inner.retained_mb) / service.heap_mb;
    }
    if (service.disk_mb <= 0) return;
    double in = flow * service.disk_per_transaction_mb;
    for (size_t i = 0; i < spec_->capacity.size(); ++i) {
        const CapacityEvent& e = spec_->capacity[i];
        if (e.service == s && e.type == CapacityEvent::Type::log_burst && (left_out_.capacity >> i & 1) == 0)
            in *= 1 + e.size * height(e, t);
    }
    state.disk_mb = std::clamp(state.disk_mb + dt * (in - state.disk_mb / service.disk_keep_s), 0.0, service.disk_mb);
}

}  // namespace foreshock
