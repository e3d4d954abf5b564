// One generation of the names of a run, bounded by configuration. Any thread; asked only for names that a worker sees for the first time.
//
// Hosts and what is named after them come and go, and no name of a generation is forgotten. So whoever holds numbers of a generation that
// is worn goes over to the next one, with the names that are in use alone (Renaming).
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/time.h"
#include "engine/event/names.h"
#include "engine/plan/options.h"

namespace foreshock {

class SharedNames : public Names {
public:
    explicit SharedNames(const Bounds& bounds);
    NameId intern(NameSpace space, std::string_view text) override;
    std::string text(NameSpace space, NameId id) const override;
    // Time for the next generation: a space is nearly full, and this one has lived for long enough for names to have gone out of use.
    // `now`: event time up to which everything is decided.
    bool worn(EventTime now) const { return nearly_full_.load(std::memory_order_relaxed) && now >= soonest_end_; }
    // The next generation. It has the services and partitions, which do last, and counts on what was refused.
    std::shared_ptr<SharedNames> next(EventTime now) const;
    // Names refused because their space was full.
    uint64_t refused(NameSpace space) const;

private:
    static constexpr Micros kLeastAge = std::chrono::minutes{1};  // else names that are all in use were turned over at every slot

    struct Space {
        std::unordered_map<std::string, NameId> ids;
        std::vector<const std::string*> texts{nullptr};  // [id]; 0 is no name
        size_t bound = 0;
        uint64_t refused = 0;
    };
    Bounds bounds_;
    EventTime soonest_end_ = kBeginningOfTime + Micros{1};  // before anything is decided, everything is in use
    std::atomic<bool> nearly_full_{false};
    mutable std::mutex mutex_;
    Space spaces_[kNameSpaces];
};

}  // namespace foreshock
