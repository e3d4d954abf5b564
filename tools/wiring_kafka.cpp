// The Kafka part of the wiring, apart because it grows with every option of a client.
#include "connectors/file/file_dead_letter.h"
#include "connectors/file/file_source.h"
#include "connectors/kafka/kafka_dead_letter.h"
#include "connectors/kafka/kafka_outbox_sink.h"
#include "connectors/kafka/kafka_sink.h"
#include "connectors/kafka/kafka_source.h"
#include "tools/log.h"
#include "tools/wiring.h"
#include "tools/wiring_kafka.h"

namespace foreshock {

KafkaSettings kafka_cluster(const std::string& brokers, const Properties& properties, const Config& config) {
    KafkaSettings s;
    s.brokers = brokers;
    for (const auto& [name, value] : properties) s.properties[name] = value.reveal();
    s.client_id = config.engine.app;
    s.log = log_callback();
    return s;
}

namespace {

std::unique_ptr<Source> make_source(const KafkaSourceConfig& c, const Config& config, const SourceOverrides& overrides) {
    constexpr KafkaBegin kBegins[]{KafkaBegin::committed, KafkaBegin::earliest, KafkaBegin::latest, KafkaBegin::time};
    KafkaSourceSettings s;
    s.cluster = kafka_cluster(c.brokers, c.properties, config);
    s.topics = c.topics;
    s.group = c.group;
    s.start = kBegins[static_cast<size_t>(c.start)];
    s.start_time = c.start_time;
    s.fetch = c.fetch == KafkaFetchWay::direct ? KafkaFetch::direct : KafkaFetch::client;
    s.until_end = overrides.until_end;
    if (overrides.from_beginning) s.start = KafkaBegin::earliest;
    if (overrides.start) {
        s.start = KafkaBegin::time;
        s.start_time = *overrides.start;
    }
    return std::make_unique<KafkaSource>(std::move(s));
}

}  // namespace

Result<std::vector<std::unique_ptr<Source>>> make_sources(const Config& config, const SourceOverrides& overrides) {
    std::vector<std::unique_ptr<Source>> sources;
    for (const SourceConfig& source : config.sources) {
        if (const auto* kafka = std::get_if<KafkaSourceConfig>(&source)) {
            sources.push_back(make_source(*kafka, config, overrides));
        } else {
            FileSourceOptions options;
            options.max_line_bytes = config.engine.bounds.record_bytes;
            sources.push_back(std::make_unique<FileSource>(std::get<FileSourceConfig>(source).paths, options));
        }
    }
    return sources;
}

Result<std::unique_ptr<Sink>> make_kafka_sink(const KafkaOutputConfig& c, const Config& config, const CloudEventContext& context,
                                              const std::string& id, DeadLetterOutput* dead_letters) {
    if (c.exactly_once) {
        KafkaSenderOptions options;
        options.cluster = kafka_cluster(c.brokers, c.properties, config);
        options.topic = c.topic;
        options.transactional_id = config.engine.app + "." + id;
        options.dead_letters = dead_letters;
        auto made = KafkaOutboxSink::open(std::move(options), context);
        if (!made) return made.problems();
        return std::unique_ptr<Sink>(std::move(made.value()));
    }
    auto made = KafkaSink::open(kafka_cluster(c.brokers, c.properties, config), c.topic, context);
    if (!made) return made.problems();
    return std::unique_ptr<Sink>(std::move(made.value()));
}

Result<std::unique_ptr<DeadLetterOutput>> make_dead_letters(const Config& config) {
    if (!config.dead_letter) return std::unique_ptr<DeadLetterOutput>{};
    if (const auto* file = std::get_if<FileOutputConfig>(&*config.dead_letter)) {
        auto made = FileDeadLetter::open(file->path);
        if (!made) return made.problems();
        return std::unique_ptr<DeadLetterOutput>(std::move(made.value()));
    }
    const auto& kafka = std::get<KafkaOutputConfig>(*config.dead_letter);
    auto made = KafkaDeadLetter::open(kafka_cluster(kafka.brokers, kafka.properties, config), kafka.topic);
    if (!made) return made.problems();
    return std::unique_ptr<DeadLetterOutput>(std::move(made.value()));
}

}  // namespace foreshock
