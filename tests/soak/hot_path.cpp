// The way of an event that everything else is measured by, decode and sum, takes no memory once it is warm: every call of operator new is
// counted. Ten seconds of load of fifty services are read again and again, moved on by a slot each time.
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "connectors/format/native_json.h"
#include "engine/ingest/lane_sums.h"
#include "engine/ingest/partition_clock.h"
#include "engine/run/shared_names.h"
#include "tools/generate/workload.h"

namespace {

uint64_t g_allocations = 0;

void* counted(std::size_t bytes) {
    ++g_allocations;
    if (void* p = std::malloc(bytes)) return p;
    throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new[](std::size_t bytes) { return counted(bytes); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }

namespace {

using namespace foreshock;

constexpr int kEvents = 150'000, kWarm = 4, kRounds = 7;
constexpr size_t kBatch = 1000;
constexpr Micros kSlot = std::chrono::seconds{10};

// The records of the load, in batches as a source hands them on.
struct Load {
    std::vector<std::string> texts;
    std::vector<RecordBatch> batches;

    Load() {
        Workload workload({50, 300, 42, *parse_rfc3339("2026-11-20T09:00:00Z")});
        for (int i = 0; i < kEvents; ++i) texts.push_back(workload.next().json + std::string(kRecordPadding, ' '));
        for (size_t i = 0; i < texts.size(); ++i) {
            if (i % kBatch == 0) batches.emplace_back().padded = true;
            batches.back().records.push_back({texts[i].data(), static_cast<uint32_t>(texts[i].size() - kRecordPadding), 0, static_cast<int64_t>(i)});
        }
    }
};

}  // namespace

int main() {
    Load load;
    SharedNames names{Bounds{}};
    const auto decoder = NativeJsonFactory(DecodeOptions{}).make(names);
    LaneSums sums(kSlot, 100);
    PartitionClock clock(std::chrono::seconds{60});
    EventBatch events;
    SlotPartial closed;
    uint64_t used = 0, wrong = 0, before = 0;
    for (int round = 0; round < kRounds; ++round) {
        if (round == kWarm) before = g_allocations;
        for (RecordBatch& batch : load.batches) {
            events.clear();
            decoder->decode(batch, events);
            for (const Event& e : events.events) {
                const int64_t ts_us = clock.observe(e.ts_us + round * kSlot.count() * 2, e.host);
                if (sums.add(e, ts_us, events, clock.now_us(), 5'000'000)) ++wrong;
                else ++used;
            }
            wrong += events.bad.size();
        }
        while (const auto slot = sums.first_open()) {
            closed.clear();
            sums.close(*slot, closed);
        }
    }
    const uint64_t taken = g_allocations - before;
    const double each = static_cast<double>(taken) / (static_cast<double>(kRounds - kWarm) * kEvents);
    std::printf("%llu events used, %llu not; %llu allocations after the first %d rounds: %.6f an event\n", static_cast<unsigned long long>(used),
                static_cast<unsigned long long>(wrong), static_cast<unsigned long long>(taken), kWarm, each);
    // Opening a slot takes a node of a map: there are two in each round.
    return wrong == 0 && used == static_cast<uint64_t>(kRounds) * kEvents && taken <= 20 ? 0 : 1;
}
