#include "tools/scenario/rows.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/base/fnv1a.h"

namespace foreshock {
namespace {

// Steps of low-discrepancy sequences: fractions of the golden ratio and of the root of two, times 2^64.
constexpr uint64_t kGolden = 0x9e3779b97f4a7c15, kRootOfTwo = 0x6a09e667f3bcc908;

std::string number(double x) {
    char text[40];
    return {text, std::to_chars(text, text + sizeof text, x).ptr};
}

std::string cents(int64_t x) {
    const int64_t size = std::llabs(x);
    std::string text = x < 0 ? "-" : "";
    text += std::to_string(size / 100);
    text += size % 100 < 10 ? ".0" : ".";
    return text + std::to_string(size % 100);
}

void field(std::string& json, std::string_view name, std::string_view text) {
    json += ",\"";
    json += name;
    json += "\":\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') json += '\\';
        json += c;
    }
    json += '"';
}

void plain(std::string& json, std::string_view name, std::string_view text) {
    json += ",\"";
    json += name;
    json += "\":";
    json += text;
}

std::string record_at(int64_t ts_us, std::string_view type) {
    std::string json = "{\"ts\":" + std::to_string(ts_us);
    field(json, "type", type);
    return json;
}

double quantile(const std::vector<double>& sorted, double q) {
    const auto rank = static_cast<size_t>(std::ceil(q * static_cast<double>(sorted.size())));
    return sorted[std::min(sorted.size(), std::max<size_t>(rank, 1)) - 1];
}

}  // namespace

double drawn(uint64_t seed) {
    uint64_t z = seed + 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

uint64_t seed_of(std::string_view text) { return Fnv1a{}.add(text).value(); }

void append_record(Expansion& out, int64_t arrival_us, uint32_t partition, std::string_view text) {
    out.records.push_back({arrival_us, out.bytes.size(), static_cast<uint32_t>(text.size()), partition});
    out.bytes += text;
}

double RowWriter::scattered(const Course& c, double along, uint64_t step) const {
    const double even = static_cast<double>((n_ * step) >> 11) * 0x1p-53;
    return course_at(c, along) * (1 + c.scatter * (2 * even - 1));
}

void RowWriter::dimensions(std::string& json, const Traits& traits, bool whole_only) {
    std::string taken;
    for (const DimensionShare& d : traits.dimensions) {
        if (whole_only && d.share < 1) continue;
        if (!shares_[d.dimension + '=' + d.value].next(d.share, d.dimension != taken)) continue;
        field(json, d.dimension, d.value);
        taken = d.dimension;
    }
}

void RowWriter::transaction(const Segment& s, int64_t at, double along) {
    const Traits& t = s.traits;
    const bool failed = failures_.next(course_at(t.errors, along));
    const int64_t value = t.value ? std::llround(scattered(*t.value, along, kGolden) * 100) : 0;
    const double ms = t.duration_ms ? scattered(*t.duration_ms, along, kRootOfTwo) : -1;
    ++n_;
    if (spec_.summary.count() > 0) {
        enter_row(s, at);
        ++row_.count;
        row_.failed += failed;
        row_.value_cents += value;
        if (ms >= 0) row_.durations.push_back(ms);
        return;
    }
    std::string json = record_at(at + spec_.clock.count(), "transaction");
    field(json, "service", spec_.name);
    if (t.value) plain(json, "value", cents(value));
    if (!t.currency.empty()) field(json, "currency", t.currency);
    if (ms >= 0) plain(json, "duration_ms", number(std::round(ms * 1000) / 1000));
    field(json, "outcome", failed ? "failed" : "ok");
    if (!t.hosts.empty()) field(json, "host", t.hosts[n_ % t.hosts.size()]);
    dimensions(json, t, false);
    const bool late = t.late.count() > 0 && delays_.next(t.late_share);
    write(json + "}", at + (late ? t.late.count() : 0));
}

void RowWriter::sample(const Segment& s, int64_t at, double along, double value) {
    const double limit = s.traits.limit ? course_at(*s.traits.limit, along) : std::nan("");
    if (spec_.summary.count() == 0) return write_metric(s.traits, at, value, limit, value, 0, at);
    enter_row(s, at);
    row_.sum += value;
    row_.max = row_.samples == 0 ? value : std::max(row_.max, value);
    row_.samples += 1;
    row_.limit = limit;
}

void RowWriter::nothing(const Segment& s, int64_t at) {
    if (spec_.summary.count() > 0) enter_row(s, at);
}

void RowWriter::enter_row(const Segment& s, int64_t at) {
    close_row_before(at);
    if (row_.open) return;
    row_ = {};
    row_.open = true;
    row_.start = at - at % spec_.summary.count();
    row_.traits = s.traits;
}

void RowWriter::close_row_before(int64_t at) {
    if (!row_.open || at < row_.start + spec_.summary.count()) return;
    write_row();
    row_.open = false;
}

void RowWriter::write_row() {
    const int64_t arrival = row_.start + spec_.summary.count() + row_.traits.late.count();
    if (spec_.kind == SeriesSpec::Kind::metric) {
        write_metric(row_.traits, row_.start, row_.sum / row_.samples, row_.limit, row_.max, spec_.summary.count(), arrival);
        return;
    }
    std::string json = record_at(row_.start + spec_.clock.count(), "transactions");
    field(json, "service", spec_.name);
    plain(json, "interval_s", number(to_seconds(spec_.summary)));
    plain(json, "count", std::to_string(row_.count));
    plain(json, "errors", std::to_string(row_.failed));
    if (row_.traits.value) plain(json, "value", cents(row_.value_cents));
    if (!row_.traits.currency.empty()) field(json, "currency", row_.traits.currency);
    if (!row_.durations.empty()) {
        std::sort(row_.durations.begin(), row_.durations.end());
        plain(json, "p50_ms", number(std::round(quantile(row_.durations, 0.5) * 1000) / 1000));
        plain(json, "p95_ms", number(std::round(quantile(row_.durations, 0.95) * 1000) / 1000));
    }
    if (!row_.traits.hosts.empty()) field(json, "host", row_.traits.hosts[0]);
    dimensions(json, row_.traits, true);
    write(json + "}", arrival);
}

void RowWriter::write_metric(const Traits& traits, int64_t at, double value, double limit, double max, int64_t interval_us, int64_t arrival) {
    const bool late = interval_us == 0 && traits.late.count() > 0 && delays_.next(traits.late_share);
    for (size_t i = 0; i < std::max<size_t>(1, traits.hosts.size()); ++i) {
        std::string json = record_at(at + spec_.clock.count(), "metric");
        field(json, "resource", spec_.name);
        field(json, "metric", spec_.metric);
        if (!spec_.service.empty()) field(json, "service", spec_.service);
        if (!traits.hosts.empty()) field(json, "host", traits.hosts[i]);
        if (!traits.labels.empty()) {
            std::string labels;
            for (const auto& [name, text] : traits.labels) field(labels, name, text);
            plain(json, "labels", "{" + labels.substr(1) + "}");
        }
        plain(json, "value", number(value));
        if (!std::isnan(limit)) plain(json, "limit", number(limit));
        if (interval_us > 0) {
            plain(json, "interval_s", number(to_seconds(Micros{interval_us})));
            plain(json, "max", number(max));
        }
        write(json + "}", arrival + (late ? traits.late.count() : 0));
    }
}

}  // namespace foreshock
