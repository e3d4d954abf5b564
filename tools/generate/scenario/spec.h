// A scenario before it happens: the service map with its resources, what customers will do, what will go wrong, and how
// it is observed. All times are seconds since the start of the live part (negative in the history) unless they say
// otherwise; rates are per second and real; `sampled` of the transactions are recorded. Values, and small look-ups.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace foreshock {

// Classes of transactions differ in work, in the services they reach and in value.
enum TransactionClass : size_t { kBrowse, kOrder, kPremium, kBot, kClasses };
using ClassMix = std::array<double, kClasses>;

enum class ServiceRole { entry, logic, leaf, database, consumer };
enum class SimulatedResource { cpu, threads, connections, queue, heap, disk, rate_limit };

struct CallSpec {
    uint32_t callee = 0;         // always behind the caller in `ScenarioSpec::services`
    bool asynchronous = false;   // into the callee's queue; nobody waits
    ClassMix per_transaction{};  // calls of one transaction, by class
    uint32_t retries = 0;        // of a failed call
    bool pooled = true;          // holds a connection of the caller's pool while it waits
};

// Adds hosts when the utilization stays above the target; they work `delay_s` later.
struct AutoscalerSpec {
    bool on = false;
    double target = 0.7, delay_s = 120;
    uint32_t max_hosts = 0;
};

// A declared limit may be less than what is really there: CPU requests, pools that stretch.
struct Declared {
    double shown = 0;  // utilization that the highest usual moment shows; 0: the declared limit is the real one
    double share = 1;  // of the real limit; follows from `shown` when sizes are known
};

struct ServiceSpec {
    std::string name;
    ServiceRole role = ServiceRole::logic;
    std::vector<CallSpec> calls;
    double cpu_s = 0.05;        // CPU time of a transaction of class browse
    ClassMix work{1, 1, 1, 1};  // times that, by class
    double value_work = 0;      // elasticity of the work to the value of transactions
    double wait_s = 0.1;        // other time of its own: I/O, partners
    double sigma = 0.35;        // of the log-normal service time
    double base_errors = 0.001;
    double timeout_s = 5;  // after which its caller gives up
    double slo_ms = 1000;  // p95
    uint32_t hosts = 2;
    double cores = 0;                                                                      // of all hosts together
    double threads = 0, connections = 0, rate_limit = 0;                                   // 0: has none
    double connection_keep_s = 0;  // a connection stays taken so much longer than its calls: sessions, keep-alive
    Declared declared_cpu, declared_threads, declared_connections;
    double heap_mb = 0, heap_base_mb = 0, heap_per_transaction_mb = 0, heap_keep_s = 900;  // what sessions retain
    double garbage_mb = 0, garbage_per_transaction_mb = 0;                                 // saw-tooth
    double disk_mb = 0, disk_per_transaction_mb = 0, disk_keep_s = 7200;
    double queue_limit = 0;  // backlog that counts as full; a consumer's
    double miss_rest = 0, miss_campaign = 0, miss_cost = 0;  // cache: misses at rest, of campaign traffic; cost factor of a miss
    double job_minute = -1, job_s = 0, job_load = 0;  // hourly job: minute of the hour, length, share of the cores
    AutoscalerSpec scaling;
};

// How an excess of demand over its usual level runs; `DemandForm` says what rise, hold and fall mean (demand.h).
enum class DemandForm { ramp, spot, steps, exponential, bell, herd };

struct DemandEvent {
    std::string name;  // of the truth, e.g. email, decoy_campaign
    DemandForm form = DemandForm::ramp;
    double start_s = 0, rise_s = 600, hold_s = 1200, fall_s = 600;
    ClassMix excess{};        // at the peak, as a multiple of the usual rate of the class
    double value_excess = 0;  // of the value of transactions at the peak
    std::string campaign;     // tag of its transactions; empty: none
    std::string driver = "volume";
    bool decoy = false;
    double fraction = 0;  // of a decoy: its peak as a share of the main event's
};

struct CapacityEvent {
    enum class Type { regression, lost_node, connection_leak, cache_flush, slow_dependency, log_burst, background };
    Type type = Type::regression;
    uint32_t service = 0;
    double start_s = 0, ramp_s = 0, end_s = 1e9;
    // Added share of the work; hosts; share of the pool a second; miss ratio; seconds; added share written; share of cores taken.
    double size = 0;
    double harm = 0, period_s = 0;  // of background work: the share that gives no way; comes again after so long, 0: once
    std::string driver = "capacity_loss";
};

// Faults of observation only. Hosts by their index, generation changes by time.
struct Nuisance {
    enum class Type { sensor_gap, late_flush, clock_skew, rename };
    Type type = Type::sensor_gap;
    uint32_t service = 0, host = 0;
    double start_s = 0, end_s = 0;
    double size = 0;  // flush: seconds between flushes; skew: seconds ahead
};

struct Announcement {
    std::string name;
    uint32_t service = 0;
    double start_s = 0, expected_ratio = 2;
};

struct EntryDemand {
    uint32_t service = 0;
    double rate = 60;  // at the start of the live part
    ClassMix share{};  // adds up to 1
};

struct DayProfile {
    double low = 0.45, morning_h = 11, evening_h = 19.5, evening_weight = 1, weekend = 1;  // of a day, UTC
};

struct ScenarioSpec {
    std::string id, kind;
    uint64_t seed = 0;
    bool broad = false;      // nothing is promised
    int64_t live_start = 0;  // epoch seconds
    int64_t live_s = 7200, history_s = 172800;
    uint32_t metric_interval_s = 5;
    double sampled = 0.1;
    std::vector<ServiceSpec> services;
    std::vector<EntryDemand> entries;
    DayProfile profile;
    double slow_noise = 0.03, fast_noise = 0.02;  // of the level of demand: over half an hour, over less than a minute
    ClassMix value{};                             // mean value by class
    double value_sigma = 0.9;
    double client_retries = 0.4;  // share of failed transactions that customers send again
    std::vector<DemandEvent> demand;
    std::vector<CapacityEvent> capacity;
    std::vector<Nuisance> nuisances;
    std::vector<Announcement> calendar;
    bool calendar_true = false;
    uint32_t bottleneck = 0;
    SimulatedResource bottleneck_kind = SimulatedResource::cpu;
    double overload = 1;          // load of the bottleneck at the peak, of its capacity
    double others_at_peak = 0.5;  // of the other resources, about
};

// "checkout-cpu", "checkout-conn" ...: as in model.yaml.
std::string resource_name(const ServiceSpec& service, SimulatedResource kind);
bool has_resource(const ServiceSpec& service, SimulatedResource kind);
// Whom a service waits for, itself first, callers before callees.
std::vector<uint32_t> waits_for(const ScenarioSpec& spec, uint32_t service);

}  // namespace foreshock
