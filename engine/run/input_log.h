// Which records went into the slots of the last two hours, by source partition and to the minute: what warnings name as their inputs.
// One worker only.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "engine/base/archive.h"
#include "engine/base/time.h"
#include "engine/event/names.h"
#include "engine/ingest/partial.h"
#include "engine/warn/warning.h"

namespace foreshock {

class InputLog {
public:
    // Slots come in order.
    void add(EventTime slot_start, EventTime slot_end, const SlotPartial& sums, const Names& names);
    // Offsets [first, next) by partition that hold the records of the slots from `from` on, in the order of their names.
    std::vector<InputRange> since(EventTime from) const;
    // What led to a warning: from ten minutes before it opened, the beginning of the rise or the first sighting, whatever is earliest.
    std::vector<InputRange> behind(const WarningRevision& w) const;

    void archive(Archive& a);

private:
    struct Minute {
        EventTime start{}, end{};
        std::map<uint32_t, OffsetRange> ranges;  // by number in names_

        void archive(Archive& a) { a(start, end, ranges); }
    };
    std::vector<std::string> names_;  // of partitions, in the order of their first records
    std::map<std::string, uint32_t> numbers_;
    std::deque<Minute> minutes_;
};

}  // namespace foreshock
