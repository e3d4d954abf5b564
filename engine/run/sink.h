// Where warnings go. Implementations: connectors/kafka, connectors/http, connectors/file.
#pragma once

#include <chrono>
#include <span>
#include <string>

#include "engine/base/archive.h"
#include "engine/run/capacity_advice.h"
#include "engine/warn/warning.h"

namespace foreshock {

// Called by the deciding thread only, in order. Implementations queue and deliver on their own threads where the other side may be
// slow; what they cannot deliver for good they count and log.
class Sink {
public:
    virtual ~Sink() = default;
    virtual void deliver(std::span<const WarningRevision> revisions) = 0;
    // Those that carry capacity advice; the others leave it.
    virtual void advise(std::span<const CapacityAdvice>) {}
    // What was kept back or let go, for those that keep a record.
    virtual void keep(std::span<const SuppressedWarning>) {}
    // Returns when everything delivered so far has arrived, or `false` when the other side did not take it in time.
    virtual bool flush(std::chrono::milliseconds timeout) = 0;
    // Name under which checkpoints keep what waits, saved and restored by `archive`; restored before anything is delivered.
    // Empty: a checkpoint waits for `flush` instead, and is not made while that fails.
    virtual std::string outbox() const { return {}; }
    virtual void archive(Archive&) {}
    // A checkpoint that holds what `archive` saved last is stored for good.
    virtual void stored() {}
    // True while something waits that leaves only when a checkpoint holds it: one should follow soon.
    virtual bool awaits_checkpoint() const { return false; }
    // False while so much waits that deciding should wait, too.
    virtual bool has_room() const { return true; }
    // Why it is of no use any more: the run ends. Empty while it is.
    virtual std::string failure() const { return {}; }
    // True while the other side is reached (for /readyz).
    virtual bool ready() const { return true; }
    virtual std::string name() const = 0;
};

}  // namespace foreshock
