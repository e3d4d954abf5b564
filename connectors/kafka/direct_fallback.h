// Who reads partitions, and why librdkafka does although they should be fetched directly.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace foreshock {

enum class KafkaFetch : uint8_t {
    client,  // librdkafka reads
    direct,  // partitions are fetched in Kafka's own protocol; librdkafka keeps the group, and reads what cannot be read so
};
inline constexpr std::array<std::string_view, 2> kKafkaFetchNames{"client", "direct"};

enum class DirectFallback : uint8_t {
    security,      // SASL, or TLS that only librdkafka can do
    rack,          // client.rack is set: replicas near by are librdkafka's
    api_version,   // the broker does not offer the Fetch that we speak
    data,          // a message format, codec or batch that we cannot read
    offset,        // out of range: librdkafka knows the rules for that
    leader,        // not known, or another one now
    connection,    // failed or broken off
    broker_error,  // any other error of a broker
};
inline constexpr size_t kDirectFallbacks = 8;
inline constexpr std::array<std::string_view, kDirectFallbacks> kDirectFallbackNames{
    "security", "rack", "api_version", "data", "offset", "leader", "connection", "broker_error"};

// What the broker or its data will be like the next time too; the others pass.
constexpr bool is_lasting(DirectFallback reason) { return reason <= DirectFallback::data; }

// One counter for each value of an enumeration. Any thread.
template <class By, size_t values>
class CountsBy {
public:
    void add(By what, uint64_t n = 1) { counts_[static_cast<size_t>(what)].fetch_add(n, std::memory_order_relaxed); }
    uint64_t get(By what) const { return counts_[static_cast<size_t>(what)].load(std::memory_order_relaxed); }

private:
    std::array<std::atomic<uint64_t>, values> counts_{};
};

// Of all consumers of a source. Any thread.
struct KafkaReadingCounts {
    CountsBy<KafkaFetch, kKafkaFetchNames.size()> records;  // handed over, by who read them
    CountsBy<DirectFallback, kDirectFallbacks> fallbacks;   // partitions given to librdkafka although `fetch` is direct
};

}  // namespace foreshock
