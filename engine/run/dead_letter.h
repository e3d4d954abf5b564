// Where records go that could not be used. Implementations: connectors/file, connectors/kafka.
#pragma once

#include <string_view>

#include "engine/event/event.h"

namespace foreshock {

// Any thread: implementations lock. Writing must not block for long; what cannot be kept is counted by the implementation.
class DeadLetterOutput {
public:
    virtual ~DeadLetterOutput() = default;
    virtual void write(std::string_view partition, const BadRecord& record) = 0;
};

}  // namespace foreshock
