#include "rules/program_reader.h"

#include <algorithm>

#include "engine/event/event.h"
#include "rules/values.h"

namespace foreshock {
namespace {

using namespace std::chrono;

constexpr size_t kLongestApp = 100;

void read_app(const Section& top, std::string& app) {
    if (!top.read("app", app)) return;
    const auto fits = [](unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'; };
    if (app.empty() || app.size() > kLongestApp || !std::ranges::all_of(app, fits)) {
        top.problem("app", in_quotes(app) + " is no name for Kafka and files", "1 to 100 letters, digits, '.', '_' and '-'");
    }
}

void read_slots(const Section& section, SlotOptions& slots) {
    if (section.read("length", slots.length, seconds{1}, minutes{5})) {
        const Micros whole = slots.length <= minutes{1} ? Micros{minutes{1}} : Micros{hours{1}};
        if (whole.count() % slots.length.count() != 0) {
            section.problem("length", duration_text(slots.length) + " does not divide a minute or an hour evenly",
                            "1s, 2s, 3s, 4s, 5s, 6s, 10s, 12s, 15s, 20s, 30s, 1m, 2m, 3m, 4m or 5m");
            slots.length = SlotOptions{}.length;
        }
    }
    section.read("allowed_lateness", slots.allowed_lateness, Micros{0}, hours{1});
    section.read("idle_timeout", slots.idle_timeout, seconds{1}, hours{1});
    section.read("clock_jump", slots.clock_jump, seconds{1}, hours{1});
    section.read("max_open", slots.max_open, Range{4, 100'000});
    const auto needed = static_cast<uint64_t>(slots.allowed_lateness / slots.length) + 2;
    if (needed > slots.max_open) {
        section.problem("max_open", std::to_string(slots.max_open) + " open slots cannot hold the allowed lateness",
                        "at least " + std::to_string(needed) + ", longer slots, or less allowed_lateness");
    }
}

void read_bounds(const Section& section, Bounds& bounds) {
    constexpr Range kCount{1, 10'000'000};
    section.read("services", bounds.services, kCount);
    section.read("metric_instances", bounds.metric_instances, kCount);
    section.read("hosts", bounds.hosts, kCount);
    section.read("dimension_values", bounds.dimension_values, kCount);
    section.read("occurrences", bounds.occurrences, kCount);
    section.read("open_warnings", bounds.open_warnings, kCount);
    section.read("record_size", bounds.record_bytes, Range{1 << 10, 64 << 20});
}

// A warning stays open down to this share of the probability at which it opens.
constexpr double kClearShare = 0.65;

void read_warn(const Section& section, WarnOptions& warn) {
    constexpr Range kInside{1e-9, 1 - 1e-9};
    section.read("raise_probability", warn.raise_probability, kInside);
    section.read("clear_probability", warn.clear_probability, kInside);
    if (warn.clear_probability >= warn.raise_probability) {
        section.problem(section.has("clear_probability") ? "clear_probability" : "raise_probability",
                        "clear_probability has to lie below raise_probability", "such as 50% and 35%");
    }
    double ratio = 0;
    if (section.read("miss_cost_ratio", ratio, Range{0.01, 100})) {
        for (const char* key : {"raise_probability", "clear_probability"}) {
            if (section.has(key)) section.problem(key, "follows from miss_cost_ratio", "leave out one of the two");
        }
        warn.raise_probability = 1 / (1 + ratio);
        warn.clear_probability = kClearShare * warn.raise_probability;
    }
    if (const auto c = section.section("calibration")) {
        c->read("slope", warn.calibration.slope, Range{0.1, 10});
        c->read("offset", warn.calibration.offset, Range{-10, 10});
        c->read("interval", warn.calibration.interval, Range{0.1, 10});
    }
    section.read("horizon", warn.horizon, minutes{1}, days{7});
    section.read("repeat", warn.repeat, seconds{1}, days{1});
}

// "127.0.0.1:8080", "[::1]:8080", "localhost:0".
void read_listen(const Section& section, HttpConfig& http) {
    std::string text;
    if (!section.read("listen", text)) return;
    const size_t colon = text.rfind(':');
    std::string host = text.substr(0, colon == text.npos ? 0 : colon);
    const int64_t port = parse_integer(colon == text.npos ? "" : text.substr(colon + 1)).value_or(-1);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.empty() || port < 0 || port > 65535) {
        section.problem("listen", in_quotes(text) + " is no address to serve on", "host:port, such as 127.0.0.1:8080");
        return;
    }
    http.host = host;
    http.port = static_cast<uint16_t>(port);
}

void read_state(const Section& section, StateConfig& state) {
    if (section.read("directory", state.directory)) state.directory = path_below(section.context().folder, state.directory);
    section.read("checkpoint_every", state.checkpoint_every, milliseconds{10}, minutes{10});
}

// Sums, positions and warnings of one moment are one transaction, which takes one cluster.
void check_scale_out(const Section& top, const Config& config) {
    const auto* source = config.sources.size() == 1 ? std::get_if<KafkaSourceConfig>(&config.sources.front()) : nullptr;
    if (source == nullptr) {
        top.problem("scale_out", "scale_out: kafka needs one source, which is kafka", "name all topics under that one source");
        return;
    }
    const auto elsewhere = [&](const KafkaOutputConfig* kafka) { return kafka != nullptr && kafka->brokers != source->brokers; };
    for (const OutputConfig& output : config.outputs)
        if (elsewhere(std::get_if<KafkaOutputConfig>(&output)))
            top.problem("outputs", "with scale_out, warnings go to the cluster of the source", "write the same brokers as there");
    if (config.advice && (!std::holds_alternative<KafkaOutputConfig>(*config.advice) || elsewhere(std::get_if<KafkaOutputConfig>(&*config.advice))))
        top.problem("advice", "with scale_out, advice goes to the cluster of the source", "advice: {kafka: ...} with the same brokers as there");
    if (!config.state.directory.empty()) top.problem("state", "with scale_out the state is in Kafka", "leave out state.directory");
}

void read_scale_out(const Section& top, Config& config) {
    if (const auto s = top.section("instances")) {
        s->choice("role", config.instances.role);
        s->read("shares", config.instances.shares, Range{1, 1024});
        s->read("standby", config.instances.standby, Range{0, 1});
        if (!top.has("scale_out")) top.problem("instances", "means nothing without scale_out", "write scale_out: kafka");
    }
    if (config.scale_out == ScaleOut::kafka) check_scale_out(top, config);
}

void read_shadow(const Section& top, Config& config) {
    if (!config.state.directory.empty()) config.shadow.file = config.state.directory + ".shadow.jsonl";
    const auto section = top.section("shadow");
    if (section && section->read("file", config.shadow.file)) config.shadow.file = path_below(section->context().folder, config.shadow.file);
}

void read_log(const Section& section, LogConfig& log) {
    section.choice("level", log.level);
    section.choice("format", log.json);
}

}  // namespace

void read_engine_options(const Section& top, EngineOptions& options) {
    read_app(top, options.app);
    if (top.read("dimensions", options.dimensions) && options.dimensions.size() > kMaxDimensions) {
        top.problem("dimensions", "more than " + std::to_string(kMaxDimensions), "keep those that campaigns and channels are told by");
    }
    if (const auto s = top.section("slots")) read_slots(*s, options.slots);
    if (const auto s = top.section("bounds")) read_bounds(*s, options.bounds);
    if (const auto s = top.section("warn")) read_warn(*s, options.warn);
}

void read_program(const Section& top, Config& config) {
    read_engine_options(top, config.engine);
    top.read("workers", config.workers, Range{0, 1024});
    read_sources(top, config);
    if (const auto s = top.section("state")) read_state(*s, config.state);
    top.choice("scale_out", config.scale_out);
    read_outputs(top, config);
    read_scale_out(top, config);
    read_shadow(top, config);
    if (const auto s = top.section("reload")) s->read("watch_every", config.reload.watch_every, Micros{0}, hours{1});
    if (const auto s = top.section("http")) read_listen(*s, config.http);
    if (const auto s = top.section("log")) read_log(*s, config.log);
}

}  // namespace foreshock
