#include "connectors/kafka/fetch_protocol.h"

#include "connectors/kafka/wire.h"

namespace foreshock {
namespace {

constexpr int16_t kFetch = 1, kApiVersions = 18;
// The last one before compact encodings: brokers from 2.3 on offer it, and it brings zstd and answers about leaders' epochs.
constexpr int16_t kFetchVersion = 11;
constexpr int32_t kConsumer = -1;    // no replica
constexpr int32_t kNoSession = 0, kNoSessionEpoch = -1;
constexpr int32_t kAnyEpoch = -1;    // librdkafka, who knows the leaders, does not tell their epochs
constexpr int64_t kNoLogStart = -1;
constexpr int8_t kReadUncommitted = 0, kReadCommitted = 1;

WireWriter request(int16_t kind, int16_t version, int32_t correlation, std::string_view client) {
    WireWriter out;
    out.number(kind);
    out.number(version);
    out.number(correlation);
    out.text(client);
    return out;
}

std::string framed(WireWriter& request) {
    const std::string body = request.take();
    WireWriter length;
    length.number(static_cast<int32_t>(body.size()));
    return length.take() + body;
}

FetchedPartition read_partition(WireReader& in, std::string_view topic, bool committed_only) {
    FetchedPartition p;
    p.topic = topic;
    p.partition = in.number<int32_t>();
    p.error = in.number<int16_t>();
    const auto high_watermark = in.number<int64_t>();
    const auto last_stable = in.number<int64_t>();
    p.readable_end = committed_only && last_stable >= 0 ? last_stable : high_watermark;
    (void)in.number<int64_t>();  // start of the log
    for (int32_t n = in.count(2 * sizeof(int64_t)); n > 0; --n) {
        const auto producer = in.number<int64_t>();
        p.aborted.push_back({producer, in.number<int64_t>()});
    }
    (void)in.number<int32_t>();  // a nearer replica: only for those who say where they are
    const auto size = in.number<int32_t>();
    p.records = in.bytes(size < 0 ? 0 : size);
    return p;
}

}  // namespace

std::string api_versions_request(int32_t correlation, std::string_view client) {
    WireWriter out = request(kApiVersions, 0, correlation, client);
    return framed(out);
}

std::string fetch_request(int32_t correlation, std::string_view client, const FetchLimits& limits, std::span<const FetchWish> wishes) {
    WireWriter out = request(kFetch, kFetchVersion, correlation, client);
    out.number(kConsumer);
    out.number(limits.wait_ms);
    out.number(limits.least_bytes);
    out.number(limits.most_bytes);
    out.number(limits.committed_only ? kReadCommitted : kReadUncommitted);
    out.number(kNoSession);
    out.number(kNoSessionEpoch);
    out.number(static_cast<int32_t>(wishes.size()));  // each as a topic of its own, so that their order is that of the partitions
    for (const FetchWish& w : wishes) {
        out.text(w.topic);
        out.number(int32_t{1});
        out.number(w.partition);
        out.number(kAnyEpoch);
        out.number(w.from);
        out.number(kNoLogStart);
        out.number(w.most_bytes);
    }
    out.number(int32_t{0});  // forgotten topics of a session
    out.text({});            // rack
    return framed(out);
}

std::optional<bool> offers_fetch(std::string_view response) {
    WireReader in(response);
    const auto error = in.number<int16_t>();
    bool offered = false;
    for (int32_t n = in.count(3 * sizeof(int16_t)); n > 0; --n) {
        const auto kind = in.number<int16_t>();
        const auto least = in.number<int16_t>();
        const auto most = in.number<int16_t>();
        if (kind == kFetch) offered = least <= kFetchVersion && kFetchVersion <= most;
    }
    if (!in.ok()) return {};
    return error == 0 && offered;
}

std::optional<FetchResponse> read_fetch_response(std::string_view response, bool committed_only) {
    constexpr size_t kLeastTopic = 6, kLeastPartition = 38;
    WireReader in(response);
    (void)in.number<int32_t>();  // throttled: the broker itself waits
    FetchResponse out;
    out.error = in.number<int16_t>();
    (void)in.number<int32_t>();  // session
    for (int32_t topics = in.count(kLeastTopic); topics > 0; --topics) {
        const std::string_view topic = in.text();
        for (int32_t n = in.count(kLeastPartition); n > 0; --n) out.partitions.push_back(read_partition(in, topic, committed_only));
    }
    if (!in.ok()) return {};
    return out;
}

}  // namespace foreshock
