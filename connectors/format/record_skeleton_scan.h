// How RecordSkeleton looks at bytes: sixteen at a step where the processor has them (every x86-64 does), else one by one. The two find the
// same. Part of record_skeleton.h, in a header so that the walk along a record is one loop.
#pragma once

#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "connectors/format/record_skeleton.h"

namespace foreshock {

#if defined(__SSE2__)

inline __m128i sixteen(const char* p) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }

inline bool RecordSkeleton::starts_with(const char* p, const Part& part) {
    for (uint32_t i = 0; i < part.size; i += 16) {
        const auto same = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(sixteen(p + i), sixteen(part.literal.data() + i))));
        const uint32_t wanted = part.size - i >= 16 ? 0xffff : (uint32_t{1} << (part.size - i)) - 1;
        if ((same & wanted) != wanted) return false;
    }
    return true;
}

inline const char* RecordSkeleton::end_of_text(const char* p, const char* end) {
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(' ');
    for (; p < end; p += 16) {
        const __m128i bytes = sixteen(p);
        // Signed, bytes from 0x80 on are below a space as control characters are.
        const __m128i stop = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)), _mm_cmplt_epi8(bytes, space));
        const auto found = static_cast<uint32_t>(_mm_movemask_epi8(stop));
        if (found == 0) continue;
        p += std::countr_zero(found);
        return p < end && *p == '"' ? p : nullptr;
    }
    return nullptr;
}

#else

inline bool RecordSkeleton::starts_with(const char* p, const Part& part) { return std::memcmp(p, part.literal.data(), part.size) == 0; }

inline const char* RecordSkeleton::end_of_text(const char* p, const char* end) {
    for (; p < end; ++p) {
        if (*p == '"') return p;
        if (*p == '\\' || static_cast<unsigned char>(*p) < ' ' || static_cast<unsigned char>(*p) >= 0x80) return nullptr;
    }
    return nullptr;
}

#endif

// Numbers are short. Those with an exponent, and what only looks like a number, end early and fit no literal.
inline const char* RecordSkeleton::end_of_number(const char* p, const char* end) {
    const char* const begin = p;
    const auto digit = [](char c) { return static_cast<unsigned char>(c - '0') < 10; };
    if (p < end && *p == '-') ++p;
    const char* const first = p;
    while (p < end && (digit(*p) || *p == '.')) ++p;
    return p > first && digit(*first) && p > begin ? p : nullptr;
}

}  // namespace foreshock
