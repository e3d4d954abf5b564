// Rows of integers of which most are small or zero: each column takes as many bytes as its largest number needs, none while all are
// zero. Rows are added at the end and dropped from the front. One worker only.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace foreshock {

template <size_t kColumns>
class CountTable {
public:
    using Row = std::array<int64_t, kColumns>;

    size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    void clear() { *this = {}; }
    void append(const Row& row) {
        fit(row);
        const size_t wanted = (size_ + 1) * stride();
        if (wanted > bytes_.capacity()) bytes_.reserve(wanted + std::max<size_t>(4, size_ / 4) * stride());
        bytes_.resize(wanted);
        put(size_++, row);
    }
    void drop_front(size_t rows) {
        bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(rows * stride()));
        size_ -= rows;
    }
    Row operator[](size_t row) const {
        Row out{};
        const uint8_t* at = bytes_.data() + row * stride();
        for (size_t c = 0; c < kColumns; at += widths_[c++]) out[c] = number(at, widths_[c]);
        return out;
    }
    void add_to_last(const Row& more) {
        Row row = (*this)[size_ - 1];
        for (size_t c = 0; c < kColumns; ++c) row[c] += more[c];
        fit(row);
        put(size_ - 1, row);
    }
    // Of the last `rows`.
    Row sum(size_t rows) const {
        Row out{};
        size_t offset = (size_ - rows) * stride();
        for (size_t c = 0; c < kColumns; offset += widths_[c++]) out[c] = sum(bytes_.data() + offset, widths_[c], rows);
        return out;
    }

    template <class A>
    void archive(A& a) {
        uint64_t rows = size_;
        a(rows, widths_, bytes_);
        if (!a.restoring()) return;
        size_ = static_cast<size_t>(rows);
        const bool widths = std::ranges::all_of(widths_, [](uint8_t w) { return w <= 8 && (w & (w - 1)) == 0; });
        if (widths && rows < 1U << 20 && bytes_.size() == size_ * stride()) return;
        clear();
        a.fail();
    }

private:
    size_t stride() const {
        size_t all = 0;
        for (const uint8_t w : widths_) all += w;
        return all;
    }
    static uint8_t width_of(int64_t x) {
        if (x < 0 || x > UINT32_MAX) return 8;
        if (x > UINT16_MAX) return 4;
        if (x > UINT8_MAX) return 2;
        return x > 0 ? 1 : 0;
    }
    template <class T>
    static int64_t load(const uint8_t* at) {
        T x;
        std::memcpy(&x, at, sizeof x);
        return static_cast<int64_t>(x);
    }
    static int64_t number(const uint8_t* at, uint8_t width) {
        switch (width) {
            case 0: return 0;
            case 1: return load<uint8_t>(at);
            case 2: return load<uint16_t>(at);
            case 4: return load<uint32_t>(at);
            default: return load<int64_t>(at);
        }
    }
    int64_t sum(const uint8_t* at, uint8_t width, size_t rows) const {
        const auto all = [&](auto kind) {
            int64_t total = 0;
            for (size_t r = 0, step = stride(); r < rows; ++r) total += load<decltype(kind)>(at + r * step);
            return total;
        };
        switch (width) {
            case 0: return 0;
            case 1: return all(uint8_t{});
            case 2: return all(uint16_t{});
            case 4: return all(uint32_t{});
            default: return all(int64_t{});
        }
    }
    void put(size_t row, const Row& numbers) {
        uint8_t* at = bytes_.data() + row * stride();
        for (size_t c = 0; c < kColumns; at += widths_[c++])
            if (widths_[c] > 0) std::memcpy(at, &numbers[c], widths_[c]);  // little endian
    }
    void fit(const Row& row) {
        std::array<uint8_t, kColumns> wanted{};
        for (size_t c = 0; c < kColumns; ++c) wanted[c] = std::max(widths_[c], width_of(row[c]));
        if (wanted == widths_) return;
        CountTable wider;
        wider.widths_ = wanted;
        wider.bytes_.resize(size_ * wider.stride());
        for (size_t r = 0; r < size_; ++r) wider.put(r, (*this)[r]);
        wider.size_ = size_;
        *this = std::move(wider);
    }

    std::vector<uint8_t> bytes_;
    size_t size_ = 0;
    std::array<uint8_t, kColumns> widths_{};  // 0, 1, 2, 4 or 8
};

}  // namespace foreshock
