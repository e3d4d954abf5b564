#include "rules/config.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "rules/reference.h"
#include "tests/support/catch.h"

using namespace foreshock;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kProgram = R"(
app: shop
sources:
  - kafka: {brokers: 'localhost:9092', topics: [transactions, capacity], start: earliest, properties: {fetch.min.bytes: 1000}}
  - kafka: {brokers: b, topics: one, group: others, start: '2026-11-27T00:00:00Z', fetch: direct}
  - files: [history.jsonl.zst, /data/events.jsonl, '-']
slots: {length: 1m, allowed_lateness: 15s}
bounds: {record_size: 256KiB}
warn: {raise_probability: 60%, clear_probability: 0.4}
dimensions: [campaign]
outputs:
  - kafka: {brokers: 'localhost:9092', topic: warnings}
  - alertmanager: {urls: ['http://localhost:9093'], timeout: 2s}
  - webhook: {url: 'https://example.org/hook', headers: {X-Team: shop}, ca_file: ca.pem, suppressed: true}
  - file: warnings.jsonl
  - stdout: json
  - stdout:
dead_letter: {file: bad.jsonl}
state: {directory: state, checkpoint_every: 2s}
http: {listen: '[::1]:8080'}
log: {level: warning, format: json}
workers: 3
rules: []
)";

constexpr std::string_view kModel = R"(
services:
  web: {calls: [payment]}
  payment:
    title: Payment
    calls: [ledger, {notify: {asynchronous: true}}]
    class: differentiator
    owner: team-shop
    currency: EUR
    value_per_minute: 5400
    time_zone: Europe/Berlin
    slos:
      latency:   {indicator: p95_latency_ms, below: 300, window: 1m, objective: 99.5%, period: 28d}
      tail:      {indicator: p99.9_latency_ms, below: 900}
      errors:    {indicator: error_ratio, below: 1%}
      queue_age: {indicator: metric, resource: notify-backlog, metric: queue_age_s, below: 60}
  ledger:
  notify: {}
resources:
  payment-conn:
    service: payment
    match: {resource: '^payment-conn$'}
    metrics: {connections_used: {limit: 600}, connections_waiting: {}}
    kind: connection_pool
    scaling: {unit: replica, step: 1, min: 2, max: 20, lead_time: 5m, automatic: true, target_utilization: 70%, cost_per_hour: 1.2}
  notify-backlog:
    match: [{resource: backlog, metric: age}, {host: '^q-'}]
    metrics: {queue_age_s:}
calendar:
  - {name: bf26, kind: campaign, services: [web], start: 2026-11-27T00:00:00Z, end: 2026-11-28T00:00:00Z, expected_ratio: 3}
  - {name: payday, kind: priority, services: [ledger], monthly: 25, time_zone: Europe/Berlin}
  - {name: db upgrade, kind: maintenance, resources: [payment-conn], start: 2026-12-01T22:00:00+01:00}
)";

Config loaded(std::string_view text, const std::string& name = "conf/shop.yaml") {
    auto config = load_config_text(text, name);
    if (!config) {
        for (const Diagnostic& d : config.problems()) UNSCOPED_INFO(d.text());
    }
    REQUIRE(config.ok());
    return config.value();
}

std::string hash_of(std::string_view text) { return loaded(text).model.hash; }

}  // namespace

TEST_CASE("the program's part is read whole") {
    const Config c = loaded(kProgram);
    CHECK(c.engine.app == "shop");
    CHECK(c.engine.slots.length == 1min);
    CHECK(c.engine.slots.allowed_lateness == 15s);
    CHECK(c.engine.bounds.record_bytes == 256u << 10);
    CHECK(c.engine.warn.raise_probability == Catch::Approx(0.6));
    CHECK(c.engine.warn.clear_probability == Catch::Approx(0.4));
    CHECK(c.engine.dimensions == std::vector<std::string>{"campaign"});
    REQUIRE(c.sources.size() == 3);
    const auto& kafka = std::get<KafkaSourceConfig>(c.sources[0]);
    CHECK(kafka.topics == std::vector<std::string>{"transactions", "capacity"});
    CHECK(kafka.group == "shop");
    CHECK(kafka.start == KafkaStartRule::earliest);
    CHECK(kafka.fetch == KafkaFetchWay::client);
    CHECK(kafka.properties.at("fetch.min.bytes").reveal() == "1000");
    const auto& timed = std::get<KafkaSourceConfig>(c.sources[1]);
    CHECK(timed.group == "others");
    CHECK(timed.start == KafkaStartRule::time);
    CHECK(timed.fetch == KafkaFetchWay::direct);
    CHECK(timed.start_time == parse_rfc3339("2026-11-27T00:00:00Z"));
    CHECK(std::get<FileSourceConfig>(c.sources[2]).paths == std::vector<std::string>{"conf/history.jsonl.zst", "/data/events.jsonl", "-"});
    REQUIRE(c.outputs.size() == 6);
    CHECK(std::get<KafkaOutputConfig>(c.outputs[0]).topic == "warnings");
    CHECK(std::get<AlertmanagerConfig>(c.outputs[1]).urls.at(0).reveal() == "http://localhost:9093");
    CHECK(std::get<AlertmanagerConfig>(c.outputs[1]).timeout == 2s);
    CHECK(std::get<WebhookConfig>(c.outputs[2]).ca_file == "conf/ca.pem");
    CHECK(std::get<WebhookConfig>(c.outputs[2]).suppressed);
    CHECK_FALSE(std::get<KafkaOutputConfig>(c.outputs[0]).suppressed);
    CHECK(std::get<FileOutputConfig>(c.outputs[3]).path == "conf/warnings.jsonl");
    CHECK(std::get<StdoutConfig>(c.outputs[4]).form == StdoutForm::json);
    CHECK(std::get<StdoutConfig>(c.outputs[5]).form == StdoutForm::sentence);
    CHECK(std::get<FileOutputConfig>(c.dead_letter.value()).path == "conf/bad.jsonl");
    CHECK(c.state.directory == "conf/state");
    CHECK(c.state.checkpoint_every == 2s);
    CHECK(c.http.host == "::1");
    CHECK(c.http.port == 8080);
    CHECK(c.log.level == LogThreshold::warning);
    CHECK(c.log.json);
    CHECK(c.workers == 3);
}

TEST_CASE("a model alone is a configuration") {
    const Model m = loaded(kModel).model;
    REQUIRE(m.services.size() == 4);
    const ServiceModel& payment = m.services[1];
    CHECK(payment.name == "payment");
    CHECK(payment.title == "Payment");
    CHECK(payment.service_class == ServiceClass::differentiator);
    CHECK(payment.value_per_minute == 5400);
    CHECK(payment.time_zone == "Europe/Berlin");
    CHECK(utc_offset_at(payment.utc_offsets, parse_rfc3339("2026-07-01T00:00:00Z").value()) == 2h);
    REQUIRE(payment.calls.size() == 2);
    CHECK(payment.calls[0].service == "ledger");
    CHECK_FALSE(payment.calls[0].asynchronous);
    CHECK(payment.calls[1].asynchronous);
    REQUIRE(payment.slos.size() == 4);
    CHECK(payment.slos[0].indicator == Indicator::latency_quantile);
    CHECK(payment.slos[0].quantile == Catch::Approx(0.95));
    CHECK(payment.slos[0].below == 300);
    CHECK(payment.slos[0].objective.value() == Catch::Approx(0.995));
    CHECK(payment.slos[1].quantile == Catch::Approx(0.999));
    CHECK(payment.slos[1].window == 1min);
    CHECK(payment.slos[2].indicator == Indicator::error_ratio);
    CHECK(payment.slos[2].below == Catch::Approx(0.01));
    CHECK(payment.slos[3].indicator == Indicator::metric);
    CHECK(payment.slos[3].resource == "notify-backlog");
    CHECK(m.services[2].name == "ledger");
}

TEST_CASE("resources and the calendar are read whole") {
    const Model m = loaded(kModel).model;
    REQUIRE(m.resources.size() == 2);
    const ResourceModel& conn = m.resources[0];
    CHECK(conn.service == "payment");
    CHECK(conn.kind == ResourceKind::connection_pool);
    CHECK(conn.match.at(0).resource == "^payment-conn$");
    CHECK(conn.metrics.at(0).limit == 600);
    CHECK(std::isnan(conn.metrics.at(1).limit));
    CHECK(conn.scaling->unit == "replica");
    CHECK(conn.scaling->max == 20);
    CHECK(conn.scaling->lead_time == 5min);
    CHECK(conn.scaling->automatic_target.value() == Catch::Approx(0.7));
    CHECK(m.resources[1].match.at(0).metric == "age");
    CHECK(m.resources[1].match.at(1).host == "^q-");

    REQUIRE(m.calendar.size() == 3);
    CHECK(m.calendar[0].expected_ratio == 3);
    CHECK(m.calendar[0].occurrences.at(0).end == parse_rfc3339("2026-11-28T00:00:00Z"));
    CHECK(m.calendar[1].kind == CalendarKind::priority);
    CHECK(m.calendar[1].occurrences.size() > 400);
    CHECK(m.calendar[2].kind == CalendarKind::maintenance);
    CHECK(m.calendar[2].occurrences.at(0).start == parse_rfc3339("2026-12-01T21:00:00Z"));
    CHECK(m.calendar[2].occurrences.at(0).end == kEndOfTime);
}

TEST_CASE("nothing at all is a configuration") {
    const Config c = loaded("");
    CHECK(c.model.empty());
    CHECK(c.model.hash.size() == 16);
    CHECK(c.sources.empty());
    CHECK(c.engine.slots.length == 10s);
}

TEST_CASE("the hash follows what can change a warning, and nothing else") {
    const std::string model(kModel);
    const std::string hash = hash_of(model);
    CHECK(hash == hash_of(model));
    CHECK(hash == hash_of("# a comment\n" + model + "http: {listen: '127.0.0.1:1'}\noutputs: [{stdout: json}]\nslots: {length: 10s}\n"));
    CHECK(hash != hash_of(model + "slots: {length: 20s}\n"));
    CHECK(hash != hash_of(model + "warn: {horizon: 20m}\n"));
    std::string other = model;
    other.replace(other.find("below: 300"), 10, "below: 301");
    CHECK(hash != hash_of(other));
}

TEST_CASE("a model may live in files of its own") {
    const auto folder = std::filesystem::temp_directory_path() / "foreshock-config-test";
    std::filesystem::create_directories(folder / "models");
    const std::string text(kModel);
    const size_t cut = text.find("resources:");
    std::ofstream(folder / "models/services.yaml") << text.substr(0, cut);
    std::ofstream(folder / "models/rest.yaml") << text.substr(cut);
    std::ofstream(folder / "models/wrong.yaml") << "services:\n  web:\n    clals: []\nsources: []\n";
    const std::string name = (folder / "shop.yaml").string();

    const Config two = loaded("model: [models/services.yaml, models/rest.yaml]\n", name);
    CHECK(two.model.services.size() == 4);
    CHECK(two.model.calendar.size() == 3);
    CHECK(two.model.hash == hash_of(kModel));
    CHECK(loaded("model:\n  services: {web: {}}\n", name).model.services.size() == 1);

    const auto wrong = load_config_text("model: [models/wrong.yaml, models/none.yaml]\n", name);
    REQUIRE_FALSE(wrong.ok());
    REQUIRE(wrong.problems().size() == 3);
    CHECK(wrong.problems()[0].message.find("cannot read") != std::string::npos);
    CHECK(wrong.problems()[1].text() == (folder / "models/wrong.yaml").string() + ":3:5: unknown key 'clals' (did you mean 'calls'?)");
    CHECK(wrong.problems()[2].message == "'sources' belongs to the program, not to a model file");
    std::filesystem::remove_all(folder);
}

TEST_CASE("the dump of a configuration is read back to the same") {
    const Config c = loaded(kProgram);
    const std::string dump = dump_config(c);
    CHECK(dump_config(loaded(dump, "shop.yaml")) == dump);
}

TEST_CASE("Kafka outputs write exactly once where there is a state, unless told otherwise") {
    const std::string outputs = "outputs: [{kafka: {brokers: 'b:1', topic: t}}, {kafka: {brokers: 'b:1', topic: u, exactly_once: false}}]\n";
    const auto exactly_once = [](const Config& c, size_t i) { return std::get<KafkaOutputConfig>(c.outputs.at(i)).exactly_once; };
    const Config stored = loaded(outputs + "state: {directory: /var/state}\n");
    CHECK(exactly_once(stored, 0));
    CHECK_FALSE(exactly_once(stored, 1));
    CHECK_FALSE(exactly_once(loaded(outputs), 0));
    CHECK(dump_config(loaded(dump_config(stored))) == dump_config(stored));
}

TEST_CASE("the written defaults are the defaults in force") {
    std::string text;
    std::string section;
    for (const KeyReference& key : config_reference()) {
        if (key.default_text.empty() || key.path.find_first_of("*[") != key.path.npos) continue;
        const auto depth = static_cast<size_t>(std::ranges::count(key.path, '.'));
        if (depth == 0) {
            text += std::string(key.path) + ": " + std::string(key.default_text) + "\n";
            continue;
        }
        if (section != key.parent()) {  // a section inside one comes after the keys of that one
            section = std::string(key.parent());
            text += std::string(2 * (depth - 1), ' ') + section.substr(section.rfind('.') + 1) + ":\n";
        }
        text += std::string(2 * depth, ' ') + std::string(key.name()) + ": " + std::string(key.default_text) + "\n";
    }
    CAPTURE(text);
    CHECK(dump_config(loaded(text)) == dump_config(loaded("")));
}

TEST_CASE("the reference is complete and in order") {
    std::vector<std::string_view> seen;
    for (const KeyReference& key : config_reference()) {
        CAPTURE(key.path);
        CHECK(std::ranges::find(seen, key.path) == seen.end());
        CHECK(key.description.ends_with('.'));
        std::string_view parent = key.parent();
        if (parent.ends_with(".*")) parent.remove_suffix(2);
        if (parent.ends_with("[]")) parent.remove_suffix(2);
        if (!parent.empty()) CHECK(std::ranges::find(seen, parent) != seen.end());
        seen.push_back(key.path);
        CHECK(config_reference_markdown().find("| `" + std::string(key.path) + "` |") != std::string::npos);
    }
}
