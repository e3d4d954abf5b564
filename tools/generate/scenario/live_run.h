// One run of the live part, and the transactions that are recorded of it.
#pragma once

#include <vector>

#include "tools/generate/scenario/simulation.h"

namespace foreshock {

// States by second and service. A run never changes once it is made.
class LiveRun {
  public:
    // Goes on from the end of the history.
    LiveRun(const ScenarioSpec& spec, ServiceSimulation from, LeftOut left_out);
    const ServiceMoment& at(int64_t second, uint32_t service) const {
        return states_[static_cast<size_t>(second) * services_ + service];
    }
    int64_t seconds() const { return static_cast<int64_t>(states_.size() / services_); }

  private:
    size_t services_;
    std::vector<ServiceMoment> states_;
};

enum class TransactionOutcome : uint8_t { ok, error, timeout };

struct RecordedTransaction {
    int64_t completed_ms = 0;  // since the start of the live part
    double duration_ms = 0, value = 0;
    TransactionOutcome outcome = TransactionOutcome::ok;
    uint8_t transaction_class = 0;
    bool campaign = false, app = false;
    uint32_t host = 0, user = 0;
};

// Those of one service that complete in [second, second + 1), in no order; the same for the same run. Appends.
void record_transactions(const ScenarioSpec& spec, const LiveRun& run, uint32_t service, int64_t second,
                         std::vector<RecordedTransaction>& to);

}  // namespace foreshock
