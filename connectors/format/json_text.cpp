#include "connectors/format/json_text.h"

#include <cstdint>
#include <optional>

namespace foreshock {
namespace {

std::optional<uint32_t> hex4(std::string_view text) {
    if (text.size() < 4) return {};
    uint32_t value = 0;
    for (const char c : text.substr(0, 4)) {
        const char lower = static_cast<char>(c | 0x20);
        if (c >= '0' && c <= '9') {
            value = value << 4 | static_cast<uint32_t>(c - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            value = value << 4 | static_cast<uint32_t>(lower - 'a' + 10);
        } else {
            return {};
        }
    }
    return value;
}

void put_utf8(std::string& out, uint32_t code) {
    const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3f)); };
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xc0 | code >> 6);
        tail(0);
    } else if (code < 0x10000) {
        out += static_cast<char>(0xe0 | code >> 12);
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xf0 | code >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

// Takes the digits after "\u", and the second half where the first is one of two; false when it is no character.
bool take_code(std::string_view& rest, std::string& out) {
    const std::optional<uint32_t> first = hex4(rest);
    if (!first) return false;
    rest.remove_prefix(4);
    if (*first < 0xd800 || *first > 0xdfff) {
        put_utf8(out, *first);
        return true;
    }
    if (*first > 0xdbff || rest.substr(0, 2) != "\\u") return false;
    const std::optional<uint32_t> second = hex4(rest.substr(2));
    if (!second || *second < 0xdc00 || *second > 0xdfff) return false;
    rest.remove_prefix(6);
    put_utf8(out, 0x10000 + ((*first - 0xd800) << 10) + (*second - 0xdc00));
    return true;
}

}  // namespace

bool unescape(std::string_view quoted, std::string& out) {
    constexpr std::string_view kNames = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
    out.clear();
    for (std::string_view rest = quoted; !rest.empty();) {
        const size_t plain = std::min(rest.find('\\'), rest.size());
        out.append(rest.substr(0, plain));
        rest.remove_prefix(plain);
        if (rest.empty()) break;
        if (rest.size() < 2) return false;
        const char name = rest[1];
        rest.remove_prefix(2);
        if (name == 'u') {
            if (!take_code(rest, out)) return false;
            continue;
        }
        const size_t i = kNames.find(name);
        if (i == kNames.npos) return false;
        out += kMeanings[i];
    }
    return true;
}

}  // namespace foreshock
