#include "connectors/format/dead_letter_json.h"

#include <simdjson.h>

#include <algorithm>
#include <cstdint>

namespace foreshock {
namespace {

void put_text(std::string& out, std::string_view text) {
    constexpr char kHex[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (code < 0x20) {
            out += "\\u00";
            out += kHex[code >> 4];
            out += kHex[code & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

std::string base64(std::string_view bytes) {
    constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (size_t i = 0; i < bytes.size(); i += 3) {
        const size_t n = std::min<size_t>(3, bytes.size() - i);
        uint32_t word = 0;
        for (size_t j = 0; j < 3; ++j) word = word << 8 | (j < n ? static_cast<unsigned char>(bytes[i + j]) : 0);
        for (size_t j = 0; j < 4; ++j) out += j <= n ? kLetters[word >> (18 - 6 * j) & 63] : '=';
    }
    return out;
}

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

// Records are kept up to a number of bytes, which may cut the last character.
std::string_view without_half_character(std::string_view text) {
    if (text.size() < kBadRecordBytes) return text;
    size_t end = text.size();
    while (end > 0 && text.size() - end < 3 && (static_cast<unsigned char>(text[end - 1]) & 0xc0) == 0x80) --end;
    if (end > 0 && (static_cast<unsigned char>(text[end - 1]) & 0xc0) == 0xc0) --end;
    return is_utf8(text) ? text : text.substr(0, end);
}

}  // namespace

std::string dead_letter_json(std::string_view partition, const BadRecord& record) {
    std::string out = R"({"partition":)";
    put_text(out, partition);
    out += R"(,"offset":)" + std::to_string(record.offset) + R"(,"reason":)";
    put_text(out, to_string(record.reason));
    out += R"(,"what":)";
    put_text(out, record.what);
    const std::string_view bytes = without_half_character(record.bytes);
    if (is_utf8(bytes)) {
        out += R"(,"record":)";
        put_text(out, bytes);
    } else {
        out += R"(,"record_base64":")" + base64(record.bytes) + '"';
    }
    out += '}';
    return out;
}

std::string dead_letter_json(const UndeliveredWarning& warning) {
    std::string out = R"({"receiver":)";
    put_text(out, warning.receiver);
    out += R"(,"reason":)";
    put_text(out, warning.reason);
    out += R"(,"what":)";
    put_text(out, is_utf8(warning.what) ? warning.what : std::string_view("an answer that is no text"));
    out += R"(,"event":)";
    out += warning.event;
    out += '}';
    return out;
}

}  // namespace foreshock
