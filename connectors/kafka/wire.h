// Numbers and texts as the Kafka protocol writes them (kafka.apache.org/protocol): big endian, lengths before contents.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace foreshock {

template <class T>
T from_big_endian(const char* at) {
    static_assert(std::endian::native == std::endian::little && std::is_signed_v<T>);
    if constexpr (sizeof(T) == 1) return static_cast<T>(*at);
    T x;
    std::memcpy(&x, at, sizeof x);
    if constexpr (sizeof(T) == 2) x = static_cast<T>(__builtin_bswap16(static_cast<uint16_t>(x)));
    if constexpr (sizeof(T) == 4) x = static_cast<T>(__builtin_bswap32(static_cast<uint32_t>(x)));
    if constexpr (sizeof(T) == 8) x = static_cast<T>(__builtin_bswap64(static_cast<uint64_t>(x)));
    return x;
}

// Reads from the front of bytes. Beyond their end everything is zero or empty, and `ok` says so.
class WireReader {
public:
    explicit WireReader(std::string_view bytes) : bytes_(bytes) {}

    template <class T>
    T number() {
        const std::string_view b = bytes(sizeof(T));
        return b.empty() ? T{} : from_big_endian<T>(b.data());
    }
    std::string_view bytes(int64_t count) {
        if (count < 0 || static_cast<uint64_t>(count) > bytes_.size()) {
            ok_ = false;
            bytes_ = {};
        }
        const std::string_view out = bytes_.substr(0, ok_ ? static_cast<size_t>(count) : 0);
        bytes_.remove_prefix(out.size());
        return out;
    }
    std::string_view text() {
        const auto size = number<int16_t>();
        return bytes(size < 0 ? 0 : size);
    }
    // Elements of an array, each at least `least` bytes long; 0 for an absent one.
    int32_t count(size_t least) {
        const auto n = number<int32_t>();
        if (n <= 0) return 0;
        if (static_cast<size_t>(n) <= bytes_.size() / least) return n;
        ok_ = false;
        return 0;
    }
    bool ok() const { return ok_; }

private:
    std::string_view bytes_;
    bool ok_ = true;
};

class WireWriter {
public:
    template <class T>
    void number(T value) {
        static_assert(std::is_signed_v<T>);
        for (size_t i = sizeof(T); i-- > 0;) bytes_.push_back(static_cast<char>(static_cast<uint64_t>(value) >> (8 * i)));
    }
    void text(std::string_view t) {
        number(static_cast<int16_t>(t.size()));
        bytes_ += t;
    }
    std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

}  // namespace foreshock
