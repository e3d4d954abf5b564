#include "connectors/format/native_fields.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/event/record.h"

namespace foreshock {
namespace {

namespace ondemand = simdjson::ondemand;

static_assert(kRecordPadding >= simdjson::SIMDJSON_PADDING);
static_assert(kFields <= 32);

constexpr unsigned kMaxDepth = 256;

uint64_t load64(const char* p) {
    uint64_t x;
    std::memcpy(&x, p, sizeof x);
    return x;
}

// Whether the key at `p` is `name`, whose closing quote is written with it. The padding makes every such read legal.
template <size_t N>
bool is(const char* p, const char (&name)[N]) {
    return std::memcmp(p, name, N - 1) == 0;
}

// The keys of a native record end at the first quote; an escape makes them longer than they read.
bool has_escape(const char* key) {
    for (; *key != '"'; ++key) {
        if (*key == '\\') return true;
    }
    return false;
}

// A scalar that is not looked at must at least begin like one.
bool begins_like_scalar(char c) {
    return c == '"' || c == '-' || (c >= '0' && c <= '9') || c == 't' || c == 'f' || c == 'n';
}

std::string_view trimmed(std::string_view raw) {
    while (!raw.empty() && (raw.back() == ' ' || raw.back() == '\t' || raw.back() == '\n' || raw.back() == '\r')) {
        raw.remove_suffix(1);
    }
    return raw;
}

// Walks through a value that is not looked at: unlike skipping it, this sees brackets that do not match.
bool is_sound(ondemand::value value, unsigned depth) {
    if (depth > kMaxDepth) return false;
    ondemand::json_type type;
    if (value.type().get(type)) return false;
    if (type == ondemand::json_type::array) {
        ondemand::array array;
        if (value.get_array().get(array)) return false;
        for (auto item : array) {
            ondemand::value inner;
            if (std::move(item).get(inner) || !is_sound(inner, depth + 1)) return false;
        }
        return true;
    }
    if (type == ondemand::json_type::object) {
        ondemand::object object;
        if (value.get_object().get(object)) return false;
        for (auto item : object) {
            ondemand::field field;
            if (std::move(item).get(field) || !is_sound(field.value(), depth + 1)) return false;
        }
        return true;
    }
    return begins_like_scalar(value.raw_json_token()[0]);
}

}  // namespace

struct NativeFields::Parser {
    ondemand::parser parser;
    ondemand::document document;
};

NativeFields::NativeFields(const std::vector<std::string>& dimensions) : parser_(std::make_unique<Parser>()) {
    for (const std::string& name : dimensions) {
        if (dimensions_.size() == kMaxDimensions) break;
        Key key;
        key.quoted = name + '"';
        const size_t n = std::min(key.quoted.size(), sizeof key.first);
        std::memcpy(&key.first, key.quoted.data(), n);
        std::memset(&key.mask, 0xff, n);
        dimensions_.push_back(std::move(key));
    }
}

NativeFields::~NativeFields() = default;

Field NativeFields::find_dimension(const char* key) const {
    const uint64_t first = load64(key);
    for (size_t i = 0; i < dimensions_.size(); ++i) {
        const Key& k = dimensions_[i];
        if ((first & k.mask) != k.first) continue;
        if (k.quoted.size() <= sizeof first || std::strncmp(key, k.quoted.c_str(), k.quoted.size()) == 0) {
            return dimension_field(i);
        }
    }
    return Field::end;
}

Field NativeFields::find(const char* key) const {
    switch (key[0]) {
        case 't':
            if (is(key, "ts\"")) return Field::ts;
            if (is(key, "type\"")) return Field::type;
            break;
        case 's':
            if (is(key, "service\"")) return Field::service;
            break;
        case 'v':
            if (is(key, "value\"")) return Field::value;
            break;
        case 'd':
            if (is(key, "duration_ms\"")) return Field::duration_ms;
            break;
        case 'o':
            if (is(key, "outcome\"")) return Field::outcome;
            break;
        case 'h':
            if (is(key, "host\"")) return Field::host;
            break;
        case 'c':
            if (is(key, "currency\"")) return Field::currency;
            if (is(key, "count\"")) return Field::count;
            break;
        case 'r':
            if (is(key, "resource\"")) return Field::resource;
            break;
        case 'm':
            if (is(key, "metric\"")) return Field::metric;
            if (is(key, "max\"")) return Field::max;
            break;
        case 'l':
            if (is(key, "limit\"")) return Field::limit;
            break;
        case 'i':
            if (is(key, "interval_s\"")) return Field::interval_s;
            break;
        case 'e':
            if (is(key, "errors\"")) return Field::errors;
            break;
        case 'p':
            if (is(key, "p50_ms\"")) return Field::p50_ms;
            if (is(key, "p75_ms\"")) return Field::p75_ms;
            if (is(key, "p90_ms\"")) return Field::p90_ms;
            if (is(key, "p95_ms\"")) return Field::p95_ms;
            if (is(key, "p99_ms\"")) return Field::p99_ms;
            break;
        default:
            break;
    }
    return find_dimension(key);
}

Field NativeFields::find_escaped(std::string_view name) const {
    std::string padded(name);
    padded += '"';
    padded.append(kRecordPadding, '\0');
    const Field f = find(padded.c_str());
    return f;
}

bool NativeFields::fail(const char* why) {
    why_ = why;
    return false;
}

bool NativeFields::read(const char* data, size_t size, size_t capacity) {
    present_ = 0;
    const auto error = parser_->parser.iterate(data, size, capacity).get(parser_->document);
    if (error) return fail(error == simdjson::UTF8_ERROR ? "not UTF-8" : "no JSON");
    return read_object();
}

bool NativeFields::read_object() {
    ondemand::object object;
    if (const auto error = parser_->document.get_object().get(object)) {
        return fail(error == simdjson::INCORRECT_TYPE ? "not an object" : "no complete object");
    }
    for (auto item : object) {
        ondemand::field field;
        if (std::move(item).get(field)) return fail("object broken");
        if (!read_field(field)) return false;
    }
    if (parser_->document.current_location().error() != simdjson::OUT_OF_BOUNDS) return fail("something follows the object");
    return true;
}

template <class JsonField>
bool NativeFields::read_field(JsonField& field) {
    const char* const key = field.key().raw();
    Field f = find(key);
    if (f == Field::end && has_escape(key)) [[unlikely]] {
        std::string_view name;
        if (field.unescaped_key().get(name)) return fail("a field name is broken");
        f = find_escaped(name);
    }
    if (f == Field::end || has(f)) {
        ondemand::value value = field.value();
        const char first = value.raw_json_token()[0];
        if (first == '{' || first == '[') return is_sound(value, 1) || fail("a nested value is broken");
        return begins_like_scalar(first) || fail("a value is broken");
    }
    return keep(f, field.value());
}

template <class JsonValue>
bool NativeFields::keep(Field f, JsonValue& value) {
    const std::string_view raw = trimmed(value.raw_json_token());
    Token& token = tokens_[static_cast<size_t>(f)];
    token = {raw.data(), static_cast<uint32_t>(raw.size()), Token::Kind::number, false};
    switch (raw[0]) {
        case '"':
            if (!keep_text(token, value, raw)) return false;
            break;
        case 't':
        case 'f':
            if (raw != "true" && raw != "false") return fail("a value is broken");
            token.kind = Token::Kind::boolean;
            break;
        case 'n':
            return raw == "null" || fail("a value is broken");
        case '{':
        case '[':
            token.kind = Token::Kind::container;
            if (!is_sound(value, 1)) return fail("a nested value is broken");
            break;
        default:
            if (!begins_like_scalar(raw[0])) return fail("a value is broken");
    }
    present_ |= uint32_t{1} << static_cast<unsigned>(f);
    return true;
}

template <class JsonValue>
bool NativeFields::keep_text(Token& token, JsonValue& value, std::string_view raw) {
    token.kind = Token::Kind::text;
    if (raw.size() < 2 || raw.back() != '"') return fail("a text is broken");
    token.data = raw.data() + 1;
    token.size = static_cast<uint32_t>(raw.size() - 2);
    if (std::memchr(token.data, '\\', token.size) == nullptr) return true;
    std::string_view text;
    if (value.get_string().get(text)) return fail("an escape is broken");
    token = {text.data(), static_cast<uint32_t>(text.size()), Token::Kind::text, true};
    return true;
}

}  // namespace foreshock
