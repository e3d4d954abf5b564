// Every wrong configuration is answered with its place and with what to write instead.
#include <string>
#include <vector>

#include "rules/config.h"
#include "tests/support/catch.h"

using namespace foreshock;

namespace {

std::vector<std::string> problems_of(std::string_view text) {
    const auto config = load_config_text(text, "c.yaml");
    std::vector<std::string> out;
    if (config.ok()) return out;
    for (const Diagnostic& d : config.problems()) out.push_back(d.text());
    return out;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("all problems are said at once, in the order of the file") {
    const Texts expected{
        "c.yaml:1:1: unknown key 'ap' (did you mean 'app'?)",
        "c.yaml:2:17: length: 7s does not divide a minute or an hour evenly (1s, 2s, 3s, 4s, 5s, 6s, 10s, 12s, 15s, 20s, 30s, 1m, 2m, 3m, 4m or 5m)",
        "c.yaml:2:21: unknown key 'allowed_latness' (did you mean 'allowed_lateness'?)",
        "c.yaml:2:55: idle_timeout: expected a duration, found '30' (say the unit: 30s)",
        "c.yaml:5:13: calls: unknown service 'payment' (add it under services: payment: {})",
        "c.yaml:6:3: 'web' is written twice (first in line 4; keep one)",
    };
    CHECK(problems_of("ap: shop\nslots: {length: 7s, allowed_latness: 5, idle_timeout: 30}\nservices:\n  web:\n    calls: [payment]\n  web: {}\n") == expected);
}

TEST_CASE("the program's part") {
    struct Case {
        const char* text;
        const char* problem;
    };
    const auto c = GENERATE(values<Case>({
        {"app: my shop", "c.yaml:1:6: app: 'my shop' is no name for Kafka and files (1 to 100 letters, digits, '.', '_' and '-')"},
        {"app: [a]", "c.yaml:1:6: app: expected a text, found a list"},
        {"- a", "c.yaml:1:1: expected a section with keys, found a list (write key: value, indented below)"},
        {"slots: 5", "c.yaml:1:8: expected a section with keys, found '5' (write key: value, indented below)"},
        {"slots: {length: 10m}", "c.yaml:1:17: length: 10m is out of range (1s to 5m)"},
        {"slots: {length: 500ms}", "c.yaml:1:17: length: 500ms is out of range (1s to 5m)"},
        {"slots: {length: 7m}", "c.yaml:1:17: length: 7m is out of range (1s to 5m)"},
        {"slots: {length: 90s}", nullptr},
        {"slots: {length: 1s, allowed_lateness: 10m}", "c.yaml:1:8: max_open: 64 open slots cannot hold the allowed lateness (at least 602, longer slots, or less allowed_lateness)"},
        {"warn: {raise_probability: 150%}", "c.yaml:1:27: raise_probability: 150% is out of range (above 0, below 1)"},
        {"warn: {clear_probability: 80%}", "c.yaml:1:27: clear_probability: clear_probability has to lie below raise_probability (such as 50% and 35%)"},
        {"warn: {horizon: soon}", "c.yaml:1:17: horizon: expected a duration, found 'soon' (such as 250ms, 10s, 5m, 1h30m, 28d)"},
        {"bounds: {record_size: 1 furlong}", "c.yaml:1:23: record_size: expected a size, found '1 furlong' (such as 256MiB)"},
        {"bounds: {services: many}", "c.yaml:1:20: services: expected a whole number, found 'many' (1 to 10000000)"},
        {"bounds: {services: 0}", "c.yaml:1:20: services: 0 is out of range (1 to 10000000)"},
        {"dimensions: [a, b, c, d, e]", "c.yaml:1:13: dimensions: more than 4 (keep those that campaigns and channels are told by)"},
        {"dimensions: [a, a]", "c.yaml:1:17: 'a' stands twice in dimensions (keep one)"},
        {"scale_out: redis", "c.yaml:1:12: scale_out: 'redis' is not known (one of none, kafka)"},
        {"scale_out: kafka", "c.yaml:1:12: scale_out: scale_out: kafka needs one source, which is kafka (name all topics under that one source)"},
        {"sources: [{kafka: {brokers: a, topics: [t]}}]\noutputs: [{kafka: {brokers: b, topic: w}}]\nscale_out: kafka",
         "c.yaml:2:10: outputs: with scale_out, warnings go to the cluster of the source (write the same brokers as there)"},
        {"sources: [{kafka: {brokers: a, topics: [t]}}]\nadvice: {file: f}\nscale_out: kafka",
         "c.yaml:2:9: advice: with scale_out, advice goes to the cluster of the source (advice: {kafka: ...} with the same brokers as there)"},
        {"sources: [{kafka: {brokers: a, topics: [t]}}]\nstate: {directory: d}\nscale_out: kafka",
         "c.yaml:2:8: state: with scale_out the state is in Kafka (leave out state.directory)"},
        {"sources: [{kafka: {brokers: a, topics: [t]}}]\nscale_out: kafka\ninstances: {role: ingest, shares: 3}", nullptr},
        {"instances: {shares: 3}", "c.yaml:1:12: instances: means nothing without scale_out (write scale_out: kafka)"},
        {"rules: [nowhere/*.yaml]", "c.yaml:1:9: rules: no file fits 'nowhere/*.yaml' (a path, with * and ? in its last part)"},
        {"rules: {a: b}", "c.yaml:1:8: rules: expected a list of paths and rules, found a map (begin each with '- ')"},
        {"http: {listen: 8080}", "c.yaml:1:16: listen: '8080' is no address to serve on (host:port, such as 127.0.0.1:8080)"},
        {"http: {listen: 'a:70000'}", "c.yaml:1:16: listen: 'a:70000' is no address to serve on (host:port, such as 127.0.0.1:8080)"},
        {"log: {level: loud}", "c.yaml:1:14: level: 'loud' is not known (one of debug, info, warning, error)"},
        {"sources: {}", "c.yaml:1:10: sources: expected a list, found a map (begin each item with '- ')"},
        {"sources: [{kafak: {}}]", "c.yaml:1:12: unknown key 'kafak' (did you mean 'kafka'?)"},
        {"sources: [{kafka: {brokers: b}}]", "c.yaml:1:19: 'topics' is missing (Topics to read.)"},
        {"sources: [{kafka: {brokers: b, topics: []}}]", "c.yaml:1:40: topics: no topic at all (name at least one)"},
        {"sources: [{kafka: {brokers: b, topics: t, start: now}}]", "c.yaml:1:50: start: 'now' is no place to start (committed, earliest, latest, or a time such as 2026-11-27T00:00:00Z)"},
        {"sources: [{kafka: {brokers: b, topics: t, fetch: fast}}]", "c.yaml:1:50: fetch: 'fast' is no way to fetch (client or direct)"},
        {"sources: [{kafka: {brokers: [a, b], topics: t}}]", "c.yaml:1:29: brokers: expected a text, found a list (host:port,...)"},
        {"sources: [{files: a, kafka: {brokers: b, topics: t}}]", "c.yaml:1:22: one item holds several forms (begin each with '- ': kafka, files)"},
        {"sources: [{}]", "c.yaml:1:11: an empty item (one of kafka, files)"},
        {"outputs: [{webhook: {url: 'ftp://x'}}]", "c.yaml:1:27: url: does not begin with http:// or https://"},
        {"outputs: [{alertmanager: {urls: []}}]", "c.yaml:1:33: urls: not all of them begin with http:// or https:// (such as ['http://localhost:9093'])"},
        {"outputs: [{stdout: jsn}]", "c.yaml:1:20: stdout: 'jsn' is not known (did you mean 'json'?)"},
        {"outputs: [{file: ''}]", "c.yaml:1:18: file: needs a path (such as warnings.jsonl)"},
        {"outputs: [{webhook: {url: 'http://x', headers: [a]}}]", "c.yaml:1:48: headers: expected texts by name, found a list (write name: text)"},
        {"dead_letter: {}", "c.yaml:1:14: an empty item (one of file, kafka)"},
        {"outputs: [{kafka: {brokers: 'b:1', topic: t, exactly_once: true}}]", "c.yaml:1:60: exactly_once: needs a state that outlives the process (name a folder in state.directory)"},
        {"state: {directory: '${FORESHOCK_NOT_SET}'}", "c.yaml:1:20: directory: the environment variable FORESHOCK_NOT_SET is not set (set it, or write ${FORESHOCK_NOT_SET:-default})"},
        {"model: [[a]]", "c.yaml:1:9: model: expected a path, found a list (write the path of a model file)"},
        {"model: {app: x}", "c.yaml:1:9: 'app' belongs to the program, not to a model file (move it to the configuration that names this file)"},
    }));
    CAPTURE(c.text);
    CHECK(problems_of(c.text) == (c.problem == nullptr ? Texts{} : Texts{c.problem}));
}

TEST_CASE("services and their promises") {
    struct Case {
        const char* text;  // of service web
        const char* problem;
    };
    const auto c = GENERATE(values<Case>({
        {"class: cheap", "c.yaml:1:25: class: 'cheap' is not known (one of commodity, differentiator)"},
        {"currency: euro", "c.yaml:1:28: currency: 'euro' is no currency (three capital letters, such as EUR)"},
        {"time_zone: Europe/Berln", "c.yaml:1:29: time_zone: unknown time zone 'Europe/Berln' (did you mean 'Europe/Berlin'?)"},
        {"value_per_minute: -5", "c.yaml:1:36: value_per_minute: -5 is out of range (a number above 0)"},
        {"calls: web2", "c.yaml:1:25: calls: expected a list of services, found 'web2' (write [first, second])"},
        {"calls: [[x]]", "c.yaml:1:26: calls: expected the name of a service, found a list (write name, or {name: {asynchronous: true}})"},
        {"calls: [wbe]", "c.yaml:1:26: calls: unknown service 'wbe' (did you mean 'web'? Else add it under services: wbe: {})"},
        {"calls: [{ledger: {asynchron: true}}]", "c.yaml:1:36: unknown key 'asynchron' (did you mean 'asynchronous'?)"},
        {"calls: [web]", "c.yaml:1:26: calls: services wait for each other: web -> web (mark the call that nobody waits for: {web: {asynchronous: true}})"},
        {"calls: [{ledger: {group: g, needs: 2}}]", "c.yaml:1:53: needs: the group 'g' has 1 member, and needs 2 (at most 1)"},
        {"calls: [{ledger: {group: g, needs: 1}}, {mail: {group: g, needs: 2}}]", "c.yaml:1:83: needs: the group 'g' is said to need 1 and 2 (write it once)"},
        {"calls: [{ledger: {group: g}}, {mail: {group: g, needs: 2}}]", nullptr},
        {"calls: [{web: {asynchronous: true}}, web]", "c.yaml:1:55: calls: 'web' stands twice (keep one)"},
        {"slos: {l: {below: 5}}", "c.yaml:1:28: 'indicator' is missing (What is measured; NN is 50 to 99.9.)"},
        {"slos: {l: {indicator: p95_latency_s, below: 5}}", "c.yaml:1:40: indicator: unknown indicator 'p95_latency_s' (did you mean 'p95_latency_ms'?)"},
        {"slos: {l: {indicator: p20_latency_ms, below: 5}}", "c.yaml:1:40: indicator: no quantile to promise: 'p20_latency_ms' (p50_latency_ms to p99.9_latency_ms)"},
        {"slos: {l: {indicator: p95_latency_ms, below: 300ms}}", "c.yaml:1:63: below: expected a number, found '300ms' (write 300: it is in milliseconds)"},
        {"slos: {l: {indicator: freshness, below: 5m}}", "c.yaml:1:58: below: expected a number, found '5m' (write 300: it is in seconds)"},
        {"slos: {l: {indicator: p95_latency_ms, below: 0}}", "c.yaml:1:63: below: a latency in milliseconds has to be above 0 (such as 300)"},
        {"slos: {l: {indicator: error_ratio, below: 5}}", "c.yaml:1:60: below: an error ratio lies above 0 and at most at 1 (such as 0.01 or 1%)"},
        {"slos: {l: {indicator: error_ratio, below: 5%, metric: m}}", "c.yaml:1:72: metric: only for 'indicator: metric' or 'freshness' (remove it, or change the indicator)"},
        {"slos: {l: {indicator: metric, below: 5, resource: db}}", "c.yaml:1:40: indicator: a metric needs 'metric' beside it"},
        {"slos: {l: {indicator: metric, below: 5, resource: dc, metric: m}}", "c.yaml:1:68: resource: unknown resource 'dc' (did you mean 'db'? Else add it under resources: dc: {})"},
        {"slos: {l: {indicator: error_ratio, below: 5%, window: 15s}}", "c.yaml:1:72: window: 15s is not a whole number of slots of 10s (write 20s, or change slots.length)"},
        {"slos: {l: {indicator: error_ratio, below: 5%, objective: 100}}", "c.yaml:1:75: objective: out of range (above 0 and below 1, such as 99.5%)"},
        {"time_zone: Europe/Berlin, slos: {l: {indicator: error_ratio, below: 5%, corrections: [{start: 2026-03-29T02:30, end: 2026-03-29T03:30, exclude: true, author: a, reason: r}]}}",
         "c.yaml:1:135: end: is not after start (clocks go forward then: 2026-03-29T02:30 does not exist and is taken as 03:30)"},
        {"slos: {l: {indicator: error_ratio, below: 5%, period: 5m}}", "c.yaml:1:72: period: 5m is out of range (1h to 366d)"},
    }));
    CAPTURE(c.text);
    CHECK(problems_of("services: {web: {" + std::string(c.text) + "}, ledger: {}, mail: {}}\nresources: {db: {}}\n") == (c.problem == nullptr ? Texts{} : Texts{c.problem}));
}

TEST_CASE("cycles of calls are found wherever they begin") {
    const char* text = "services:\n  a: {calls: [b]}\n  b: {calls: [c, d]}\n  c: {calls: [{a: {asynchronous: true}}]}\n  d: {calls: [e]}\n  e: {calls: [b]}\n";
    CHECK(problems_of(text) ==
          Texts{"c.yaml:6:15: calls: services wait for each other: b -> d -> e -> b (mark the call that nobody waits for: {b: {asynchronous: true}})"});
    CHECK(problems_of("services:\n  a: {calls: [b, c]}\n  b: {calls: [d]}\n  c: {calls: [d]}\n  d: {}\n").empty());
}

TEST_CASE("a cycle check of a long chain needs no deep stack") {
    std::string text = "services:\n";
    for (int i = 0; i < 5000; ++i) text += "  s" + std::to_string(i) + ": {calls: [s" + std::to_string((i + 1) % 5000) + "]}\n";
    CHECK(problems_of(text).size() == 1);
}

TEST_CASE("resources") {
    struct Case {
        const char* text;  // of resource db
        const char* problem;
    };
    const auto c = GENERATE(values<Case>({
        {"service: wbe", "c.yaml:1:27: service: unknown service 'wbe' (did you mean 'web'? Else add it under services: wbe: {})"},
        {"kind: cpus", "c.yaml:1:24: kind: 'cpus' is not known (did you mean 'cpu'?)"},
        {"match: {resource: '^a(b'}",
         "c.yaml:1:36: resource: not a regular expression, at character 3: a parenthesis is not closed, or closed without being opened (ECMAScript syntax; a backslash makes the next character plain)"},
        {"match: {}", "c.yaml:1:25: match: matches every metric (write match: {resource: '^name$'}, or leave it out to match by name)"},
        {"match: {pod: x}", "c.yaml:1:26: unknown key 'pod' (one of resource, host, service, metric, labels, from, to)"},
        {"match: {labels: {app: '^a(b'}}", "c.yaml:1:34: labels: 'app' is not a regular expression, at character 3: a parenthesis is not closed, or closed without being opened (ECMAScript syntax; a backslash makes the next character plain)"},
        {"match: {labels: {app: ''}}", "c.yaml:1:34: labels: an empty expression for 'app' matches everything (write '^value$', or '.' for any)"},
        {"match: {host: ''}", "c.yaml:1:32: host: an empty expression matches everything (write '^name$', or leave the key out)"},
        {"metrics: {cpu: {limit: 0}}", "c.yaml:1:41: limit: 0 is out of range (a number above 0)"},
        {"metrics: {cpu: {limt: 3}}", "c.yaml:1:34: unknown key 'limt' (did you mean 'limit'?)"},
        {"metrics: [cpu]", "c.yaml:1:27: metrics: expected section for each name, found a list"},
        {"scaling: {min: 5, max: 2}", "c.yaml:1:33: min: is above max (swap them)"},
        {"scaling: {target_utilization: 140%}", "c.yaml:1:48: target_utilization: out of range (above 0 and at most 1, such as 70%)"},
        {"scaling: {automatic: maybe}", "c.yaml:1:39: automatic: expected true or false, found 'maybe' (true or false)"},
    }));
    CAPTURE(c.text);
    CHECK(problems_of("resources: {db: {" + std::string(c.text) + "}}\nservices: {web: {}}\n") == Texts{c.problem});
}

TEST_CASE("the calendar") {
    struct Case {
        const char* text;  // of one entry
        const char* problem;
    };
    const auto c = GENERATE(values<Case>({
        {"start: 2026-11-27", "c.yaml:1:12: 'name' is missing (Stands in warnings.)"},
        {"name: x", "c.yaml:1:12: start: is missing (write start: 2026-11-27T00:00:00Z, every: sunday 02:00-04:00, or monthly: 25)"},
        {"name: x, start: friday", "c.yaml:1:29: start: 'friday' is no time (such as 2026-11-27T00:00:00Z, 2026-11-27T01:00:00+01:00 or 2026-11-27)"},
        {"name: x, start: 2026-11-27, end: 2026-11-27", "c.yaml:1:46: end: is not after start"},
        {"name: x, time_zone: Europe/Berlin, start: 2026-03-29T02:30, end: 2026-03-29T03:30", "c.yaml:1:78: end: is not after start (clocks go forward then: 2026-03-29T02:30 does not exist and is taken as 03:30)"},
        {"name: x, monthly: 32", "c.yaml:1:31: monthly: 32 is out of range (1 to 31)"},
        {"name: x, monthly: 5, end: 2026-11-27", "c.yaml:1:39: end: 'monthly' stands instead of start and end (keep one of them)"},
        {"name: x, every: sundays", "c.yaml:1:29: every: 'sundays' is no time that comes again (such as sunday 02:00-04:00, workday, day 23:30-01:00 or last friday)"},
        {"name: x, every: sunday 02:00-25:00", "c.yaml:1:29: every: 'sunday 02:00-25:00' is no time that comes again (such as sunday 02:00-04:00, workday, day 23:30-01:00 or last friday)"},
        {"name: x, every: [sunday 02:00-04:00, last friday]", nullptr},
        {"name: x, every: sunday, monthly: 5", "c.yaml:1:46: monthly: 'every' stands instead of it (keep one of them)"},
        {"name: x, start: 2026-11-27, kind: sale", "c.yaml:1:47: kind: 'sale' is not known (one of campaign, priority, maintenance, holiday)"},
        {"name: x, start: 2026-11-27, services: [wbe]", "c.yaml:1:51: services: unknown service 'wbe' (did you mean 'web'? Else add it under services: wbe: {})"},
        {"name: x, start: 2026-11-27, resources: [db]", nullptr},
        {"name: x, start: 2026-11-27, end: 2026-11-28, services: [web], value_target: 0", "c.yaml:1:89: value_target: 0 is out of range (a number above 0)"},
        {"name: x, start: 2026-11-27, services: [web], value_target: 5", "c.yaml:1:72: value_target: has no end until which it is to come (write end)"},
        {"name: x, start: 2026-11-27, end: 2026-11-28, value_target: 5", "c.yaml:1:72: value_target: is of no services (name under 'services' those whose transactions bring it, without those that they call)"},
        {"name: x, kind: priority, monthly: 5, services: [web], value_target: 5", "c.yaml:1:81: value_target: only a campaign has one (remove it, or write kind: campaign)"},
        {"name: x, monthly: 5, services: [web], value_target: 5", nullptr},
        {"name: x, start: 2026-11-27, expected_ratio: 0", "c.yaml:1:57: expected_ratio: 0 is out of range (a number above 0)"},
    }));
    CAPTURE(c.text);
    const Texts found = problems_of("calendar: [{" + std::string(c.text) + "}]\nservices: {web: {}}\n");
    CHECK(found == (c.problem == nullptr ? Texts{} : Texts{c.problem}));
}

TEST_CASE("a file that is not there, and a folder") {
    const auto missing = load_config("no/such/file.yaml");
    REQUIRE_FALSE(missing.ok());
    CHECK(missing.problems().front().text().starts_with("no/such/file.yaml: cannot read no/such/file.yaml: No such file"));
    CHECK(check_config({".", "no/such/file.yaml", "no/such/file.yaml"}).size() == 2);
}
