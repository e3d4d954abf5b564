// The shape of a record that has been read before: what stands between its values. The next one mostly has the same, and then its values
// are where the shape says, and nothing else of it has to be looked at. What does not fit, and what is not plain (other characters than
// ASCII, escapes, nested values, true, false, null), is for the whole way: JsonIndex and NativeFields.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace foreshock {

// One worker only.
class RecordSkeleton {
public:
    static constexpr size_t kLongestLiteral = 64;

    // A value of the shape: what it is kept as is the caller's business.
    struct Slot {
        uint8_t field = 0;
        bool text = false;    // else a number
        bool wanted = false;
    };

    // Builds a shape: for each value what stands before it (its quote included), then what stands behind the last one (its quote included).
    void clear() { parts_.clear(); }
    bool add(std::string_view literal, Slot slot);  // false: too long to be of use
    bool end(std::string_view literal);

    // Calls `take(slot, value)` for each value of a record of this shape, in order; false where it has another, or `take` says so. Of a
    // text the value is what stands between the quotes. Nothing is promised of the bytes before the false. kRecordPadding bytes after
    // the record must be legible.
    template <class Take>
    bool match(const char* data, size_t size, Take take) const {
        if (parts_.empty()) return false;
        const char *p = data, *const end = data + size;
        for (size_t i = 0;; ++i) {
            const Part& part = parts_[i];
            if (p > end || !starts_with(p, part)) return false;
            p += part.size;
            if (i + 1 == parts_.size()) return p == end;
            const char* const last = part.slot.text ? end_of_text(p, end) : end_of_number(p, end);
            if (last == nullptr || !take(part.slot, std::string_view(p, static_cast<size_t>(last - p)))) return false;
            p = last;
        }
    }

private:
    struct Part {
        std::array<char, kLongestLiteral> literal{};
        uint32_t size = 0;
        Slot slot;  // of the value behind it; of the last one nothing
    };
    static bool starts_with(const char* p, const Part& part);
    // Where the value that begins at `p` ends: at its closing quote, behind its last digit. Null: not before `end`, or it is not plain.
    static const char* end_of_text(const char* p, const char* end);
    static const char* end_of_number(const char* p, const char* end);

    std::vector<Part> parts_;
};

}  // namespace foreshock

#include "connectors/format/record_skeleton_scan.h"
