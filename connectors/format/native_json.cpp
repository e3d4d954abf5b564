#include "connectors/format/native_json.h"

#include <array>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>

#include "connectors/format/decimal.h"

namespace foreshock {
namespace {

constexpr int64_t kEarliest_us = 631'152'000'000'000;   // 1990-01-01
constexpr int64_t kLatest_us = 4'102'444'800'000'000;   // 2100-01-01
constexpr int64_t kLongestInterval_us = int64_t{31} * 86'400'000'000;
constexpr uintptr_t kPageBytes = 4096;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kReadBeyond = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
constexpr bool kReadBeyond = false;
#else
constexpr bool kReadBeyond = true;
#endif
#else
constexpr bool kReadBeyond = true;
#endif

// Whether the padding after a record lies in the same page as its last byte, and so is legible whatever it holds.
bool padding_in_page(const char* data, size_t size) {
    return kReadBeyond && size > 0 && (reinterpret_cast<uintptr_t>(data + size - 1) % kPageBytes) + kRecordPadding < kPageBytes;
}

constexpr std::string_view kFieldNames[kFields] = {
    "ts",       "type",     "service", "host",    "resource", "metric", "value",  "limit",  "max",    "interval_s", "count",    "errors",
    "duration_ms", "outcome", "currency", "p50_ms", "p75_ms", "p90_ms", "p95_ms", "p99_ms", "name", "labels"};

constexpr size_t kMostKnownLabels = 4096;

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

// Only a number, not one in quotes, is sure to stand in the record, with padding after it.
bool is_short(const Token& token) { return token.kind == Token::Kind::number && token.size <= kShortDecimal; }

// A number, or one in quotes.
std::optional<Decimal> decimal_of(const Token& token) {
    if (token.kind != Token::Kind::number && token.kind != Token::Kind::text) return {};
    return parse_decimal(token.view());
}

// At most `limit` bytes of a text, cut between characters.
std::string_view cut(std::string_view text, size_t limit) {
    if (text.size() <= limit) return text;
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
    return text.substr(0, limit);
}

}  // namespace

NativeJsonDecoder::NativeJsonDecoder(DecodeOptions options, Names& names)
    : options_(std::move(options)), names_(names), fields_(options_.dimensions) {
    for (size_t i = 0; i < fields_.dimensions(); ++i) dimensions_.emplace_back(names, i);
}

NameId NativeJsonDecoder::DimensionNames::intern(NameSpace space, std::string_view text) {
    std::string name{static_cast<char>('0' + number_), kNameSeparator};
    name += text;
    return names_.intern(space, name);
}

void NativeJsonDecoder::decode(const RecordBatch& in, EventBatch& out) {
    for (size_t i = 0; i < in.records.size(); ++i) {
        const RawRecord& record = in.records[i];
        Event event;
        event.partition = record.partition;
        event.record = static_cast<uint32_t>(i);
        if (read(record, in.padded) && event_of(event, out)) {
            out.events.push_back(event);
        } else {
            out.bad.push_back({record.partition, record.offset, reason_,
                               std::string(record.bytes().substr(0, kBadRecordBytes)), std::move(what_)});
        }
    }
}

bool NativeJsonDecoder::read(const RawRecord& record, bool padded) {
    if (record.size > options_.max_record_bytes) {
        reason_ = DropReason::oversized;
        what_ = "longer than " + std::to_string(options_.max_record_bytes) + " bytes";
        return false;
    }
    const char* data = record.data;
    if (!padded && !padding_in_page(data, record.size)) {
        if (copy_.size() < record.size + kRecordPadding) copy_.resize(2 * record.size + kRecordPadding);
        if (record.size > 0) std::memcpy(copy_.data(), data, record.size);
        data = copy_.data();
    }
    if (fields_.read(data, record.size)) return true;
    reason_ = DropReason::broken_json;
    what_ = fields_.why();
    return false;
}

bool NativeJsonDecoder::event_of(Event& event, EventBatch& out) {
    if (!kind(event.kind) || !time(event.ts_us)) return false;
    switch (event.kind) {
        case EventKind::transaction:
            return transaction(event);
        case EventKind::summary:
            return summary(event, out);
        case EventKind::occurrence:
            return occurrence(event);
        default:
            return metric(event, out);
    }
}

// With all that it calls inlined, since most events are transactions.
[[gnu::flatten]] bool NativeJsonDecoder::transaction(Event& event) {
    return name(Field::service, NameSpace::service, true, event.service) &&
           name(Field::host, NameSpace::host, false, event.host) && integer(Field::value, 6, event.value_micro) &&
           currency(event.currency) && outcome(event.failed) && latency(event) && dimensions(event);
}

bool NativeJsonDecoder::summary(Event& event, EventBatch& out) {
    Summary row;
    if (!name(Field::service, NameSpace::service, true, event.service) ||
        !name(Field::host, NameSpace::host, false, event.host) || !integer(Field::value, 6, event.value_micro) ||
        !currency(event.currency) || !interval(row.interval_us, true) || !end_of_interval(event, row.interval_us) ||
        !whole(Field::count, row.count) || !whole(Field::errors, row.failed) || !quantile(Field::p50_ms, row.p50_ms) ||
        !quantile(Field::p75_ms, row.p75_ms) || !quantile(Field::p90_ms, row.p90_ms) ||
        !quantile(Field::p95_ms, row.p95_ms) || !quantile(Field::p99_ms, row.p99_ms) || !dimensions(event)) {
        return false;
    }
    if (fields_.has(Field::count) && row.failed > row.count) {
        return fail(DropReason::wrong_type, Field::errors, "more than count");
    }
    event.detail = static_cast<uint32_t>(out.summaries.size());
    out.summaries.push_back(row);
    return true;
}

bool NativeJsonDecoder::metric(Event& event, EventBatch& out) {
    std::string_view resource, metric_name, service, host;
    MetricSample sample;
    if (!text(Field::resource, resource, true) || !text(Field::metric, metric_name, true) ||
        !text(Field::service, service, false) || !text(Field::host, host, false)) {
        return false;
    }
    if (!fields_.has(Field::value)) return fail(DropReason::missing_field, Field::value, "missing");
    if (!number(Field::value, sample.value) || !number(Field::limit, sample.limit) ||
        !interval(sample.interval_us, false) || !end_of_interval(event, sample.interval_us)) {
        return false;
    }
    sample.max = sample.value;
    if (!number(Field::max, sample.max)) return false;
    if (sample.max < sample.value) sample.max = sample.value;
    if (!(sample.limit > 0)) sample.limit = std::numeric_limits<double>::quiet_NaN();
    event.service = names_.find(NameSpace::service, service);
    event.host = names_.find(NameSpace::host, host);
    MetricInstanceName::join(joined_, {service, resource, metric_name, host});
    if (!options_.metric_labels.empty() && fields_.has(Field::labels)) joined_ += metric_labels();
    sample.instance = names_.find(NameSpace::metric_instance, joined_);
    event.detail = static_cast<uint32_t>(out.metrics.size());
    out.metrics.push_back(sample);
    return true;
}

// The same few objects come again and again: each is read once.
const std::string& NativeJsonDecoder::metric_labels() {
    const Token& token = fields_.get(Field::labels);
    if (known_labels_.size() >= kMostKnownLabels) known_labels_.clear();
    const auto [known, is_new] = known_labels_.try_emplace(std::string(token.view()));
    std::string& out = known->second;
    if (!is_new || token.kind != Token::Kind::container) return out;
    const auto object = nlohmann::json::parse(token.view(), nullptr, false);
    if (!object.is_object()) return out;
    for (const std::string& name : options_.metric_labels) {
        const auto label = object.find(name);
        if (label == object.end() || label->is_null() || label->is_structured()) continue;
        const std::string value = label->is_string() ? label->get<std::string>() : label->dump();
        if (value.empty() || value.find(kNameSeparator) != std::string::npos) continue;
        out += kNameSeparator + name + kNameSeparator;
        out += cut(value, kMaxNameBytes);
    }
    return out;
}

bool NativeJsonDecoder::occurrence(Event& event) {
    std::string_view named, service, resource, host;
    std::map<std::string, std::string> held;
    if (!text(Field::name, named, true) || !text(Field::service, service, false) || !text(Field::resource, resource, false) ||
        !text(Field::host, host, false) || !labels(held)) {
        return false;
    }
    event.host = names_.find(NameSpace::host, host);
    OccurrenceName::join(joined_, {named, service, resource, {held.begin(), held.end()}});
    event.detail = names_.find(NameSpace::occurrence, joined_);
    return true;
}

// Events of the user's are rare, so their labels may cost a document.
bool NativeJsonDecoder::labels(std::map<std::string, std::string>& out) {
    if (!fields_.has(Field::labels)) return true;
    const Token& token = fields_.get(Field::labels);
    const auto object = token.kind == Token::Kind::container ? nlohmann::json::parse(token.view(), nullptr, false) : nlohmann::json();
    if (!object.is_object()) return fail(DropReason::wrong_type, Field::labels, "not an object");
    for (const auto& [key, value] : object.items()) {
        if (value.is_null()) continue;
        if (value.is_structured()) return fail(DropReason::wrong_type, Field::labels, "a label is no text");
        std::string said = value.is_string() ? value.get<std::string>() : value.dump();
        if (key.empty() || key.size() > kMaxNameBytes || said.size() > kMaxNameBytes) {
            return fail(DropReason::wrong_type, Field::labels, "a label is empty or longer than 256 bytes");
        }
        if ((key + said).find(kNameSeparator) != std::string::npos) return fail(DropReason::wrong_type, Field::labels, "holds U+001F");
        out.insert_or_assign(key, std::move(said));
    }
    return out.size() <= kMaxLabels || fail(DropReason::wrong_type, Field::labels, "more than 16");
}

bool NativeJsonDecoder::kind(EventKind& out) {
    std::string_view type;
    if (!text(Field::type, type, true)) return false;
    if (type == "transaction") {
        out = EventKind::transaction;
    } else if (type == "metric") {
        out = EventKind::metric;
    } else if (type == "transactions") {
        out = EventKind::summary;
    } else if (type == "event") {
        out = EventKind::occurrence;
    } else {
        reason_ = DropReason::unknown_type;
        what_ = "type: none of transaction, transactions, metric, event";
        return false;
    }
    return true;
}

bool NativeJsonDecoder::time(int64_t& ts_us) {
    if (!fields_.has(Field::ts)) return fail(DropReason::missing_field, Field::ts, "missing");
    const Token& token = fields_.get(Field::ts);
    bool known = token.kind == Token::Kind::text && times_.read_text(token.view(), ts_us);
    if (token.kind == Token::Kind::number) {
        const std::optional<int64_t> us = TimeReader::read_number(token.view());
        known = us.has_value();
        ts_us = us.value_or(0);
    }
    if (!known) return fail(DropReason::wrong_type, Field::ts, "not a time");
    if (ts_us < kEarliest_us || ts_us >= kLatest_us) return fail(DropReason::absurd_time, Field::ts, "before 1990 or after 2100");
    return true;
}

bool NativeJsonDecoder::interval(int64_t& interval_us, bool required) {
    if (!fields_.has(Field::interval_s)) {
        return !required || fail(DropReason::missing_field, Field::interval_s, "missing");
    }
    if (!integer(Field::interval_s, 6, interval_us)) return false;
    if (interval_us <= 0 || interval_us > kLongestInterval_us) {
        return fail(DropReason::wrong_type, Field::interval_s, "not above zero and at most 31 days");
    }
    return true;
}

bool NativeJsonDecoder::end_of_interval(Event& event, int64_t interval_us) {
    event.ts_us += interval_us;
    return event.ts_us < kLatest_us || fail(DropReason::absurd_time, Field::ts, "before 1990 or after 2100");
}

bool NativeJsonDecoder::latency(Event& event) {
    if (!fields_.has(Field::duration_ms)) return true;
    double ms = 0;
    if (!quantile(Field::duration_ms, ms)) return false;
    event.has_latency = true;
    event.latency = Histogram::bucket_of(static_cast<float>(ms));
    return true;
}

bool NativeJsonDecoder::outcome(bool& failed) {
    std::string_view said;
    if (!text(Field::outcome, said, false)) return false;
    failed = !said.empty() && said != "ok";
    return true;
}

bool NativeJsonDecoder::currency(uint32_t& out) {
    std::string_view code;
    if (!text(Field::currency, code, false)) return false;
    if (code.empty()) return true;
    if (code.size() != 3 || !is_letter(code[0]) || !is_letter(code[1]) || !is_letter(code[2])) {
        return fail(DropReason::wrong_type, Field::currency, "not three letters");
    }
    for (const char c : code) out = out << 8 | static_cast<uint32_t>(c & ~0x20);  // upper case
    return true;
}

bool NativeJsonDecoder::dimensions(Event& event) {
    for (size_t i = 0; i < fields_.dimensions(); ++i) {
        const Field f = dimension_field(i);
        if (!fields_.has(f)) continue;
        const Token& token = fields_.get(f);
        if (token.kind == Token::Kind::container) return fail(DropReason::wrong_type, f, "not a text");
        event.dimensions[i] = dimensions_[i].values.find(NameSpace::dimension_value, cut(token.view(), kMaxNameBytes));
    }
    return true;
}

bool NativeJsonDecoder::text(Field f, std::string_view& out, bool required) {
    if (fields_.has(f)) {
        const Token& token = fields_.get(f);
        if (token.kind != Token::Kind::text) return fail(DropReason::wrong_type, f, "not a text");
        if (token.size > kMaxNameBytes) return fail(DropReason::wrong_type, f, "longer than 256 bytes");
        out = token.view();
        if (token.escaped && out.find(kNameSeparator) != out.npos) return fail(DropReason::wrong_type, f, "holds U+001F");
    }
    return !required || !out.empty() || fail(DropReason::missing_field, f, "missing");
}

bool NativeJsonDecoder::name(Field f, NameSpace space, bool required, NameId& out) {
    std::string_view found;
    if (!text(f, found, required)) return false;
    out = names_.find(space, found);
    return true;
}

bool NativeJsonDecoder::number(Field f, double& out) {
    if (!fields_.has(f)) return true;
    const Token& token = fields_.get(f);
    if (Decimal little; is_short(token) && parse_short_decimal(token.view(), little)) {
        out = to_double_short(little);
        return true;
    }
    const std::optional<Decimal> found = decimal_of(token);
    if (!found) return fail(DropReason::wrong_type, f, "not a number");
    const std::optional<double> value = to_double(*found, token.view());
    if (!value) return fail(DropReason::wrong_type, f, "too large");
    out = *value;
    return true;
}

// A duration in milliseconds.
bool NativeJsonDecoder::quantile(Field f, double& out) {
    if (!fields_.has(f)) return true;
    return number(f, out) && (out >= 0 || fail(DropReason::wrong_type, f, "negative"));
}

// The number times 10^power.
bool NativeJsonDecoder::integer(Field f, int power, int64_t& out) {
    if (!fields_.has(f)) return true;
    const Token& token = fields_.get(f);
    if (Decimal little; is_short(token) && parse_short_decimal(token.view(), little) && scaled_short(little, power, out)) return true;
    const std::optional<Decimal> found = decimal_of(token);
    if (!found) return fail(DropReason::wrong_type, f, "not a number");
    const std::optional<int64_t> value = scaled(*found, power);
    if (!value) return fail(DropReason::wrong_type, f, "too large");
    out = *value;
    return true;
}

// A count of something.
bool NativeJsonDecoder::whole(Field f, int64_t& out) {
    int64_t millionths = 0;
    if (!integer(f, 6, millionths)) return false;
    if (millionths < 0 || millionths % 1'000'000 != 0) return fail(DropReason::wrong_type, f, "not a count");
    out = millionths / 1'000'000;
    return true;
}

bool NativeJsonDecoder::fail(DropReason reason, Field f, const char* why) {
    reason_ = reason;
    const auto i = static_cast<size_t>(f);
    what_ = f < Field::dimension ? std::string(kFieldNames[i]) : options_.dimensions[i - static_cast<size_t>(Field::dimension)];
    what_ += ": ";
    what_ += why;
    return false;
}

}  // namespace foreshock
