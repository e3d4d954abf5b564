// Where records go that could not be used, and warnings that nobody took. Implementations: connectors/file, connectors/kafka.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "engine/event/event.h"

namespace foreshock {

// A warning that its receiver never took.
struct UndeliveredWarning {
    std::string_view receiver;  // name of the sink
    std::string_view reason;    // refused: by the receiver; given_up: not taken for too long; overflow: too many waited
    std::string_view what;      // "status 404: no such hook"
    std::string_view event;     // JSON, as it would have been sent
};

// Any thread: implementations lock. Writing must not block for long; what cannot be kept is counted by the implementation.
class DeadLetterOutput {
public:
    virtual ~DeadLetterOutput() = default;
    virtual void write(std::string_view partition, const BadRecord& record) = 0;
    virtual void write(const UndeliveredWarning& warning) = 0;
    // Returns when everything written so far has arrived, or false where it has not in time, or at once where nobody takes it.
    virtual bool flush(std::chrono::milliseconds) { return true; }
    // Why it never took anything and never will, before it took the first: the run ends. Empty: it may.
    virtual std::string failure() { return {}; }
};

}  // namespace foreshock
