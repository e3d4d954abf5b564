// The last `kMost` rows of deviations that are told apart by quantiles only, a byte each: within 3 % down to 2^-14 of the greatest that
// is kept of their column, 0 below. Not negative; NaN marks one that is missing. One worker only.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "engine/base/quantile.h"

namespace foreshock {

template <size_t kMost, size_t kColumns>
class NoiseRing {
public:
    using Row = std::array<double, kColumns>;

    void push(const Row& row) {
        if (size_ == room_ && size_ < kMost) grow();
        const size_t at = size_ < kMost ? size_++ : std::exchange(head_, static_cast<uint8_t>((head_ + 1) % kMost));
        for (size_t c = 0; c < kColumns; ++c) {
            if (at == 0 && size_ == kMost) settle(c);
            cells_[at * kColumns + c] = code(row[c], c);
        }
    }
    size_t size() const { return size_; }
    // As of QuantileRing.
    double quantile(size_t column, double q, size_t from, size_t to) const {
        std::vector<float>& known = quantile_scratch();
        for (size_t age = from; age < std::min<size_t>(to, size_); ++age) {
            const uint8_t x = cells_[static_cast<size_t>(head_ + size_ - 1U - age) % size_ * kColumns + column];
            if (x != kMissing) known.push_back(x == 0 ? 0 : std::bit_cast<float>((x + uint32_t{lowest_[column]} * kOctave) << kDropped));
        }
        return quantile_of(known, q);
    }

    template <class A>
    void archive(A& a) {
        a(size_, head_);
        for (uint8_t& e : lowest_) a(e);
        if (a.restoring()) {
            if (size_ > kMost || head_ >= kMost || (size_ < kMost && head_ > 0)) { size_ = head_ = 0; a.fail(); }
            room_ = size_;
            cells_ = room_ > 0 ? std::make_unique_for_overwrite<uint8_t[]>(room_ * kColumns) : nullptr;
        }
        a.numbers(cells_.get(), size_ * kColumns);
    }

private:
    static_assert(kMost < 256);
    static constexpr uint32_t kOctave = 16;   // steps
    static constexpr uint8_t kMissing = 255, kGreatest = 254;
    static constexpr int kDropped = 19;       // bits of a float's fraction

    // The upper bits of the float, above what the column begins at, which is raised as it needs.
    uint8_t code(double x, size_t column) {
        if (std::isnan(x)) return kMissing;
        const uint32_t bits = (std::bit_cast<uint32_t>(static_cast<float>(x)) + (1U << (kDropped - 1))) >> kDropped;
        if (const uint32_t top = lowest_[column] * kOctave + kGreatest; bits > top) shift(column, static_cast<int>((bits - top + kOctave - 1) / kOctave));
        const uint32_t least = lowest_[column] * kOctave;
        return bits <= least ? uint8_t{0} : static_cast<uint8_t>(bits - least);
    }
    // Once a round, before the first row is overwritten: the column begins no higher than the greatest of the others asks for.
    void settle(size_t column) {
        uint32_t most = 0;
        for (size_t i = 1; i < size_; ++i) if (const uint8_t x = cells_[i * kColumns + column]; x != kMissing) most = std::max<uint32_t>(most, x);
        shift(column, -static_cast<int>(most == 0 ? lowest_[column] : std::min<uint32_t>(lowest_[column], (kGreatest - most) / kOctave)));
    }
    void shift(size_t column, int octaves) {
        lowest_[column] = static_cast<uint8_t>(lowest_[column] + octaves);
        for (size_t i = 0; octaves != 0 && i < size_; ++i)
            if (uint8_t& x = cells_[i * kColumns + column]; x != kMissing && x != 0) x = static_cast<uint8_t>(std::max(0, x - octaves * static_cast<int>(kOctave)));
    }
    void grow() {
        const size_t room = std::min<size_t>(kMost, std::max<size_t>(8, 2 * room_));
        auto wider = std::make_unique_for_overwrite<uint8_t[]>(room * kColumns);
        std::copy_n(cells_.get(), size_ * kColumns, wider.get());
        cells_ = std::move(wider);
        room_ = static_cast<uint8_t>(room);
    }

    std::unique_ptr<uint8_t[]> cells_;  // row by row
    std::array<uint8_t, kColumns> lowest_{};  // exponent of a float that the column begins at
    uint8_t size_ = 0, room_ = 0;
    uint8_t head_ = 0;  // oldest row once full
};

}  // namespace foreshock
