#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <thread>

#include "connectors/file/file_source.h"
#include "connectors/format/native_json.h"
#include "connectors/kafka/kafka_producer.h"
#include "connectors/kafka/kafka_sink.h"
#include "connectors/kafka/kafka_source.h"
#include "connectors/kafka/mock_cluster.h"
#include "state/memory_store.h"
#include "tools/commands/commands.h"
#include "tools/commands/read_all.h"
#include "tools/commands/serving.h"
#include "tools/commands/session.h"
#include "tools/commands/warnings_reader.h"
#include "tools/exit_codes.h"
#include "tools/log.h"
#include "tools/stop_signals.h"
#include "tools/summary.h"
#include "tools/wiring.h"

namespace foreshock {

namespace {

constexpr int kPartitions = 8;
constexpr const char* kTransactions = "transactions";
constexpr const char* kCapacity = "capacity";
constexpr const char* kWarnings = "warnings";
constexpr std::chrono::seconds kPatience{30};

// The key of a record: its service, so that a service's events stay in order. Text search is enough for events of our own
// recordings; a record without one goes anywhere.
std::string_view key_of(std::string_view record) {
    constexpr std::string_view kField = "\"service\":\"";
    const size_t at = record.find(kField);
    if (at == std::string_view::npos) return {};
    const size_t begin = at + kField.size();
    return record.substr(begin, record.find('"', begin) - begin);
}

// Sends every line of the recording to its topic, in order, compressed: the mock brokers keep only some megabytes of each partition.
Status produce_recording(const std::string& recording, const std::string& brokers) {
    KafkaSettings settings{.brokers = brokers, .properties = {{"compression.codec", "zstd"}, {"linger.ms", "100"}, {"batch.size", "500000"}},
                           .client_id = "foreshock-demo-producer", .log = log_callback()};
    auto producer = KafkaProducer::open(settings);
    if (!producer) return producer.problems();
    const auto send = [&](const RecordBatch& batch) -> Status {
        for (const RawRecord& record : batch.records) {
            const bool metric = record.bytes().find("\"type\":\"metric\"") != std::string_view::npos;
            if (!producer.value()->send(metric ? kCapacity : kTransactions, {.key = key_of(record.bytes()), .value = record.bytes()}, kPatience))
                return Diagnostic{brokers, 0, 0, "the mock cluster takes no records: " + producer.value()->last_error(), {}};
        }
        return Done{};
    };
    for (const char* name : {"/history.jsonl.zst", "/events.jsonl.zst"}) {
        FileSource file({recording + name});
        if (Status s = read_all(file, recording + name, send); !s) return s;
    }
    if (!producer.value()->flush(kPatience)) return Diagnostic{brokers, 0, 0, "the mock cluster is too slow", {}};
    return Done{};
}

KafkaSourceSettings source_settings(const std::string& brokers) {
    KafkaSourceSettings s;
    s.cluster = {.brokers = brokers, .properties = {}, .client_id = "foreshock-demo", .log = log_callback()};
    s.topics = {kTransactions, kCapacity};
    s.group = "foreshock-demo";
    s.start = KafkaBegin::earliest;
    s.until_end = true;
    return s;
}

// With a terminal: /metrics and /readyz stay up until the person ends it.
void keep_serving(const std::atomic<bool>& stopped) {
    std::fprintf(stderr, "still serving; end with Ctrl-C\n");
    while (!stopped) std::this_thread::sleep_for(std::chrono::milliseconds{100});
}

Status play(const DemoOptions& o, Config& config, const std::string& brokers, std::atomic<bool>& stopped) {
    std::vector<std::unique_ptr<Source>> sources;
    sources.push_back(std::make_unique<KafkaSource>(source_settings(brokers)));
    std::vector<std::unique_ptr<Sink>> sinks;
    auto sink = KafkaSink::open({.brokers = brokers, .properties = {}, .client_id = "foreshock-demo", .log = log_callback()}, kWarnings,
                                cloud_event_context(config));
    if (!sink) return sink.problems();
    sinks.push_back(std::move(sink.value()));
    MemoryStore store;
    const NativeJsonFactory decoders(decode_options(config));
    PipelineSettings settings{.options = config.engine, .model = config.model, .decoders = decoders, .store = store};
    settings.rules = config.rules;
    settings.lanes = workers(o, config);
    LeadTimes lead_times;
    Pipeline pipeline(std::move(settings));
    Serving serving(config, sources, sinks);
    pipeline.add(*sources[0]);
    pipeline.add(*sinks[0]);
    pipeline.add(lead_times);
    for (Observer* watcher : serving.observers()) pipeline.add(*watcher);
    const StopSignals signals([&] {
        stopped = true;
        pipeline.stop();
    });
    const bool on_terminal = o.serve && isatty(STDOUT_FILENO) != 0;
    if (on_terminal)
        if (Status s = serving.start(pipeline); !s) return s;
    const WarningsReader reader(brokers, kWarnings);  // prints each warning as it comes out of the topic
    {
        const ProgressLine progress(pipeline);
        if (Status s = pipeline.run(); !s) return s;
    }
    const RunTotals totals = pipeline.totals();
    if (!reader.await(totals.warnings_opened + totals.warnings_updated + totals.warnings_resolved, kPatience))
        return Diagnostic{brokers, 0, 0, "not every warning came out of the topic", {}};
    std::fputs((o.json ? totals_json(totals, lead_times.breaches()) + "\n" : totals_text(totals, lead_times.breaches())).c_str(), stdout);
    std::fflush(stdout);
    if (on_terminal && !stopped) keep_serving(stopped);
    return Done{};
}

}  // namespace

int demo_command(const DemoOptions& o) {
    auto config = load_config(o.recording + "/model.yaml");
    if (!config) return print(config.problems()), kWrongUsage;
    if (config.value().http.host.empty()) config.value().http = {"127.0.0.1", 0};
    set_up_log(o, config.value());
    MockCluster cluster;
    cluster.create_topic(kTransactions, kPartitions);
    cluster.create_topic(kCapacity, kPartitions);
    cluster.create_topic(kWarnings, 1);
    std::fprintf(stderr, "producing the recording %s into Kafka's protocol ...\n", o.recording.c_str());
    if (Status s = produce_recording(o.recording, cluster.brokers()); !s) return print(s.problems()), kOutsideFailed;
    std::atomic<bool> stopped{false};
    if (Status s = play(o, config.value(), cluster.brokers(), stopped); !s) return print(s.problems()), kOutsideFailed;
    return kFine;
}

}  // namespace foreshock
