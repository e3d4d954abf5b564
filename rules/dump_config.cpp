// The configuration in force as YAML, without its secrets.
#include <array>

#include "rules/config.h"
#include "rules/values.h"

namespace foreshock {
namespace {

// In double quotes, escaped as JSON: legal YAML whatever it holds.
std::string quote(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto u = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') out += '\\';
        if (u < 0x20) (((out += "\\u00") += kHex[u >> 4]) += kHex[u & 15]);
        else out += c;
    }
    return out + "\"";
}

std::string list(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& t : texts) out += (out.empty() ? "" : ", ") + quote(t);
    return "[" + out + "]";
}

std::string map(const Properties& properties) {
    std::string out;
    for (const auto& [name, value] : properties) out += (out.empty() ? "" : ", ") + quote(name) + ": " + quote(value.shown());
    return "{" + out + "}";
}

std::string_view word(KafkaStartRule start) {
    constexpr std::array<std::string_view, 4> kWords{"committed", "earliest", "latest", "time"};
    return kWords[static_cast<size_t>(start)];
}

std::string line_of(const KafkaSourceConfig& k) {
    const std::string start = k.start == KafkaStartRule::time ? to_rfc3339(k.start_time) : std::string(word(k.start));
    return "kafka: {brokers: " + quote(k.brokers) + ", topics: " + list(k.topics) + ", group: " + quote(k.group) + ", start: " +
           quote(start) + ", fetch: " + (k.fetch == KafkaFetchWay::direct ? "direct" : "client") + ", properties: " + map(k.properties) + "}";
}
std::string line_of(const FileSourceConfig& f) { return "files: " + list(f.paths); }
std::string topic_line(const KafkaOutputConfig& k, const char* more) {
    return "kafka: {brokers: " + quote(k.brokers) + ", topic: " + quote(k.topic) + more + ", properties: " + map(k.properties) + "}";
}
std::string line_of(const KafkaOutputConfig& k) { return topic_line(k, k.exactly_once ? ", exactly_once: true" : ", exactly_once: false"); }
std::string line_of(const AlertmanagerConfig& a) {
    std::vector<std::string> urls;
    for (const SecretText& url : a.urls) urls.push_back(url.shown());
    return "alertmanager: {urls: " + list(urls) + ", headers: " + map(a.headers) + ", ca_file: " + quote(a.ca_file) + ", timeout: " +
           duration_text(a.timeout) + "}";
}
std::string line_of(const WebhookConfig& w) {
    return "webhook: {url: " + quote(w.url.shown()) + ", headers: " + map(w.headers) + ", ca_file: " + quote(w.ca_file) + ", timeout: " +
           duration_text(w.timeout) + ", retry_for: " + duration_text(w.retry_for) + "}";
}
std::string line_of(const FileOutputConfig& f) { return "file: " + quote(f.path); }
std::string line_of(const StdoutConfig& s) { return s.form == StdoutForm::json ? "stdout: json" : "stdout: sentence"; }

template <class V>
std::string items(std::string_view key, const std::vector<V>& list_of) {
    if (list_of.empty()) return std::string(key) + ": []\n";
    std::string out = std::string(key) + ":\n";
    for (const V& item : list_of) out += "  - " + std::visit([](const auto& x) { return line_of(x); }, item) + "\n";
    return out;
}

std::string engine_lines(const EngineOptions& o) {
    const auto d = duration_text;
    const auto n = [](auto x) { return std::to_string(x); };
    return "app: " + quote(o.app) + "\ndimensions: " + list(o.dimensions) + "\nslots: {length: " + d(o.slots.length) +
           ", allowed_lateness: " + d(o.slots.allowed_lateness) + ", idle_timeout: " + d(o.slots.idle_timeout) + ", clock_jump: " +
           d(o.slots.clock_jump) + ", max_open: " + n(o.slots.max_open) + "}\nbounds: {services: " + n(o.bounds.services) +
           ", metric_instances: " + n(o.bounds.metric_instances) + ", hosts: " + n(o.bounds.hosts) + ", dimension_values: " +
           n(o.bounds.dimension_values) + ", occurrences: " + n(o.bounds.occurrences) + ", open_warnings: " + n(o.bounds.open_warnings) + ", record_size: " + n(o.bounds.record_bytes) + "B}\nwarn: {raise_probability: " +
           n(o.warn.raise_probability) + ", clear_probability: " + n(o.warn.clear_probability) + ", calibration: {slope: " + n(o.warn.calibration.slope) +
           ", offset: " + n(o.warn.calibration.offset) + ", interval: " + n(o.warn.calibration.interval) + "}, horizon: " + d(o.warn.horizon) +
           ", repeat: " + d(o.warn.repeat) + "}\n";
}

}  // namespace

std::string dump_config(const Config& c) {
    constexpr std::array<std::string_view, 3> kRoles{"both", "ingest", "correlate"};
    constexpr std::array<std::string_view, 4> kLevels{"debug", "info", "warning", "error"};
    std::string out = engine_lines(c.engine);
    out += "workers: " + std::to_string(c.workers) + "\n" + items("sources", c.sources) + items("outputs", c.outputs);
    if (c.advice) out += "advice: {" + std::visit([](const auto& x) { return line_of(x); }, *c.advice) + "}\n";
    if (c.dead_letter) {
        const auto* topic = std::get_if<KafkaOutputConfig>(&*c.dead_letter);
        out += "dead_letter: {" + (topic != nullptr ? topic_line(*topic, "") : line_of(std::get<FileOutputConfig>(*c.dead_letter))) + "}\n";
    }
    out += "state: {" + (c.state.directory.empty() ? "" : "directory: " + quote(c.state.directory) + ", ") + "checkpoint_every: " +
           duration_text(c.state.checkpoint_every) + "}\n";
    if (c.scale_out == ScaleOut::kafka)
        out += "scale_out: kafka\ninstances: {role: " + std::string(kRoles[static_cast<size_t>(c.instances.role)]) + ", shares: " + std::to_string(c.instances.shares) + ", standby: " + std::to_string(c.instances.standby) + "}\n";
    if (!c.shadow.file.empty()) out += "shadow: {file: " + quote(c.shadow.file) + "}\n";
    out += "reload: {watch_every: " + duration_text(c.reload.watch_every) + "}\n";
    const std::string host = c.http.host.find(':') == std::string::npos ? c.http.host : "[" + c.http.host + "]";
    if (!host.empty()) out += "http: {listen: " + quote(host + ":" + std::to_string(c.http.port)) + "}\n";
    out += "log: {level: " + std::string(kLevels[static_cast<size_t>(c.log.level)]) + ", format: " + (c.log.json ? "json" : "text") + "}\n";
    out += "# model " + c.model.hash + ": " + std::to_string(c.model.services.size()) + " services, " +
           std::to_string(c.model.resources.size()) + " resources, " + std::to_string(c.model.calendar.size()) + " calendar entries\n";
    out += "# rules " + c.rules.hash + ": " + std::to_string(c.rules.rules.size()) + "\n";
    return out;
}

}  // namespace foreshock
