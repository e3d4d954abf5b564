// The least that any program has to do with an event of the load: take its fields out of the JSON, and add to the sums of its service
// and slot. What the product is measured against. One worker only.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

namespace bench {

class Sums {
public:
    // `event`: one record of tools/generate. Unless the parser may read beyond its end (`padded`) it is copied first. False: it is none.
    bool add(std::string_view event, bool padded);
    void merge(const Sums& other);

    uint64_t events = 0, transactions = 0, errors = 0;
    int64_t value_micro = 0;
    // Services that had transactions in a slot of ten seconds, over all slots.
    uint64_t service_slots() const;

private:
    static constexpr size_t kMost = 1024, kBuckets = 256;
    struct Slot {
        int64_t slot = -1;
        uint64_t count = 0, errors = 0;
        int64_t value_micro = 0;
        std::array<uint32_t, kBuckets> latencies{};
    };
    struct Series {
        std::string name;
        std::vector<Slot> slots;  // in order of first use; the last one is tried first
        double value = 0, limit = 0;
    };

    Series& series(std::string_view name);
    static Slot& slot_of(Series& s, int64_t slot);
    int64_t milliseconds(std::string_view ts);

    simdjson::ondemand::parser parser_;
    std::vector<char> padded_ = std::vector<char>(16384);
    std::array<uint32_t, kMost * 2> index_{};  // by hash: number + 1
    std::vector<Series> series_;
    std::string hour_;  // text of the last one, and its time
    int64_t hour_ms_ = 0;
};

}  // namespace bench
