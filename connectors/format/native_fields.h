// One pass over a JSON object that keeps where the known fields of the native form stand.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/event.h"

namespace foreshock {

enum class Field : uint8_t {
    ts,
    type,
    service,
    host,
    resource,
    metric,
    value,
    limit,
    max,
    interval_s,
    count,
    errors,
    duration_ms,
    outcome,
    currency,
    p50_ms,
    p75_ms,
    p90_ms,
    p95_ms,
    p99_ms,
    dimension,  // the first declared dimension; the others follow
    end = dimension + kMaxDimensions
};
inline constexpr size_t kFields = static_cast<size_t>(Field::end);

constexpr Field dimension_field(size_t i) { return static_cast<Field>(static_cast<size_t>(Field::dimension) + i); }

// A value as it stands in the record: of a text what is between the quotes, escapes resolved.
struct Token {
    enum class Kind : uint8_t { text, number, boolean, container };
    const char* data = nullptr;
    uint32_t size = 0;
    Kind kind = Kind::text;
    bool escaped = false;  // had escapes, so that it may hold any character

    std::string_view view() const { return {data, size}; }
};

// One worker only. Tokens are valid until the next `read` and as long as the record's bytes.
//
// The record must be one JSON object and nothing else. Of the fields that nobody asks for, brackets, separators and the first
// letter of every scalar are checked, the rest of the scalar is not. Of a field that stands twice, the first counts. A null
// is an absent field.
class NativeFields {
public:
    explicit NativeFields(const std::vector<std::string>& dimensions);
    ~NativeFields();

    // `capacity` is how many bytes from `data` on may be read, at least size + kRecordPadding. False: no JSON object, see `why`.
    bool read(const char* data, size_t size, size_t capacity);
    const char* why() const { return why_; }

    bool has(Field f) const { return (present_ >> static_cast<unsigned>(f) & 1) != 0; }
    const Token& get(Field f) const { return tokens_[static_cast<size_t>(f)]; }
    size_t dimensions() const { return dimensions_.size(); }

private:
    struct Parser;  // keeps the library's header out of ours
    struct Key {
        std::string quoted;   // name and closing quote
        uint64_t first = 0;   // its first bytes, at most eight
        uint64_t mask = 0;
    };

    Field find(const char* key) const;
    Field find_dimension(const char* key) const;
    Field find_escaped(std::string_view name) const;
    bool fail(const char* why);
    bool read_object();
    template <class JsonField>
    bool read_field(JsonField& field);
    template <class JsonValue>
    bool keep(Field f, JsonValue& value);
    template <class JsonValue>
    bool keep_text(Token& token, JsonValue& value, std::string_view raw);

    std::unique_ptr<Parser> parser_;
    std::vector<Key> dimensions_;
    std::array<Token, kFields> tokens_;
    uint32_t present_ = 0;
    const char* why_ = "";
};

}  // namespace foreshock
