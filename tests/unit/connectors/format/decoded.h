// What the native decoder makes of one record, for tests.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/format/native_json.h"
#include "engine/plan/options.h"
#include "engine/run/shared_names.h"

namespace foreshock::test {

struct Decoded {
    EventBatch batch;
    std::unique_ptr<SharedNames> all_names = std::make_unique<SharedNames>(Bounds{});
    SharedNames& names = *all_names;

    const Event& event() const { return batch.events.at(0); }
    const BadRecord& bad() const { return batch.bad.at(0); }
    std::string text(NameSpace space, NameId id) const { return id == kNoName ? "" : names.text(space, id); }
    std::string service() const { return text(NameSpace::service, event().service); }
    std::string host() const { return text(NameSpace::host, event().host); }
    std::string dimension(size_t i) const {
        const std::string full = text(NameSpace::dimension_value, event().dimensions.at(i));
        return full.empty() ? "" : full.substr(2);
    }
    MetricInstanceName instance() const {
        instance_ = text(NameSpace::metric_instance, batch.metrics.at(0).instance);
        return MetricInstanceName::split(instance_);
    }

private:
    mutable std::string instance_;
};

// Decodes records one after the other by one decoder, each in memory of its own size with padding.
inline Decoded decode_all(const std::vector<std::string>& records, const DecodeOptions& options = {}) {
    Decoded out;
    const auto decoder = NativeJsonFactory(options).make(out.names);
    RecordBatch in;
    in.padded = true;
    std::vector<std::string> padded;
    for (const std::string& r : records) padded.push_back(r + std::string(kRecordPadding, '}'));
    for (size_t i = 0; i < records.size(); ++i) {
        in.records.push_back({padded[i].data(), static_cast<uint32_t>(records[i].size()), 3, static_cast<int64_t>(i)});
    }
    decoder->decode(in, out.batch);
    return out;
}

inline Decoded decode(const std::string& record, const DecodeOptions& options = {}) { return decode_all({record}, options); }

// A transaction in which a field is replaced or, with an empty value, left out.
inline std::string transaction_with(std::string_view name = {}, std::string_view value = {}) {
    const std::vector<std::pair<std::string_view, std::string_view>> fields{
        {"ts", R"("2026-11-20T09:00:00.123Z")"}, {"type", R"("transaction")"}, {"service", R"("checkout")"},
        {"value", "129.95"}, {"currency", R"("EUR")"}, {"duration_ms", "143.2"}, {"outcome", R"("ok")"}};
    std::string out = "{";
    const auto put = [&](std::string_view n, std::string_view v) {
        if (v.empty()) return;
        if (out.size() > 1) out += ',';
        out += '"';
        out += n;
        out += "\":";
        out += v;
    };
    bool replaced = false;
    for (const auto& [n, v] : fields) {
        put(n, n == name ? value : v);
        replaced = replaced || n == name;
    }
    if (!replaced) put(name, value);
    return out + "}";
}

}  // namespace foreshock::test
