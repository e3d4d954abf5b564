#include <cstdio>
#include <memory>
#include <thread>
#include <utility>

#include "connectors/kafka/kafka_producer.h"
#include "engine/base/check.h"
#include "tools/commands/commands.h"
#include "tools/exit_codes.h"
#include "tools/generate/workload.h"
#include "tools/log.h"
#include "tools/wiring.h"

namespace foreshock {

namespace {

constexpr std::chrono::seconds kPatience{30};

struct CloseFile {
    void operator()(std::FILE* f) const { std::fclose(f); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// Until it is that time.
void await(EventTime t) {
    static EventTime last = kBeginningOfTime;
    if (t != std::exchange(last, t)) std::this_thread::sleep_until(t);
}

Diagnostic failed(const std::string& where, const std::string& why) { return {where, 0, 0, why, {}}; }

Status write_files(Workload& load, const GenerateOptions& o) {
    const std::string paths[]{o.output + "/transactions.jsonl", o.output + "/capacity.jsonl"};
    File files[2];
    for (int i = 0; i < 2; ++i) {
        files[i].reset(std::fopen(paths[i].c_str(), "w"));
        if (!files[i]) return failed(paths[i], "cannot be written: is the folder there?");
    }
    for (uint64_t i = 0; i < o.events; ++i) {
        const GeneratedEvent& e = load.next();
        if (o.live) await(load.arrival());
        std::FILE* to = files[e.metric ? 1 : 0].get();
        if (std::fwrite(e.json.data(), 1, e.json.size(), to) != e.json.size() || std::fputc('\n', to) == EOF)
            return failed(paths[e.metric ? 1 : 0], "cannot be written: is the disk full?");
    }
    return Done{};
}

Status produce(Workload& load, const GenerateOptions& o) {
    KafkaSettings settings{.brokers = o.brokers, .properties = {}, .client_id = "foreshock-generate", .log = log_callback()};
    settings.properties = {{"compression.codec", o.codec}, {"linger.ms", o.live ? "5" : "50"}, {"batch.size", "131072"}};
    auto opened = KafkaProducer::open(settings);
    if (!opened) return opened.problems();
    KafkaProducer& producer = *opened.value();
    for (uint64_t i = 0; i < o.events; ++i) {
        const GeneratedEvent& e = load.next();
        if (o.live) await(load.arrival());
        if (!producer.send(e.metric ? o.capacity_topic : o.transactions_topic, {.key = e.service, .value = e.json}, kPatience))
            return failed(o.brokers, producer.failure().empty() ? "takes no records: " + producer.last_error() : producer.failure());
    }
    if (!producer.flush(kPatience) || producer.lost() > 0) return failed(o.brokers, std::to_string(producer.lost()) + " records were not delivered");
    return Done{};
}

}  // namespace

int generate_command(const GenerateOptions& o) {
    const auto start = parse_rfc3339(o.start);
    if (!start || o.output.empty() == o.brokers.empty()) {
        std::fprintf(stderr, start ? "generate: give either --output or --brokers\n" : "generate: --start is no time; write it like 2026-11-20T09:00:00Z\n");
        return kWrongUsage;
    }
    const EventTime begin = o.live ? std::chrono::floor<std::chrono::seconds>(std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now())) : *start;
    Workload load({o.services, o.rate, o.seed, begin, o.resources, o.metrics_every, o.campaigns, o.most_late_ms});
    const Status done = o.output.empty() ? produce(load, o) : write_files(load, o);
    if (!done) return print(done.problems()), kOutsideFailed;
    std::printf("%llu events\n", static_cast<unsigned long long>(o.events));
    return kFine;
}

}  // namespace foreshock
