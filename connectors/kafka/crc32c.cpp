#include "connectors/kafka/crc32c.h"

#include <array>
#include <cstring>

namespace foreshock {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;  // reflected

using Table = std::array<std::array<uint32_t, 256>, 8>;

constexpr Table make_table() {
    Table t{};
    for (uint32_t i = 0; i < 256; ++i) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
        t[0][i] = crc;
    }
    for (size_t k = 1; k < t.size(); ++k) {
        for (size_t i = 0; i < 256; ++i) t[k][i] = (t[k - 1][i] >> 8) ^ t[0][t[k - 1][i] & 0xff];
    }
    return t;
}

constexpr Table kTable = make_table();

uint64_t load(const char* at) {
    uint64_t x;
    std::memcpy(&x, at, sizeof x);
    return x;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t by_instruction(std::string_view bytes) {
    uint64_t crc = 0xffffffff;
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    for (; end - at >= 8; at += 8) crc = __builtin_ia32_crc32di(crc, load(at));
    for (; at < end; ++at) crc = __builtin_ia32_crc32qi(static_cast<uint32_t>(crc), static_cast<unsigned char>(*at));
    return ~static_cast<uint32_t>(crc);
}
#endif

}  // namespace

// Eight bytes at a time, each looked up in the table for its place.
uint32_t crc32c_by_table(std::string_view bytes) {
    uint32_t crc = 0xffffffff;
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    for (; end - at >= 8; at += 8) {
        uint64_t x = load(at) ^ crc;
        crc = 0;
        for (size_t k = 8; k-- > 0; x >>= 8) crc ^= kTable[k][x & 0xff];
    }
    for (; at < end; ++at) crc = (crc >> 8) ^ kTable[0][(crc ^ static_cast<unsigned char>(*at)) & 0xff];
    return ~crc;
}

uint32_t crc32c(std::string_view bytes) {
#if defined(__x86_64__)
    static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
    if (has_instruction) return by_instruction(bytes);
#endif
    return crc32c_by_table(bytes);
}

}  // namespace foreshock
