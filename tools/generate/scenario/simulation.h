// The queueing simulation: a fluid model of the service map in steps of one second (live) or a few (history). Each
// service holds the transactions in it; CPU, threads, connections and rate limits bound what leaves it; who waits for a
// callee keeps its thread and connection; what waits longer than the caller's patience is given up, and customers come
// again. So a breach, and its way up to the callers, follows from the demand and the sizes.
//
// Waiting short of saturation is that of an M/M/c queue in Sakasegawa's approximation ("An approximation formula
// Lq = a rho^b / (1 - rho)", 1977); beyond it the transactions in the service add up (a fluid queue with patience).
// Two runs with the same seed draw the same noise whatever events are left out. One worker only; a copy goes on
// independently.
#pragma once

#include <vector>

#include "tools/generate/scenario/random.h"
#include "tools/generate/scenario/spec.h"

namespace foreshock {

// What one service did in one step. Rates a second; utilizations 0..1.
struct ServiceMoment {
    double completed = 0, failed = 0, timed_out = 0, rejected = 0;  // ways out: answered, error, given up, turned away
    double hold_s = 0, response_s = 0;                              // without and with waiting for a thread
    ClassMix share{};
    double value = 1, campaign_share = 0;
    double cpu = 0;                      // of the hosts alive
    double hosts_busy = 1;               // hosts alive / hosts at first
    uint32_t first_host = 0, hosts = 1;  // alive: first_host .. hosts - 1
    double threads = 0, connections = 0, waiting = 0, backlog = 0, age_s = 0;
    double heap_mb = 0, retained = 0, disk_mb = 0, rate_used = 0, miss = 0;
    double out() const { return completed + failed + timed_out + rejected; }
};

// Events to leave out, as bits in the order of the scenario.
struct LeftOut {
    uint64_t demand = 0, capacity = 0;
};

class ServiceSimulation {
  public:
    // Begins in the steady state of a usual moment `at`.
    ServiceSimulation(const ScenarioSpec& spec, double at);
    // What follows leaves these events out and draws noise from here on from the start of the live part's stream.
    void begin_live(LeftOut left_out);
    // One step that ends at t + dt.
    void step(double t, double dt);
    const std::vector<ServiceMoment>& services() const { return now_; }

  private:
    struct Inner {
        double jobs = 0;         // in the service
        double offered_cpu = 0;  // recent
        double patience_rate = 0;
        double fail = 0;  // recent share of failures, as callers see it
        double retained_mb = 0, garbage_mb = 0, retrying = 0;
        double scale_load = 0, scale_due = -1, scaled_at = -1e9;
        uint32_t ordered = 0;
    };
    struct Inflow {
        ClassMix rate{};
        double total = 0, value = 0, campaign = 0;  // sums weighted by rate
    };
    struct Hold {
        double pooled = 0, taken = 0, waiting = 0, other = 0, fail = 0;  // taken: as long as a connection is; waiting: for one
    };

    void advance_noise(double dt);
    void arrive(const EntryDemand& entry, double t, double dt);
    void take_in(uint32_t s, double dt);
    void serve(uint32_t s, double t, double dt);
    void consume(uint32_t s, double t, double dt);
    void call(uint32_t s, double flow);
    Hold hold_of_calls(uint32_t s, double offered) const;
    double cores(uint32_t s, double t);
    double job_cores(uint32_t s, double t) const;
    double background_cores(uint32_t s, double t, bool firm) const;
    void scale(uint32_t s, double t, double dt);
    void fill(uint32_t s, double t, double dt, double flow);
    double turn_away(uint32_t s, double offered);
    void leave(uint32_t s, double flow, double given_up, double turned_away, double fail_of_calls);

    const ScenarioSpec* spec_;
    LeftOut left_out_;
    RandomStream level_noise_;
    std::vector<RandomStream> noise_;  // one stream a service
    double slow_ = 0, fast_ = 0;
    std::vector<ServiceMoment> now_;
    std::vector<Inner> inner_;
    std::vector<Inflow> inflow_;
};

}  // namespace foreshock
