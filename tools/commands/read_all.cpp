#include "tools/commands/read_all.h"

namespace foreshock {

Status read_all(Source& source, const std::string& name, const std::function<Status(const RecordBatch&)>& take) {
    auto lanes = source.open(1, [](const std::string&) { return std::optional<int64_t>{}; });
    if (!lanes) return lanes.problems();
    RecordBatch batch;
    for (auto& lane : lanes.value()) {
        for (PollResult r; (r = lane->poll(batch, std::chrono::milliseconds{100})) != PollResult::finished; batch.clear()) {
            if (r == PollResult::failed) return Diagnostic{name, 0, 0, lane->failure(), {}};
            if (Status s = take(batch); !s) return s;
        }
    }
    return Done{};
}

}  // namespace foreshock
