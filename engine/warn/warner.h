// Stage: forecasts in, revisions of warnings out: the life of every warning. At most one open warning per service and SLO.
// One worker only.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/archive.h"
#include "engine/detect/signal.h"
#include "engine/forecast/forecast.h"
#include "engine/plan/inventory.h"
#include "engine/plan/options.h"
#include "engine/warn/warning.h"

namespace foreshock {

class Warner {
public:
    Warner(const Inventory& inventory, const EngineOptions& options);
    ~Warner();
    // Revisions of this slot in the order in which they are to be said. Valid until the next call.
    // Without signals nothing is said about campaigns that do not come. While `others` and these are as many as may be open, what would
    // open is kept back; places go to what is broken, then to the greatest loss that is to be expected.
    std::span<const WarningRevision> decide(const Forecasts& forecasts, const Signals* signals = nullptr, size_t others = 0);
    // Warnings that are open, maintenance keeping some of them quiet or not.
    size_t count() const;
    // Every warning that is open after the slot, as it stands. Valid until the next call.
    std::span<const WarningRevision> open() const;
    // What was kept back or let go in this slot.
    std::span<const SuppressedWarning> suppressed() const;
    void archive(Archive& a);
    // What is open in bytes that `archive` saved, without the model they were saved under; nothing where they are broken.
    static std::vector<OpenWarning> open_in(std::string_view archived, const std::string& app);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace foreshock
