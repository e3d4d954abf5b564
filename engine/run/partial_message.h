// What an ingest instance tells a correlation instance: what was summed since it spoke last, and how far it has read. Layout of the
// bytes: state/FORMAT.md. One worker only.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/event/names.h"
#include "engine/ingest/partial.h"

namespace foreshock {

inline constexpr uint32_t kPartialFormat = 2;

// How far a source partition has been read.
struct SourceProgress {
    EventTime clock = kBeginningOfTime;      // its watermark; kBeginningOfTime: nothing read yet
    EventTime last_word = kBeginningOfTime;  // greatest time that its end would close up to
    bool idle = false;                       // silent for so long that it holds nothing back

    template <class A>
    void archive(A& a) { a(clock, last_word, idle); }
    bool operator==(const SourceProgress&) const = default;
};

// Messages of one share come in order. What one cut of the reading says may take several: the last holds the progress, so that no
// watermark overtakes its sums.
struct PartialMessage {
    std::string layout;  // of the model and its shares: both sides have to have the same
    std::map<std::string, SourceProgress> sources;  // by lasting name; those that the instance reads
    std::set<std::string> all;  // every source partition there is, told when partitions have moved; else empty
    std::map<int64_t, SlotPartial> slots;  // by index; a slot in which others got something is there, and empty
};

std::string encode(PartialMessage& message, Names& names);
// Names that are beyond their bound are left out and counted in `refused`. Problems: damaged, or of another version.
[[nodiscard]] Result<PartialMessage> decode_partial(std::string_view bytes, Names& names, uint64_t& refused);

// Cuts sums in two by the ids of their entries; false when there is only one entry left.
bool halve(const SlotPartial& sums, SlotPartial& first, SlotPartial& second);

}  // namespace foreshock
