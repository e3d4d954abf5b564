// What /metrics says: the totals of the run, where demand, capacity and promises stand now, and how receivers fare.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/format/cloudevents.h"
#include "connectors/kafka/direct_fallback.h"
#include "engine/run/metrics.h"
#include "engine/run/observer.h"

namespace foreshock {

// Where things stand after the last decided slot. Unknown numbers are NaN and are left out.
struct LiveState {
    struct Demand {
        std::string service;
        double volume_ratio, value_ratio, value_per_minute;
    };
    struct Capacity {
        std::string resource, metric;
        double utilization, headroom;
    };
    struct Need {
        std::string resource;
        double units, needed, headroom;
    };
    struct Ahead {
        std::string service;
        double ratio;
    };
    struct Promise {
        std::string service, slo;
        double probability;
    };
    struct Budget {
        std::string service, slo;
        double indicator, kept, left;
        bool violated;
        std::vector<BurnState> burn;
    };
    struct Campaign {
        std::string name;
        double value, projected, target;  // of money
    };
    struct Node {
        std::string view, name;  // view empty: a service
        Condition own, condition;
        Missing missing;
        std::string because, supplier;
    };
    std::vector<Demand> demand;
    std::vector<Capacity> capacity;
    std::vector<Need> needs;
    std::vector<Ahead> ahead;
    std::vector<Promise> promises;
    std::vector<Budget> budgets;
    std::vector<Node> nodes;
    std::vector<Campaign> campaigns;  // that run now
    std::vector<SuppressedWarning> suppressed;  // kept back now
    EventTime decided_until{};
    std::map<std::string, uint64_t> open_warnings;  // by severity
    std::vector<WarningRevision> warnings;          // that are open, by rank; parts behind the one that speaks for them
};

// Keeps the live state. `decided` by the deciding thread, `now` by any thread.
class LiveStateObserver : public Observer {
public:
    void decided(const DecidedSlot& slot) override;
    LiveState now() const;

private:
    mutable std::mutex mutex_;
    LiveState state_;
    std::map<std::pair<std::string, std::string>, SuppressedWarning> suppressed_;
    std::map<std::string, Severity> open_;  // by warning id; the deciding thread's
    std::map<std::string, std::vector<InputRange>> inputs_;  // likewise, of its last word
};

// How a receiver of warnings fares.
struct ReceiverMetrics {
    std::string name;  // "webhook https://host"
    uint64_t delivered = 0, retried = 0, rejected = 0, overflowed = 0, given_up = 0;
    uint64_t waiting = 0;
    bool reached = true;
};

// How far what is shown lies behind the clock of the machine, and why.
struct Lag {
    enum class Why : uint8_t { none, sources_silent, engine_behind };
    double seconds = 0;
    Why why = Why::none;
};

// How taking new rules went.
struct ReloadMetrics {
    uint64_t applied = 0, unchanged = 0, refused = 0;
    uint64_t added = 0, changed = 0, removed = 0;  // rules, over all that were applied
};

// How Kafka's records are read, over all sources.
struct KafkaReading {
    std::array<uint64_t, kKafkaFetchNames.size()> records{};
    std::array<uint64_t, kDirectFallbacks> fallbacks{};
};

// The body of /metrics. Any thread.
std::string to_prometheus(const RunTotals& totals, const LiveState& state,
                          const std::vector<ReceiverMetrics>& receivers, const std::string& version, const Lag& lag = {},
                          const ReloadMetrics& reloads = {}, const KafkaReading& kafka = {});

// The body of /api/v1/warnings: what is open, by rank. Any thread.
std::string warnings_json(const LiveState& state, const CloudEventContext& context);
// Of /api/v1/warnings/ID: one of them; empty: no such warning is open. Any thread.
std::string warning_json(const LiveState& state, const CloudEventContext& context, std::string_view id);

// The body of /api/v1/state: every service, every view, every promise. While the engine or its sources are behind, nothing is shown
// as well: what was ok is unknown, with the reason. Any thread.
std::string state_json(const LiveState& state, const Lag& lag);

}  // namespace foreshock
