// Where the quotes of a plain record stand. Plain: printable ASCII without a backslash, so that every quote opens or closes a text; what is
// not plain is for JsonIndex.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace foreshock {

// One way to look for them: the number of quotes, whose positions it writes to `out`, or kNotPlain. `size` is at most
// QuoteIndex::kLongest, `out` has room for `size` + 64, and 64 bytes after the record are legible.
using QuoteScan = uint32_t (*)(const char* data, size_t size, uint16_t* out);
inline constexpr uint32_t kNotPlain = 0xffffffff;

// Those that this processor can run, the quickest first; all find the same.
std::span<const QuoteScan> quote_scans();

// One worker only.
class QuoteIndex {
public:
    static constexpr size_t kLongest = 16 * 1024;

    QuoteIndex() : positions_(kLongest + 64) {}

    // False: the record is not plain, or too long. kRecordPadding bytes after it must be legible.
    bool read(const char* data, size_t size) {
        count_ = size > kLongest ? kNotPlain : scan_(data, size, positions_.data());
        if (count_ == kNotPlain) return false;
        positions_[count_] = static_cast<uint16_t>(size);
        return true;
    }
    uint32_t count() const { return count_; }
    // Ascending; behind the last one, at count(), the size of the record.
    const uint16_t* positions() const { return positions_.data(); }

private:
    QuoteScan scan_ = quote_scans().front();
    std::vector<uint16_t> positions_;
    uint32_t count_ = 0;
};

}  // namespace foreshock
