#include "connectors/format/json_index.h"

#include <simdjson.h>

#include <algorithm>

#include "engine/base/check.h"
#include "engine/event/record.h"

namespace foreshock {
namespace {

static_assert(kRecordPadding >= simdjson::SIMDJSON_PADDING);

constexpr size_t kLeastCapacity = 4096;

const char* text_of(simdjson::error_code error) {
    switch (error) {
        case simdjson::EMPTY:
            return "empty";
        case simdjson::UTF8_ERROR:
            return "not UTF-8";
        case simdjson::UNESCAPED_CHARS:
            return "a control character in a text";
        case simdjson::UNCLOSED_STRING:
            return "a text does not end";
        default:
            return "no JSON";
    }
}

}  // namespace

struct JsonIndex::Library {
    simdjson::dom::parser parser;
};

JsonIndex::JsonIndex() : library_(std::make_unique<Library>()) {}
JsonIndex::~JsonIndex() = default;

const char* JsonIndex::read(const char* data, size_t size) {
    simdjson::dom::parser& parser = library_->parser;
    if (size > capacity_ || capacity_ == 0) {
        capacity_ = std::max(2 * size, kLeastCapacity);
        check(parser.allocate(capacity_) == simdjson::SUCCESS, "no memory for the structure of a record");
    }
    const auto* const bytes = reinterpret_cast<const uint8_t*>(data);
    const simdjson::error_code error = parser.implementation->stage1(bytes, size, simdjson::stage1_mode::regular);
    count_ = 0;
    if (error) return text_of(error);
    positions_ = parser.implementation->structural_indexes.get();
    count_ = parser.implementation->n_structural_indexes;
    return nullptr;
}

}  // namespace foreshock
