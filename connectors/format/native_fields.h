// One pass over a JSON object that keeps where the known fields of the native form stand.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/format/json_index.h"
#include "connectors/format/record_skeleton.h"
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
    name,
    labels,     // an object; its text as it stands
    dimension,  // the first declared dimension; the others follow
    end = dimension + kMaxDimensions
};
inline constexpr size_t kFields = static_cast<size_t>(Field::end);

constexpr Field dimension_field(size_t i) { return static_cast<Field>(static_cast<size_t>(Field::dimension) + i); }

// A value as it stands in the record: of a text what is between the quotes, escapes resolved; of an object or array all of it.
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
// The record must be one JSON object and nothing else; all of it is checked, but for the escapes in texts that nobody asks for.
// Of a field that stands twice, the first counts. A null is an absent field.
class NativeFields {
public:
    // `predict`: tries the shapes of records that came before; what is read is the same without.
    explicit NativeFields(const std::vector<std::string>& dimensions, bool predict = true);

    // kRecordPadding bytes after the record must be legible. False: no JSON object, see `why`.
    bool read(const char* data, size_t size);
    const char* why() const { return why_; }

    bool has(Field f) const { return (present_ >> static_cast<unsigned>(f) & 1) != 0; }
    const Token& get(Field f) const { return tokens_[static_cast<size_t>(f)]; }
    size_t dimensions() const { return dimensions_.size(); }

private:
    static constexpr uint32_t kGuesses = 32;  // further fields are looked up
    static constexpr size_t kSkeletons = 4;
    static constexpr uint32_t kLearnEvery = 64;  // of what fits none, once there are that many
    struct Skeleton {
        RecordSkeleton record;
        uint32_t present = 0;  // the fields that it has
    };
    struct Key {
        std::string quoted;  // name and closing quote
        uint64_t first = 0;  // its first bytes, at most eight
        uint64_t mask = 0;
    };

    // A name that stood at some place of the last objects: objects of a stream have their fields in the same order.
    struct Guess {
        uint64_t first = 0, last = 0;  // the bytes at its beginning and up to its closing quote, at most eight each
        uint64_t mask = 0;             // which bytes of a word these are; 0: no guess
        uint32_t last_at = 0;
        Field field = Field::end;
    };

    Field guess(const char* key, uint32_t place);
    Field find(const char* key) const;
    Field find_dimension(const char* key) const;
    bool find_escaped(std::string_view key, Field& out);
    bool fail(const char* why);
    bool read_skeleton(const char* data, size_t size);
    void learn_skeleton(size_t size);
    bool read_object();
    bool read_field(uint32_t& at, uint32_t place);
    bool keep_scalar(Field f, std::string_view raw);
    bool keep_text(Field f, std::string_view raw);
    bool skip_scalar(std::string_view raw);
    bool skip_nested(uint32_t& at, unsigned depth);
    bool skip_value(uint32_t& at, unsigned depth);

    char at(uint32_t i) const { return data_[index_.positions()[i]]; }
    std::string_view raw(uint32_t i) const;  // the scalar there

    JsonIndex index_;
    bool predict_;
    QuoteIndex quotes_;
    std::vector<Skeleton> skeletons_;  // the one that fitted last first
    uint32_t misses_ = 0;
    const char* data_ = nullptr;
    bool has_escapes_ = false;  // somewhere in the record
    std::vector<Key> dimensions_;
    std::array<Guess, kGuesses> guesses_;
    std::array<Token, kFields> tokens_;
    std::array<std::string, kFields> unescaped_;
    std::string key_;
    uint32_t present_ = 0;
    const char* why_ = "";
};

}  // namespace foreshock
