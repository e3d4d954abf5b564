#include "tools/scale_out/scale_out.h"

#include <mutex>
#include <thread>

#include "connectors/format/native_json.h"
#include "connectors/kafka/kafka_ranges.h"
#include "tools/commands/session.h"
#include "tools/log.h"
#include "tools/scale_out/correlate_instance.h"
#include "tools/scale_out/ingest_instance.h"
#include "tools/summary.h"
#include "tools/wiring.h"
#include "tools/wiring_kafka.h"

namespace foreshock {

namespace {

constexpr std::chrono::seconds kGreeting{30};

// What a client that writes needs of the properties of the source; the others concern reading.
bool is_access(const std::string& name) {
    for (const std::string_view prefix : {"security.", "sasl.", "ssl.", "enable.ssl.", "socket.", "broker.", "client.dns", "debug"})
        if (name.starts_with(prefix)) return true;
    return false;
}

// Instances that count on topics that are not there, or are cut differently, would lose what they say.
Status check_topics(const Config& config) {
    KafkaLink link("Kafka", log_callback());
    auto conf = kafka_conf(producer_settings(config), {}, {{"allow.auto.create.topics", "false"}}, link);
    if (!conf) return conf.problems();
    const auto client = kafka_client(RD_KAFKA_CONSUMER, std::move(conf.value()));
    if (!client) return client.problems();
    const std::string hint = "foreshock topics create " + config.file;
    for (const KafkaTopic& t : internal_topics(config, -1)) {
        const auto there = kafka_partition_names(client.value().get(), {t.name}, link, std::chrono::steady_clock::now() + kGreeting);
        if (!there) {
            Diagnostic d = there.problems().front();
            if (d.hint.empty() && link.failure().empty()) d.hint = hint;
            return d;
        }
        if (there.value().size() != static_cast<size_t>(t.partitions))
            return Diagnostic{{}, 0, 0, "topic " + t.name + " has " + std::to_string(there.value().size()) + " partitions, and instances.shares is " + std::to_string(t.partitions),
                              "write the number that it has; another one needs internal topics made anew, and starts without any state"};
    }
    return Done{};
}

// The first problem of any part ends all.
class Parts {
public:
    explicit Parts(std::atomic<bool>& stop) : stop_(stop) {}
    template <class Part>
    void start(Part& part) {
        threads_.emplace_back([this, &part] {
            const Status end = part.run();
            stop_ = true;
            const std::lock_guard lock(mutex_);
            if (!end.ok() && problems_.empty()) problems_ = end.problems();
        });
    }
    Status join() {
        for (std::thread& t : threads_) t.join();
        if (!problems_.empty()) return problems_;
        return Done{};
    }

private:
    std::atomic<bool>& stop_;
    std::vector<std::thread> threads_;
    std::mutex mutex_;
    Diagnostics problems_;
};

void say_components(const Components& c) {
    if (!c.tied_by().empty()) log(LogLevel::warning, "rule " + c.tied_by() + " looks at everything at once: all is decided by one instance");
    log(LogLevel::info, std::to_string(c.count()) + " components in " + std::to_string(c.shares()) + " shares");
}

}  // namespace

const KafkaSourceConfig& source_of(const Config& config) { return std::get<KafkaSourceConfig>(config.sources.front()); }

KafkaSettings producer_settings(const Config& config) {
    KafkaSettings s = kafka_cluster(source_of(config).brokers, source_of(config).properties, config);
    std::erase_if(s.properties, [](const auto& property) { return !is_access(property.first); });
    return s;
}

KafkaSourceSettings group_settings(const Config& config, std::vector<std::string> topics, std::string group, Moved moved) {
    constexpr KafkaBegin kBegins[]{KafkaBegin::committed, KafkaBegin::earliest, KafkaBegin::latest, KafkaBegin::time};
    const KafkaSourceConfig& source = source_of(config);
    KafkaSourceSettings s;
    s.cluster = kafka_cluster(source.brokers, source.properties, config);
    s.cluster.properties.emplace("session.timeout.ms", "6000");
    s.cluster.properties.emplace("heartbeat.interval.ms", "1500");
    s.cluster.properties["isolation.level"] = "read_committed";
    s.cluster.properties["partition.assignment.strategy"] = moved == Moved::one_by_one && shares_by_steps() ? "cooperative-sticky" : "roundrobin";
    s.topics = std::move(topics);
    s.group = std::move(group);
    s.start = kBegins[static_cast<size_t>(source.start)];
    s.start_time = source.start_time;
    s.fetch = source.fetch == KafkaFetchWay::direct ? KafkaFetch::direct : KafkaFetch::client;
    return s;
}

std::vector<KafkaTopic> internal_topics(const Config& config, int32_t replication) {
    const InternalTopics names(config.engine.app);
    const auto shares = static_cast<int32_t>(config.instances.shares);
    // What a successor has to read is what compaction has not reached yet: small segments, soon compacted.
    const std::map<std::string, std::string> compacted{
        {"cleanup.policy", "compact"}, {"segment.bytes", "33554432"}, {"min.cleanable.dirty.ratio", "0.1"}, {"max.compaction.lag.ms", "600000"}};
    return {{names.partials, shares, replication, {{"cleanup.policy", "delete"}, {"retention.ms", "172800000"}}},
            {names.changelog, shares, replication, compacted},
            {names.clocks, shares, replication, compacted}};
}

Status run_scaled_out(const Config& config, unsigned workers, std::atomic<bool>& stop) {
    if (Status s = check_topics(config); !s) return s;
    const Components components(config.model, config.rules, config.instances.shares);
    say_components(components);
    auto dead_letters = make_dead_letters(config);
    if (!dead_letters) return dead_letters.problems();
    const NativeJsonFactory decoders(decode_options(config));
    const bool ingest = config.instances.role != InstanceRole::correlate, correlate = config.instances.role != InstanceRole::ingest;
    std::vector<std::unique_ptr<IngestInstance>> readers;
    for (unsigned i = 0; ingest && i < workers; ++i)
        readers.push_back(std::make_unique<IngestInstance>(config, components, decoders, dead_letters.value().get(), stop, i + 1));
    CorrelateInstance decider(config, components, dead_letters.value().get(), stop);
    Parts parts(stop);
    for (auto& reader : readers) parts.start(*reader);
    if (correlate) parts.start(decider);
    Status end = parts.join();
    RunTotals totals;
    for (const auto& reader : readers) {
        totals.records += reader->totals().records;
        totals.events += reader->totals().events;
        for (size_t i = 0; i < kDropReasons; ++i) totals.dropped[i] += reader->totals().dropped[i];
    }
    std::string said = "read " + std::to_string(totals.records) + " records, " + std::to_string(totals.events) + " events used";
    for (size_t i = 0; i < kDropReasons; ++i)
        if (totals.dropped[i] != 0) said += ", dropped " + std::string(to_string(static_cast<DropReason>(i))) + ": " + std::to_string(totals.dropped[i]);
    log(LogLevel::info, said);
    return end;
}

}  // namespace foreshock
