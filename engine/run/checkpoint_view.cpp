#include "engine/run/checkpoint_view.h"

#include "engine/ingest/partition_clock.h"
#include "engine/plan/inventory.h"
#include "engine/plan/options.h"
#include "engine/run/checkpoint.h"
#include "engine/run/shared_names.h"
#include "engine/warn/rule_warner.h"
#include "engine/warn/warner.h"

namespace foreshock {

namespace {

constexpr uint32_t kUnbounded = 0xfffffff0;

class Viewer {
public:
    explicit Viewer(const Checkpoint& checkpoint) : checkpoint_(checkpoint) {}

    Result<CheckpointView> view() {
        partitions();
        open_slots();
        inventory();
        view_.warnings = Warner::open_in(bytes("warn"), checkpoint_.app);
        const auto ruled = RuleWarner::open_in(bytes("rule_warnings"), checkpoint_.app);
        view_.warnings.insert(view_.warnings.end(), ruled.begin(), ruled.end());
        if (!broken_.empty()) return Diagnostic{{}, 0, 0, "part " + broken_ + " does not fit this version", {}};
        return std::move(view_);
    }

private:
    std::string_view bytes(const std::string& part) const {
        const auto found = checkpoint_.parts.find(part);
        return found == checkpoint_.parts.end() ? std::string_view{} : std::string_view{found->second};
    }
    void judge(const Archive& a, const char* part) {
        if (broken_.empty() && (!a.ok() || !a.at_end())) broken_ = part;
    }
    void partitions() {
        std::map<std::string, std::string> clocks;
        Archive all(bytes("clocks"));
        all(clocks);
        judge(all, "clocks");
        for (const PartitionOffset& o : checkpoint_.offsets) {
            PartitionClock clock{SlotOptions{}.clock_jump};
            Archive a(clocks[o.partition]);
            clock.archive(a, names_);
            judge(a, "clocks");
            view_.partitions.push_back({o.partition, o.next, clock.now(), clock.corrected_hosts()});
        }
    }
    void open_slots() {
        std::map<int64_t, SlotPartial> open;
        Archive a(bytes("open_slots"));
        archive_open_slots(a, open, names_);
        judge(a, "open_slots");
        for (const auto& [index, sums] : open) view_.open_slots.push_back({slot_start({index}, checkpoint_.slot_length), sums.events});
    }
    void inventory() {
        const Model none;
        Inventory known(none);
        Archive a(bytes("inventory"));
        known.archive(a);
        judge(a, "inventory");
        view_.services = known.services().size();
        view_.resources = known.resources().size();
        view_.gauges = known.gauges().size();
    }

    const Checkpoint& checkpoint_;
    SharedNames names_{Bounds{kUnbounded, kUnbounded, kUnbounded, kUnbounded, kUnbounded}};
    CheckpointView view_;
    std::string broken_;
};

}  // namespace

Result<CheckpointView> view_of(const Checkpoint& checkpoint) { return Viewer(checkpoint).view(); }

}  // namespace foreshock
