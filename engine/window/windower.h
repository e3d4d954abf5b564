// Stage: merged partial sums of a slot in, the closed slot out. Maps ephemeral names to lasting identities, adds up the
// instances of a gauge, and remembers the last value of instances that report less often than once a slot.
// One worker only.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "engine/base/archive.h"
#include "engine/event/names.h"
#include "engine/ingest/partial.h"
#include "engine/plan/inventory.h"
#include "engine/plan/renumbering.h"
#include "engine/plan/options.h"
#include "engine/plan/resource_matcher.h"
#include "engine/window/slot.h"

namespace foreshock {

class Windower {
public:
    Windower(Inventory& inventory, const EngineOptions& options);

    // The result is valid until the next call. `names` gives the text of the ids in `sums`.
    const ClosedSlot& close(SlotIndex slot, const SlotPartial& sums, const Names& names);
    void forget_names() { for (auto& texts : texts_) texts.clear(); }  // the next ones are others
    void archive(Archive& a);

private:
    // What is remembered of one metric instance (service, resource, metric, host).
    struct Instance {
        GaugeIndex gauge = kNoIndex;
        double value = 0, max = 0, limit = 0;
        int64_t seen = 0;     // slot index of the last report
        int64_t gap = 1;      // slots between reports
        double span_seconds = 0;

        void archive(Archive& a) {
            archive_number(a, gauge, &Renumbering::gauges);
            a(value, max, limit, seen, gap, span_seconds);
        }
    };

    void close_services(const SlotPartial& sums, const Names& names);
    void close_gauges(const SlotPartial& sums, const Names& names);
    void close_occurrences(const SlotPartial& sums, const Names& names);
    void report(const std::string& text, const MetricPartial& p);
    void add_up_gauges();
    GaugeIndex identify(const MetricInstanceName& name);  // kNoIndex: beyond what may be discovered
    void identify_again();  // where a matcher has begun or ended to hold
    const std::string& text_of(NameSpace space, NameId id, const Names& names);

    Inventory& inventory_;
    ResourceMatcher matcher_;
    std::map<std::string, Instance, std::less<>> instances_;
    std::deque<std::string> texts_[kNameSpaces];  // by id, fetched once; a deque, because views of them are kept while it grows
    EventTime identified_at_ = kBeginningOfTime;
    bool again_ = false;  // restored: the matchers may be others than those before
    ClosedSlot slot_;
    Micros allowed_lateness_;
    int64_t forget_after_slots_;
    size_t most_gauges_;  // of the model, and discovered
};

}  // namespace foreshock
