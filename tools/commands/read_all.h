// Reads a source from its start to its end, for commands that only look at records.
#pragma once

#include <functional>
#include <string>

#include "engine/event/source.h"

namespace foreshock {

// Calls `take` with each batch until the source has ended or `take` finds a problem. Problems: the source's own, with `name`
// for its file. One worker only.
[[nodiscard]] Status read_all(Source& source, const std::string& name, const std::function<Status(const RecordBatch&)>& take);

}  // namespace foreshock
