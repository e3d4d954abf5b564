// Sources, outputs and the dead-letter output.
#include <algorithm>
#include <iterator>

#include "rules/program_reader.h"
#include "rules/values.h"

namespace foreshock {
namespace {

using namespace std::chrono;

void read_start(const Section& section, KafkaSourceConfig& kafka) {
    std::string text;
    if (!section.read("start", text)) return;
    constexpr std::string_view kWords[]{"committed", "earliest", "latest"};
    for (size_t i = 0; i < std::size(kWords); ++i) {
        if (text == kWords[i]) {
            kafka.start = static_cast<KafkaStartRule>(i);
            return;
        }
    }
    if (const auto time = parse_rfc3339(text)) {
        kafka.start = KafkaStartRule::time;
        kafka.start_time = *time;
        return;
    }
    section.problem("start", in_quotes(text) + " is no place to start", "committed, earliest, latest, or a time such as 2026-11-27T00:00:00Z");
}

void read_fetch(const Section& section, KafkaSourceConfig& kafka) {
    std::string text;
    if (!section.read("fetch", text) || text == "client") return;
    if (text != "direct") section.problem("fetch", in_quotes(text) + " is no way to fetch", "client or direct");
    kafka.fetch = KafkaFetchWay::direct;
}

KafkaSourceConfig read_kafka_source(const Section& section, const std::string& app) {
    KafkaSourceConfig kafka;
    kafka.group = app;
    section.read("brokers", kafka.brokers);
    section.read("topics", kafka.topics);
    if (section.has("topics") && section.value("topics")->is_sequence() && section.value("topics")->items.empty()) {
        section.problem("topics", "no topic at all", "name at least one");
    }
    section.read("group", kafka.group);
    read_start(section, kafka);
    read_fetch(section, kafka);
    section.read("properties", kafka.properties);
    return kafka;
}

KafkaOutputConfig read_kafka_topic(const Section& section) {
    KafkaOutputConfig kafka;
    section.read("brokers", kafka.brokers);
    section.read("topic", kafka.topic);
    section.read("properties", kafka.properties);
    return kafka;
}

KafkaOutputConfig read_kafka_output(const Section& section, bool lasting_state) {
    KafkaOutputConfig kafka = read_kafka_topic(section);
    kafka.exactly_once = lasting_state;
    if (section.read("exactly_once", kafka.exactly_once) && kafka.exactly_once && !lasting_state)
        section.problem("exactly_once", "needs a state that outlives the process", "name a folder in state.directory");
    return kafka;
}

bool is_http(const SecretText& url) { return url.reveal().starts_with("http://") || url.reveal().starts_with("https://"); }

void read_receiver(const Section& section, Properties& headers, std::string& ca_file, Micros& timeout) {
    section.read("headers", headers);
    if (section.read("ca_file", ca_file)) ca_file = path_below(section.context().folder, ca_file);
    section.read("timeout", timeout, milliseconds{100}, minutes{5});
}

AlertmanagerConfig read_alertmanager(const Section& section) {
    AlertmanagerConfig out;
    if (section.read("urls", out.urls)) {
        const bool good = !out.urls.empty() && std::ranges::all_of(out.urls, is_http);
        if (!good) section.problem("urls", "not all of them begin with http:// or https://", "such as ['http://localhost:9093']");
    }
    read_receiver(section, out.headers, out.ca_file, out.timeout);
    return out;
}

WebhookConfig read_webhook(const Section& section) {
    WebhookConfig out;
    if (section.read("url", out.url) && !is_http(out.url)) section.problem("url", "does not begin with http:// or https://");
    read_receiver(section, out.headers, out.ca_file, out.timeout);
    section.read("retry_for", out.retry_for, seconds{1}, days{30});
    section.read("suppressed", out.suppressed);
    return out;
}

FileOutputConfig read_file_output(const Section& section) {
    FileOutputConfig out;
    section.read("file", out.path);
    if (out.path.empty()) section.problem("file", "needs a path", "such as warnings.jsonl");
    out.path = path_below(section.context().folder, out.path);
    return out;
}

std::optional<OutputConfig> read_output(const Section& item, bool lasting_state) {
    const auto form = item.only_key();
    if (form == "kafka") {
        const auto section = item.section("kafka");
        KafkaOutputConfig kafka = read_kafka_output(*section, lasting_state);
        section->read("suppressed", kafka.suppressed);
        return kafka;
    }
    if (form == "alertmanager") return read_alertmanager(*item.section("alertmanager"));
    if (form == "webhook") return read_webhook(*item.section("webhook"));
    if (form == "file") return read_file_output(item);
    if (form != "stdout") return std::nullopt;  // unknown keys have been reported
    StdoutConfig out;
    item.choice("stdout", out.form);
    return out;
}

}  // namespace

void read_sources(const Section& top, Config& config) {
    top.each_item("sources", [&](const Section& item) {
        const auto form = item.only_key();
        if (form == "kafka") config.sources.emplace_back(read_kafka_source(*item.section("kafka"), config.engine.app));
        if (form != "files") return;
        FileSourceConfig files;
        item.read("files", files.paths);
        for (std::string& path : files.paths) path = path_below(item.context().folder, path);
        if (files.paths.empty()) item.problem("files", "no file at all", "name at least one");
        config.sources.emplace_back(std::move(files));
    });
}

void read_outputs(const Section& top, Config& config) {
    const bool lasting_state = !config.state.directory.empty() || config.scale_out != ScaleOut::none;
    top.each_item("outputs", [&](const Section& item) {
        if (auto output = read_output(item, lasting_state)) config.outputs.push_back(std::move(*output));
    });
    const auto read_one = [&top](const char* key, auto& into, auto&& read_topic) {
        const auto section = top.section(key);
        if (!section) return;
        const auto form = section->only_key();
        if (form == "kafka") into = read_topic(*section->section("kafka"));
        if (form == "file") into = read_file_output(*section);
    };
    read_one("advice", config.advice, [&](const Section& s) { return read_kafka_output(s, lasting_state); });
    read_one("dead_letter", config.dead_letter, read_kafka_topic);
}

}  // namespace foreshock
