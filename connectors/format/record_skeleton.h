// The shape of a record that has been read before: what stands between its values. The next one mostly has the same, and then its values
// lie between known quotes, and nothing else of it has to be looked at. What does not fit, and what is not plain (other characters than
// ASCII, escapes, nested values, true, false, null), is for the whole way: JsonIndex and NativeFields.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "connectors/format/quote_index.h"

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
    bool add(std::string_view literal, Slot slot);  // false: too long to be of use
    bool end(std::string_view literal);

    // Calls `take(slot, value)` for each value of a record of this shape, in order; false where it has another, or `take` says so. Of a
    // text the value is what stands between the quotes; a number begins as one and consists of what numbers may, no more is said of it.
    // `quotes` are those of the record. Nothing is promised of what was taken before the false. kRecordPadding bytes after the record
    // must be legible.
    template <class Take>
    bool match(const QuoteIndex& quotes, const char* data, size_t size, Take take) const {
        if (parts_.empty() || quotes.count() != quotes_) return false;
        const uint16_t* const at_quote = quotes.positions();
        size_t at = 0;
        const Part* part = parts_.data();
        for (const Part* const last = part + parts_.size() - 1; part != last; ++part) {
            const size_t begin = size_t{at_quote[part->opening]} + part->behind_opening;
            if (begin - at != part->size || !starts_with(data + at, *part)) return false;
            at = size_t{at_quote[part->closing]} - part->before_closing;
            if (at < begin || at > size) return false;
            const std::string_view value(data + begin, at - begin);
            if ((!part->slot.text && !may_be_number(value)) || !take(part->slot, value)) return false;
        }
        return size - at == part->size && starts_with(data + at, *part);
    }

private:
    struct Part {
        alignas(16) std::array<char, kLongestLiteral> literal{};
        uint32_t size = 0;
        uint32_t first_bytes = 0;  // of the first sixteen, which belong to the literal, as bits
        // Of the value behind it: the last quote before it and how far behind that it begins; the first quote after it (else the end of
        // the record) and how far before that it ends.
        uint32_t opening = 0, behind_opening = 0, closing = 0, before_closing = 0;
        Slot slot;  // of the last one nothing
    };

    static bool starts_with(const char* p, const Part& part) {
#if defined(__SSE2__)
        const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
        const __m128i there = _mm_load_si128(reinterpret_cast<const __m128i*>(part.literal.data()));
        const auto other = ~static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(here, there)));
        if ((other & part.first_bytes) != 0) return false;
        return part.size <= 16 || std::memcmp(p + 16, part.literal.data() + 16, part.size - 16) == 0;
#else
        return std::memcmp(p, part.literal.data(), part.size) == 0;
#endif
    }

    // Numbers are short. Those with an exponent are for the whole way.
    static bool may_be_number(std::string_view value) {
        if (value.empty() || (value[0] != '-' && static_cast<unsigned char>(value[0] - '0') > 9)) return false;
#if defined(__SSE2__)
        if (value.size() <= 16) {
            const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(value.data()));
            const __m128i other = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8('-')), _mm_cmpgt_epi8(bytes, _mm_set1_epi8('9')));
            return (static_cast<uint32_t>(_mm_movemask_epi8(other)) & ((uint32_t{1} << value.size()) - 1)) == 0;
        }
#endif
        return value.find_first_not_of("-./0123456789") == value.npos;
    }

    std::vector<Part> parts_;
    uint32_t quotes_ = 0;  // in all literals
};

}  // namespace foreshock
