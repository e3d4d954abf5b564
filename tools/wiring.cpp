#include "tools/wiring.h"

#include <cstdio>
#include <iostream>
#include <map>

#include "connectors/file/warning_sink.h"
#include "connectors/http/alertmanager_sink.h"
#include "connectors/http/webhook_sink.h"
#include "state/memory_store.h"
#include "state/rocksdb_store.h"
#include "tools/log.h"
#include "tools/wiring_kafka.h"

namespace foreshock {

namespace {

HttpHeaders headers(const Properties& properties) {
    HttpHeaders out;
    for (const auto& [name, value] : properties) out.emplace_back(name, value.reveal());
    return out;
}

template <class T>
Result<std::unique_ptr<Sink>> as_sink(Result<std::unique_ptr<T>> made) {
    if (!made) return made.problems();
    return std::unique_ptr<Sink>(std::move(made.value()));
}

// One overload for each kind of output.
struct SinkMaker {
    const Config& config;
    CloudEventContext context;
    DeadLetterOutput* dead_letters;
    std::map<std::string, int>& topics;  // outputs made so far, by Kafka topic

    CloudEventContext with_suppressed(bool suppressed) const {
        CloudEventContext out = context;
        out.suppressed = suppressed;
        return out;
    }

    Result<std::unique_ptr<Sink>> operator()(const KafkaOutputConfig& c) const {
        const int others = topics[c.topic]++;  // on another cluster, or of another kind
        return make_kafka_sink(c, config, with_suppressed(c.suppressed), others == 0 ? c.topic : c.topic + "." + std::to_string(others + 1), dead_letters);
    }
    Result<std::unique_ptr<Sink>> operator()(const AlertmanagerConfig& c) const {
        AlertmanagerOptions o;
        for (const SecretText& url : c.urls) o.urls.push_back(url.reveal());
        o.headers = headers(c.headers);
        o.http.ca_file = c.ca_file;
        o.http.answer_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(c.timeout);
        return as_sink(AlertmanagerSink::open(std::move(o), context, log_callback()));
    }
    Result<std::unique_ptr<Sink>> operator()(const WebhookConfig& c) const {
        WebhookOptions o;
        o.url = c.url.reveal();
        o.retry_for = c.retry_for;
        o.dead_letters = dead_letters;
        o.headers = headers(c.headers);
        o.http.ca_file = c.ca_file;
        o.http.answer_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(c.timeout);
        return as_sink(WebhookSink::open(std::move(o), with_suppressed(c.suppressed), log_callback()));
    }
    Result<std::unique_ptr<Sink>> operator()(const FileOutputConfig& c) const {
        return as_sink(FileSink::open(c.path, FileSink::Mode::append, context));
    }
    Result<std::unique_ptr<Sink>> operator()(const StdoutConfig& c) const {
        const auto form = c.form == StdoutForm::json ? StdoutSink::Form::json : StdoutSink::Form::sentence;
        return std::unique_ptr<Sink>(std::make_unique<StdoutSink>(std::cout, form, context));
    }
};

}  // namespace

CloudEventContext cloud_event_context(const Config& config) {
    CloudEventContext context;
    context.app = config.engine.app;
    return context;
}

Result<std::vector<std::unique_ptr<Sink>>> make_sinks(const Config& config, DeadLetterOutput* dead_letters) {
    std::vector<std::unique_ptr<Sink>> sinks;
    Diagnostics problems;
    std::map<std::string, int> topics;
    std::vector<OutputConfig> outputs = config.outputs;
    if (outputs.empty()) outputs.push_back(StdoutConfig{});
    for (const OutputConfig& output : outputs) {
        auto made = std::visit(SinkMaker{config, cloud_event_context(config), dead_letters, topics}, output);
        if (made) sinks.push_back(std::move(made.value()));
        else problems.insert(problems.end(), made.problems().begin(), made.problems().end());
    }
    if (config.advice) {
        CloudEventContext context = cloud_event_context(config);
        context.advice = true;
        auto made = std::visit(SinkMaker{config, context, dead_letters, topics}, *config.advice);
        if (made) sinks.push_back(std::move(made.value()));
        else problems.insert(problems.end(), made.problems().begin(), made.problems().end());
    }
    if (!problems.empty()) return problems;
    return sinks;
}

Result<std::unique_ptr<Store>> make_store(const Config& config) {
    if (config.state.directory.empty()) return std::unique_ptr<Store>(std::make_unique<MemoryStore>());
    auto opened = RocksdbStore::open(config.state.directory);
    if (!opened) return opened.problems();
    if (opened.value()->last_write_torn())
        log(LogLevel::warning, config.state.directory + ": the last write is damaged or was cut off; going on from the checkpoint before it");
    return std::unique_ptr<Store>(std::move(opened.value()));
}

void print(const Diagnostics& problems) {
    for (const Diagnostic& d : problems) std::fprintf(stderr, "%s\n", d.text().c_str());
}

}  // namespace foreshock
