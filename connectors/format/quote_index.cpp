#include "connectors/format/quote_index.h"

#include <algorithm>
#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace foreshock {
namespace {

constexpr size_t kStep = 64;

#if defined(__x86_64__)

// Bits of the bytes at `at` that belong to the record.
uint64_t within(size_t at, size_t size) { return size - at >= kStep ? ~uint64_t{0} : (uint64_t{1} << (size - at)) - 1; }

// Sixteen bytes at a step: every x86-64 can.
uint32_t scan_sse2(const char* data, size_t size, uint16_t* out) {
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(' ');
    const uint16_t* const begin = out;
    for (size_t at = 0; at < size; at += kStep) {
        uint64_t quotes = 0, odd = 0;
        for (unsigned i = 0; i < kStep; i += 16) {
            const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data + at + i));
            // Signed, bytes from 0x80 on are below a space as control characters are.
            const __m128i wrong = _mm_or_si128(_mm_cmpeq_epi8(bytes, backslash), _mm_cmplt_epi8(bytes, space));
            quotes |= uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, quote)))} << i;
            odd |= uint64_t{static_cast<uint32_t>(_mm_movemask_epi8(wrong))} << i;
        }
        const uint64_t mask = within(at, size);
        if ((odd & mask) != 0) return kNotPlain;
        quotes &= mask;
        // Eight at once, of which those too many are written over: a branch for each would be guessed wrong once a step.
        for (uint16_t* to = out; quotes != 0;) {
            const int n = std::popcount(quotes);
            for (int i = 0; i < 8; ++i, quotes &= quotes - 1) to[i] = static_cast<uint16_t>(at + static_cast<size_t>(std::countr_zero(quotes)));
            to += 8;
            out += std::min(n, 8);
        }
    }
    return static_cast<uint32_t>(out - begin);
}

[[gnu::target("avx512f,avx512bw,avx512vbmi2,popcnt")]] uint32_t scan_avx512(const char* data, size_t size, uint16_t* out) {
    alignas(kStep) static constexpr auto kPlaces = [] {
        struct { char at[kStep]; } places{};
        for (size_t i = 0; i < kStep; ++i) places.at[i] = static_cast<char>(i);
        return places;
    }();
    const __m512i places = _mm512_load_si512(kPlaces.at), quote = _mm512_set1_epi8('"'), backslash = _mm512_set1_epi8('\\'), space = _mm512_set1_epi8(' ');
    const uint16_t* const begin = out;
    for (size_t at = 0; at < size; at += kStep) {
        const __m512i bytes = _mm512_loadu_si512(data + at);
        const uint64_t mask = within(at, size);
        const uint64_t odd = (_mm512_cmpeq_epi8_mask(bytes, backslash) | _mm512_cmplt_epi8_mask(bytes, space)) & mask;
        if (odd != 0) return kNotPlain;
        const uint64_t quotes = _mm512_cmpeq_epi8_mask(bytes, quote) & mask;
        const __m512i packed = _mm512_maskz_compress_epi8(quotes, places), base = _mm512_set1_epi16(static_cast<short>(at));
        const __m256i low = _mm512_maskz_extracti64x4_epi64(0xf, packed, 0), high = _mm512_maskz_extracti64x4_epi64(0xf, packed, 1);
        const int n = std::popcount(quotes);
        _mm512_storeu_si512(out, _mm512_add_epi16(_mm512_cvtepu8_epi16(low), base));
        if (n > 32) _mm512_storeu_si512(out + 32, _mm512_add_epi16(_mm512_cvtepu8_epi16(high), base));
        out += n;
    }
    return static_cast<uint32_t>(out - begin);
}

#else

uint32_t scan_bytes(const char* data, size_t size, uint16_t* out) {
    const uint16_t* const begin = out;
    for (size_t at = 0; at < size; ++at) {
        if (data[at] == '\\' || static_cast<unsigned char>(data[at]) < ' ' || static_cast<unsigned char>(data[at]) >= 0x80) return kNotPlain;
        if (data[at] == '"') *out++ = static_cast<uint16_t>(at);
    }
    return static_cast<uint32_t>(out - begin);
}

#endif

}  // namespace

std::span<const QuoteScan> quote_scans() {
#if defined(__x86_64__)
    static constexpr QuoteScan kScans[] = {scan_avx512, scan_sse2};
    static const bool wide = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("popcnt");
    return std::span(kScans).subspan(wide ? 0 : 1);
#else
    static constexpr QuoteScan kScans[] = {scan_bytes};
    return kScans;
#endif
}

}  // namespace foreshock
