#include <malloc.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <limits>
#include <memory>

#include "connectors/format/native_json.h"
#include "engine/run/shared_names.h"
#include "engine/run/sum_events.h"
#include "engine/window/windower.h"
#include "tools/measure/stage_costs.h"

namespace foreshock {

double thread_cpu_ns() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

size_t heap_bytes() {
    const struct mallinfo2 m = mallinfo2();
    return m.uordblks + m.hblkhd;
}

namespace {

constexpr size_t kBatch = 1000;
constexpr int kRounds = 5;

// Records as a source hands them on, and how many of them are transactions.
struct Load {
    explicit Load(const EventSizes& sizes) {
        Workload workload(sizes.load);
        for (uint64_t i = 0; i < sizes.events; ++i) {
            const GeneratedEvent& e = workload.next();
            texts.push_back(e.json + std::string(kRecordPadding, ' '));
            partitions.push_back(static_cast<uint32_t>(std::hash<std::string>{}(e.service) % sizes.partitions));
            transactions += e.metric ? 0 : 1;
        }
        for (size_t i = 0; i < texts.size(); ++i) {
            if (i % kBatch == 0) batches.emplace_back().padded = true;
            batches.back().records.push_back({texts[i].data(), static_cast<uint32_t>(texts[i].size() - kRecordPadding), partitions[i], static_cast<int64_t>(i)});
        }
    }
    std::vector<std::string> texts;
    std::vector<uint32_t> partitions;
    std::vector<RecordBatch> batches;
    uint64_t transactions = 0;
};

uint64_t series_of(const SlotPartial& slot) {
    uint64_t n = static_cast<uint64_t>(std::ranges::count_if(slot.services, [](const ServicePartial& s) { return s.rows > 0; }) +
                                       std::ranges::count_if(slot.metrics, [](const MetricPartial& m) { return m.samples > 0; }));
    slot.dimensions.each([&](const DimensionSums::Entry&) { ++n; });
    return n;
}

// The stages in front of the decision, and the least that each has cost in any round.
class Front {
public:
    Front(Load& load, const EventSizes& sizes, const EngineOptions& options)
        : load_(load), options_(options), names_(options.bounds), clocks_(sizes.partitions, PartitionClock(options.slots.clock_jump)),
          sums_(options.slots.length, std::numeric_limits<uint32_t>::max()) {
        DecodeOptions decode;
        decode.dimensions = options.dimensions;
        decoder_ = NativeJsonFactory(decode).make(names_);
        decoded_.resize(load.batches.size());
    }

    void round() {
        decode();
        ingest();
        close();
        ++rounds_;
    }

    double decoded = std::numeric_limits<double>::max(), summed = decoded, merged = decoded, closed = decoded;
    double open_bytes = 0;  // of a series of an open slot
    RunTotals totals;
    uint64_t bad = 0, transactions = 0;
    int rounds() const { return rounds_; }

private:
    void decode() {
        const double before = thread_cpu_ns();
        for (size_t i = 0; i < load_.batches.size(); ++i) {
            decoded_[i].clear();
            decoder_->decode(load_.batches[i], decoded_[i]);
        }
        decoded = std::min(decoded, (thread_cpu_ns() - before) / events());
        for (const EventBatch& b : decoded_) bad += b.bad.size();
        // Each round is later than the one before.
        if (span_us_ == 0)
            for (const EventBatch& b : decoded_)
                for (const Event& e : b.events) {
                    first_us_ = std::min(first_us_, e.ts_us);
                    span_us_ = std::max(span_us_, e.ts_us - first_us_);
                }
        const int64_t length = options_.slots.length.count(), shift = rounds_ * (span_us_ / length + 2) * length;
        for (EventBatch& b : decoded_)
            for (Event& e : b.events) e.ts_us += shift;
    }
    void ingest() {
        const size_t heap = heap_bytes();
        const double before = thread_cpu_ns();
        for (size_t i = 0; i < decoded_.size(); ++i)
            sum_events(decoded_[i], load_.batches[i].records, {Micros{std::chrono::hours{1}}.count()}, sums_, totals,
                       [this](uint32_t number) -> SummedPartition { return {&clocks_[number], number + 1}; });
        summed = std::min(summed, (thread_cpu_ns() - before) / events());
        opened_heap_ = heap_bytes() - heap;
    }
    void close() {
        double merging = 0, closing = 0;
        uint64_t series = 0;
        while (const auto slot = sums_.first_open()) {
            merged_.clear();
            const double begun = thread_cpu_ns();
            sums_.close(*slot, merged_);
            const double taken = thread_cpu_ns();
            const ClosedSlot& made = window_.close(*slot, merged_, names_);
            closing += thread_cpu_ns() - taken;
            merging += taken - begun;
            series += series_of(merged_);
            for (const ServiceSlot& s : made.services) transactions += static_cast<uint64_t>(s.count);
        }
        merged = std::min(merged, merging / static_cast<double>(series));
        closed = std::min(closed, closing / static_cast<double>(series));
        if (rounds_ == 0) open_bytes = static_cast<double>(opened_heap_) / static_cast<double>(series);
    }
    double events() const { return static_cast<double>(load_.texts.size()); }

    Load& load_;
    const EngineOptions& options_;
    SharedNames names_;
    std::unique_ptr<Decoder> decoder_;
    std::vector<EventBatch> decoded_;
    std::vector<PartitionClock> clocks_;
    LaneSums sums_;
    SlotPartial merged_;
    Model model_;
    Inventory inventory_{model_};
    Windower window_{inventory_, options_};
    int rounds_ = 0;
    int64_t first_us_ = std::numeric_limits<int64_t>::max(), span_us_ = 0;
    size_t opened_heap_ = 0;
};

}  // namespace

Result<std::vector<StageCost>> event_costs(const EventSizes& sizes, const EngineOptions& options) {
    Load load(sizes);
    Front front(load, sizes, options);
    for (int i = 0; i < kRounds; ++i) front.round();
    const uint64_t n = static_cast<uint64_t>(kRounds) * sizes.events;
    if (front.bad != 0 || front.totals.events != n || front.transactions != static_cast<uint64_t>(kRounds) * load.transactions)
        return Diagnostic{{}, 0, 0, "the stages counted " + std::to_string(front.totals.events) + " events and " + std::to_string(front.transactions) + " transactions instead of " +
                          std::to_string(n) + " and " + std::to_string(kRounds * load.transactions), "raise what `bounds` of the configuration allows"};
    return std::vector<StageCost>{{"decode", "ns an event", front.decoded}, {"ingest", "ns an event", front.summed}, {"merge", "ns a series and slot", front.merged},
                                  {"close", "ns a series and slot", front.closed}, {"open slot", "bytes a series", front.open_bytes}};
}

}  // namespace foreshock
