#include "connectors/format/native_fields.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "connectors/format/decimal.h"
#include "connectors/format/json_text.h"
#include "engine/event/record.h"

namespace foreshock {
namespace {

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

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

NativeFields::NativeFields(const std::vector<std::string>& dimensions, bool predict) : predict_(predict) {
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
            if (is(key, "labels\"")) return Field::labels;
            break;
        case 'n':
            if (is(key, "name\"")) return Field::name;
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

// What `find` says, mostly without asking it.
Field NativeFields::guess(const char* key, uint32_t place) {
    if (place >= kGuesses) return find(key);
    Guess& g = guesses_[place];
    if (g.mask != 0 && (load64(key) & g.mask) == g.first && (load64(key + g.last_at) & g.mask) == g.last) return g.field;
    const Field field = find(key);
    g.mask = 0;
    const auto* const quote = static_cast<const char*>(std::memchr(key, '"', 2 * sizeof g.first));
    if (quote == nullptr || has_escapes_) return field;
    const size_t size = static_cast<size_t>(quote - key) + 1;
    const size_t in_word = std::min(size, sizeof g.first);
    g.mask = ~uint64_t{0} >> (8 * (sizeof g.first - in_word));
    g.last_at = static_cast<uint32_t>(size - in_word);
    g.first = load64(key) & g.mask;
    g.last = load64(key + g.last_at) & g.mask;
    g.field = field;
    return field;
}

// A field name with escapes in it.
bool NativeFields::find_escaped(std::string_view key, Field& out) {
    if (!unescape(key, key_)) return fail("an escape is broken");
    key_ += '"';
    key_.append(kRecordPadding, '\0');
    out = find(key_.c_str());
    return true;
}

bool NativeFields::fail(const char* why) {
    why_ = why;
    return false;
}

bool NativeFields::read(const char* data, size_t size) {
    if (predict_ && read_skeleton(data, size)) return true;
    present_ = 0;
    if (const char* wrong = index_.read(data, size)) return fail(wrong);
    data_ = data;
    has_escapes_ = std::memchr(data, '\\', size) != nullptr;
    if (!read_object()) return false;
    if (predict_ && !has_escapes_ && (skeletons_.size() < kSkeletons || ++misses_ % kLearnEvery == 0)) learn_skeleton(size);
    return true;
}

bool NativeFields::read_skeleton(const char* data, size_t size) {
    if (skeletons_.empty() || !quotes_.read(data, size)) return false;
    for (size_t i = 0; i < skeletons_.size(); ++i) {
        const bool fits = skeletons_[i].record.match(quotes_, data, size, [this](RecordSkeleton::Slot slot, std::string_view value) {
            if (!slot.wanted) return slot.text || parse_decimal(value).has_value();
            tokens_[slot.field] = {value.data(), static_cast<uint32_t>(value.size()), slot.text ? Token::Kind::text : Token::Kind::number, false};
            return true;
        });
        if (!fits) continue;
        present_ = skeletons_[i].present;
        if (i > 0) std::rotate(skeletons_.begin(), skeletons_.begin() + static_cast<std::ptrdiff_t>(i), skeletons_.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        return true;
    }
    return false;
}

// Of the record that `read_object` has just read.
void NativeFields::learn_skeleton(size_t size) {
    Skeleton skeleton;
    const char* from = data_;
    uint32_t place = 0;
    for (uint32_t i = 1; i + 3 < index_.count(); i += 4) {
        const std::string_view value = raw(i + 2);
        const bool text = value[0] == '"';
        if (!text && value[0] != '-' && (value[0] < '0' || value[0] > '9')) return;
        const Field f = guess(data_ + index_.positions()[i] + 1, place++);
        const uint32_t bit = f == Field::end ? 0 : uint32_t{1} << static_cast<unsigned>(f);
        const char* const begin = value.data() + (text ? 1 : 0);
        const bool wanted = bit != 0 && (skeleton.present & bit) == 0;
        if (!skeleton.record.add({from, static_cast<size_t>(begin - from)}, {static_cast<uint8_t>(f), text, wanted})) return;
        skeleton.present |= bit;
        from = value.data() + value.size() - (text ? 1 : 0);
    }
    if (!skeleton.record.end({from, static_cast<size_t>(data_ + size - from)})) return;
    if (skeletons_.size() >= kSkeletons) skeletons_.pop_back();
    skeletons_.insert(skeletons_.begin(), std::move(skeleton));
}

std::string_view NativeFields::raw(uint32_t i) const {
    const char* const begin = data_ + index_.positions()[i];
    const char* end = data_ + index_.positions()[i + 1];
    while (is_space(end[-1])) --end;  // a scalar begins with no space
    return {begin, static_cast<size_t>(end - begin)};
}

// With everything it calls inlined: a tenth quicker.
[[gnu::flatten]] bool NativeFields::read_object() {
    const uint32_t count = index_.count();
    if (at(0) != '{') return fail("not an object");
    uint32_t i = 1;
    if (count > 1 && at(1) == '}') {
        ++i;
    } else {
        uint32_t place = 0;
        for (char next = ','; next == ',';) {
            if (!read_field(i, place++)) return false;
            next = at(i++);
            if (next != ',' && next != '}') return fail("no comma between two fields");
        }
    }
    return i == count || fail("something follows the object");
}

// Reads name, colon and value of the field at position `i`, the `place`th of its object; leaves `i` at what follows, which is
// there.
bool NativeFields::read_field(uint32_t& i, uint32_t place) {
    if (i + 4 > index_.count()) return fail("the object does not end");
    if (at(i) != '"' || at(i + 1) != ':') return fail("no field name");
    const char* const key = data_ + index_.positions()[i] + 1;
    Field f = guess(key, place);
    if (has_escapes_ && f == Field::end) {
        const std::string_view name = raw(i);
        if (!find_escaped(name.substr(1, name.size() - 2), f)) return false;
    }
    i += 2;
    const bool wanted = f != Field::end && !has(f);
    if (at(i) == '{' || at(i) == '[') {
        const char* const begin = data_ + index_.positions()[i];
        if (!skip_nested(i, 1)) return false;
        if (i >= index_.count()) return fail("the object does not end");
        if (wanted) {
            const char* const end = data_ + index_.positions()[i - 1] + 1;
            tokens_[static_cast<size_t>(f)] = {begin, static_cast<uint32_t>(end - begin), Token::Kind::container, false};
            present_ |= uint32_t{1} << static_cast<unsigned>(f);
        }
        return true;
    }
    const std::string_view value = raw(i++);
    return wanted ? keep_scalar(f, value) : skip_scalar(value);
}

bool NativeFields::keep_scalar(Field f, std::string_view value) {
    if (value[0] == '"') return keep_text(f, value);
    Token& token = tokens_[static_cast<size_t>(f)];
    token = {value.data(), static_cast<uint32_t>(value.size()), Token::Kind::number, false};
    if (value[0] != '-' && (value[0] < '0' || value[0] > '9')) {
        if (value == "null") return true;
        if (value != "true" && value != "false") return fail("a value is broken");
        token.kind = Token::Kind::boolean;
    }
    present_ |= uint32_t{1} << static_cast<unsigned>(f);
    return true;
}

bool NativeFields::keep_text(Field f, std::string_view value) {
    Token& token = tokens_[static_cast<size_t>(f)];
    const std::string_view inside = value.substr(1, value.size() - 2);
    token = {inside.data(), static_cast<uint32_t>(inside.size()), Token::Kind::text, false};
    present_ |= uint32_t{1} << static_cast<unsigned>(f);
    if (!has_escapes_ || inside.find('\\') == inside.npos) return true;
    std::string& text = unescaped_[static_cast<size_t>(f)];
    if (!unescape(inside, text)) return fail("an escape is broken");
    token = {text.data(), static_cast<uint32_t>(text.size()), Token::Kind::text, true};
    return true;
}

bool NativeFields::skip_scalar(std::string_view value) {
    if (value[0] == '"' || value == "null" || value == "true" || value == "false") return true;
    return parse_decimal(value).has_value() || fail("a value is broken");
}

// Passes over the object or array at position `i`.
bool NativeFields::skip_nested(uint32_t& i, unsigned depth) {
    if (depth > kMaxDepth) return fail("nested too deep");
    const bool object = at(i) == '{';
    const char close = object ? '}' : ']';
    if (++i < index_.count() && at(i) == close) return ++i, true;
    for (;;) {
        if (object) {
            if (i + 2 >= index_.count() || at(i) != '"' || at(i + 1) != ':') return fail("a nested object is broken");
            i += 2;
        }
        if (!skip_value(i, depth)) return false;
        if (i >= index_.count()) return fail("a nested value does not end");
        const char next = at(i++);
        if (next == close) return true;
        if (next != ',') return fail("a nested value is broken");
    }
}

bool NativeFields::skip_value(uint32_t& i, unsigned depth) {
    if (i >= index_.count()) return fail("a nested value does not end");
    if (at(i) == '{' || at(i) == '[') return skip_nested(i, depth + 1);
    return skip_scalar(raw(i++));
}

}  // namespace foreshock
