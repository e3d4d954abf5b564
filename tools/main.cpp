// Command line: names, help texts and defaults of every command; what they do is in commands/.
#include <CLI/CLI.hpp>

#include <unistd.h>

#include <cstdio>

#include "connectors/kafka/kafka_conf.h"
#include "foreshock_version.h"
#include "tools/commands/commands.h"
#include "tools/commands/generate_scenario.h"
#include "tools/commands/test.h"
#include "tools/exit_codes.h"
#include "tools/generate/workload.h"

namespace {

using namespace foreshock;

void add_common(CLI::App& command, CommonOptions& o) {
    command.add_flag("--json", o.json, "results as JSON, for programs");
    command.add_option("--log-level", o.log_level, "debug, info, warning or error")->check(CLI::IsMember({"debug", "info", "warning", "error"}));
    command.add_flag("--log-json", o.log_json, "log lines as JSON");
    command.add_option("--workers", o.workers, "threads that read and decode; 0: one a core");
}

// What the chosen command returned; main gives it to the shell.
int g_exit_code = kFine;

template <class Options>
Options& add_command(CLI::App& app, CLI::App*& command, const char* name, const char* text, int (*run)(const Options&)) {
    static Options options;
    command = app.add_subcommand(name, text);
    command->callback([run] { g_exit_code = run(options); });
    return options;
}

// Which events of the past: of commands that take the configured sources without --input.
template <class Options>
void add_past(CLI::App& command, Options& o) {
    command.add_option("--input", o.inputs, "JSON lines, plain, gzip or zstd; several are merged by event time; without it the configured sources");
    command.add_option("--from", o.from, "leave out events before this time (RFC 3339)");
    command.add_option("--to", o.to, "leave out events from this time on (RFC 3339)");
}

void add_run(CLI::App& app) {
    CLI::App* c = nullptr;
    auto& o = add_command<RunOptions>(app, c, "run", "Reads live from the configured sources and warns until it is stopped.", run_command);
    add_common(*c, o);
    c->add_option("CONFIG", o.config, "configuration file")->required();
    c->add_flag("--until-end", o.until_end, "stop at the end offsets found at the start, and print totals as one JSON object");
}

void add_topics(CLI::App& app) {
    CLI::App* topics = app.add_subcommand("topics", "Topics of a run in several processes (scale_out: kafka).");
    topics->require_subcommand(1);
    CLI::App* c = nullptr;
    auto& o = add_command<TopicsOptions>(*topics, c, "create", "Makes them with the settings that they need; those that are there stay as they are.", topics_create_command);
    add_common(*c, o);
    c->add_option("CONFIG", o.config, "configuration file")->required();
    c->add_option("--replication", o.replication, "copies of each partition; else as the cluster has it")->check(CLI::PositiveNumber);
}

void add_replay(CLI::App& app) {
    CLI::App* c = nullptr;
    auto& o = add_command<ReplayOptions>(app, c, "replay", "The same engine over recorded events: says what it would have said. Never sends to the configured outputs.",
                                         replay_command);
    add_common(*c, o);
    c->add_option("CONFIG", o.config, "configuration file, or a service model alone")->required();
    c->add_option("--input", o.inputs, "JSON lines, plain, gzip or zstd; several are merged by event time; - is standard input");
    c->add_option("--from", o.from, "leave out events before this time (RFC 3339)");
    c->add_option("--to", o.to, "leave out events from this time on (RFC 3339)");
    c->add_option("--speed", o.speed, "so many times as fast as it happened; 0: as fast as it goes")->check(CLI::NonNegativeNumber);
    c->add_option("--warnings", o.warnings, "write warnings as CloudEvents, one a line, to this file");
    c->add_option("--advice", o.advice, "write capacity advice as CloudEvents, one a line, to this file");
    c->add_option("--signals", o.signals, "write spikes, drops and pressures, one JSON object a line, to this file");
    c->add_option("--features", o.features, "write what the learned decision sees of every promise, as CSV, to this file");
    c->add_option("--features-from", o.features_from, "from this event time on (RFC 3339)");
    c->add_option("--features-every", o.features_every, "a row at most every so many seconds of event time")->check(CLI::PositiveNumber);
    c->add_option("--report", o.report, "write a self-contained HTML report to this file");
    c->add_option("--dead-letters", o.dead_letters, "write records that could not be used to this file");
}

void add_what_if(CLI::App& app) {
    CLI::App* c = nullptr;
    auto& o = add_command<WhatIfOptions>(app, c, "whatif", "Which resource breaks first at another demand, when, what keeps it, and what that costs: from what a past has taught.",
                                         what_if_command);
    add_common(*c, o);
    c->add_option("CONFIG", o.config, "configuration file, or a service model alone")->required();
    c->add_option("--service", o.service, "whose demand changes, and with it that of all it calls");
    c->add_option("--demand", o.demand, "as a multiple of what is usual at the time: 3")->check(CLI::NonNegativeNumber);
    c->add_option("--campaign", o.campaign, "instead: a campaign of the calendar, with its services, its time and the ratio it announces");
    c->add_option("--resource", o.resource, "also, or instead: a resource that gets other units");
    c->add_option("--units", o.units, "by so many scaling units: -1 is one fewer");
    c->add_option("--until", o.until, "look so far ahead: a time (RFC 3339) or 6h; else to the end of the campaign, or for a day. At most a week");
    c->add_option("--input", o.inputs, "JSON lines, plain, gzip or zstd; several are merged by event time; without it the configured sources");
    c->add_option("--from", o.from, "leave out events before this time (RFC 3339)");
    c->add_option("--to", o.to, "leave out events from this time on (RFC 3339): the question is asked then");
}

void add_report(CLI::App& app) {
    CLI::App* report = app.add_subcommand("report", "Says how the past stood against what was promised, what it cost, and what shadow rules would have said.");
    report->require_subcommand(1);
    CLI::App* c = nullptr;
    auto& o = add_command<ReportSloOptions>(*report, c, "slo", "Objectives, what is left of their budgets, burn rates and corrections, counted from recorded events.", report_slo_command);
    add_common(*c, o);
    c->add_option("CONFIG", o.config, "configuration file, or a service model alone")->required();
    add_past(*c, o);
    c->add_option("--csv", o.csv, "write one row an objective to this file");
    c->add_option("--html", o.html, "write a self-contained page to this file");
    CLI::App* cost = nullptr;
    auto& x = add_command<ReportCostOptions>(*report, cost, "cost", "What a transaction of each service uses of each resource, and what a thousand of them cost, from learned responses.",
                                             report_cost_command);
    add_common(*cost, x);
    cost->add_option("CONFIG", x.config, "configuration file, or a service model alone; `cost_per_hour` of scaling units makes use a cost")->required();
    add_past(*cost, x);
    cost->add_option("--csv", x.csv, "write one row for each service and resource to this file");
    CLI::App* shadow = nullptr;
    auto& s = add_command<ReportShadowOptions>(*report, shadow, "shadow", "What shadow rules would have sent: by the record of the run, or on recorded events.",
                                               report_shadow_command);
    add_common(*shadow, s);
    shadow->add_option("CONFIG", s.config, "configuration file")->required();
    shadow->add_option("--input", s.inputs, "recorded events to replay instead of reading the record of the run");
}

void add_explain(CLI::App& app) {
    CLI::App* c = nullptr;
    auto& o = add_command<ExplainOptions>(app, c, "explain", "Every number that led to a warning, and what would come without each of its causes.", explain_command);
    c->add_option("ID", o.id, "of the warning, its beginning, or the id of one of its CloudEvents")->required();
    c->add_option("CONFIG", o.config, "configuration: asks the program that runs with it, else reads the files that it writes");
    c->add_option("--url", o.url, "asks the program that runs there, like http://127.0.0.1:8080");
    c->add_option("--warnings", o.warnings, "warnings as CloudEvents, one a line, plain, gzip or zstd; - is standard input");
    c->add_option("--revision", o.revision, "this one, instead of how it stands now or how it was opened");
    c->add_flag("--json", o.json, "the warning as it was said, for programs");
}

void add_model(CLI::App& app) {
    CLI::App* model = app.add_subcommand("model", "Makes service models from what is written down elsewhere.");
    model->require_subcommand(1);
    CLI::App* c = nullptr;
    auto& o = add_command<ModelImportOptions>(*model, c, "import", "Prints a service model made of OpenSLO v1 documents or of the CSV of a CMDB; what is left out is said on standard error.",
                                              model_import_command);
    c->add_option("FILE", o.file, "OpenSLO documents, or CSV; - for standard input")->required();
    c->add_option("--format", o.format, "openslo, cmdb, or auto: by the name of the file, else its first line")->capture_default_str()->check(CLI::IsMember({"auto", "openslo", "cmdb"}));
    auto& l = add_command<ModelLearnOptions>(*model, c, "learn", "Proposes calls and carriers from what moves together in a history, as lines to review. Changes nothing.",
                                             model_learn_command);
    add_common(*c, l);
    c->add_option("CONFIG", l.config, "configuration file, or a service model alone")->required();
    c->add_option("--input", l.inputs, "JSON lines, plain, gzip or zstd; without it the configured sources");
}

void add_learn(CLI::App& app) {
    CLI::App* c = nullptr;
    auto& o = add_command<LearnOptions>(app, c, "learn", "Fits the odds and intervals of warnings to a deployment's own history, as lines for its configuration. Sends nothing.",
                                        learn_command);
    add_common(*c, o);
    c->add_option("CONFIG", o.config, "configuration file, or a service model alone")->required();
    add_past(*c, o);
    c->add_option("--output", o.output, "write the lines to this file instead of standard output");
}

void add_state(CLI::App& app) {
    CLI::App* state = app.add_subcommand("state", "Looks into the state folder of a run: what it holds, whether it is whole.");
    state->require_subcommand(1);
    const auto add = [&](const char* name, const char* text, int (*run)(const StateOptions&), StateOptions& o) {
        CLI::App* c = state->add_subcommand(name, text);
        c->callback([run, &o] { g_exit_code = run(o); });
        c->add_option("DIR", o.directory, "folder of state.directory")->required();
        c->add_flag("--json", o.json, "results as JSON, for programs");
    };
    static StateOptions ls, dump, verify, compact;
    add("ls", "Lists the checkpoint: whose it is, up to when it has decided, positions, parts and their sizes.", state_ls_command, ls);
    add("dump", "Prints what the checkpoint says: positions and clocks, open slots, open warnings, what waits for receivers.", state_dump_command, dump);
    add("verify", "Reads every byte and compares checksums, RocksDB's and those of the parts; 1 when something is damaged. Changes nothing.",
        state_verify_command, verify);
    add("compact", "Drops what later checkpoints have replaced.", state_compact_command, compact);
}

void add_check(CLI::App& app) {
    CLI::App* c = nullptr;
    auto& o = add_command<CheckOptions>(app, c, "check", "Reads configurations and names every problem with its place.", check_command);
    add_common(*c, o);
    c->add_option("CONFIG", o.configs, "configuration files");
    c->add_option("--sample", o.sample, "recorded events: also name matchers that match nothing in them");
    c->add_flag("--reference", o.reference, "print the reference of all configuration keys");
    c->add_flag("--dump", o.dump, "print the configuration as it is in force");
}

void add_test(CLI::App& app) {
    CLI::App* c = nullptr;
    auto& o = add_command<TestOptions>(app, c, "test", "Runs scenarios: events in, expected output out.", test_command);
    c->add_option("FILE", o.files, "scenario files, or folders with scenarios in them")->required();
    c->add_flag("--update", o.update, "rewrite expectations that do not hold; review the difference");
    c->add_flag("--all-modes", o.all_modes, "also with many workers, small batches, shuffled, with RocksDB, stopped and killed on the way");
    c->add_flag("--trace", o.trace, "print every promise's forecast and every rule that holds in every slot, on standard error");
    c->add_option("--filter", o.filter, "only scenarios whose file or name has this text in it");
    c->add_option("--coverage", o.coverage, "configuration whose rules should all be tested, beside those of the scenarios");
    c->add_option("--coverage-json", o.coverage_json, "write which rules are covered to this file");
    c->add_option("--least-coverage", o.least_coverage, "share of rules that has to be covered, 0 to 1; below it the exit code is 1")->check(CLI::Range(0.0, 1.0));
    c->add_option("--junit", o.junit, "write JUnit's XML to this file");
}

void add_demo(CLI::App& app) {
    CLI::App* c = nullptr;
    auto& o = add_command<DemoOptions>(app, c, "demo", "Plays a recorded overload through Kafka's protocol and shows the warnings.", demo_command);
    add_common(*c, o);
    c->add_option("--recording", o.recording, "folder with model.yaml, history.jsonl.zst and events.jsonl.zst")->capture_default_str();
    c->add_flag("!--no-serve", o.serve, "end after the totals even on a terminal");
}

void add_bench(CLI::App& app) {
    CLI::App* c = nullptr;
    auto& o = add_command<BenchOptions>(app, c, "bench", "Measures this machine: what each stage costs, and the whole job from a file. Needs no broker, and reads no source.", bench_command);
    add_common(*c, o);
    c->add_option("CONFIG", o.config, "configuration, or a service model alone: measured with its services, rules, slots and bounds, on generated events");
    c->add_option("--services", o.services, "services of the company that is made up without CONFIG")->capture_default_str()->check(CLI::Range(10, 1000000));
    c->add_option("--resources", o.resources, "resources of each")->capture_default_str()->check(CLI::Range(1u, Workload::kMostResources));
    c->add_option("--campaigns", o.campaigns, "different campaigns in the transactions")->capture_default_str()->check(CLI::PositiveNumber);
    c->add_option("--partitions", o.partitions, "that the events come from")->capture_default_str()->check(CLI::Range(1, 100000));
    c->add_option("--rate", o.rate, "transactions a second and service, for the stages up to the slot")->capture_default_str()->check(CLI::PositiveNumber);
    c->add_option("--events", o.events, "of the whole job; a fifth of them for the stages")->capture_default_str()->check(CLI::Range(5000ull, 1000000000ull));
    c->add_option("--slots", o.slots, "of usual demand, for the deciding stages; from 400 on a rise follows")->capture_default_str()->check(CLI::Range(10, 1000000));
    c->add_option("--only", o.only, "events, slots, job: these parts only")->delimiter(',')->check(CLI::IsMember({"events", "slots", "job"}));
    c->add_option("--folder", o.folder, "where the file of events and the state go for the time; else the temporary folder");
}

void add_generate_scenario(CLI::App& generate) {
    CLI::App* c = nullptr;
    auto& o = add_command<GenerateScenarioOptions>(
        generate, c, "scenario", "Simulates a map of services under load: model, history, events, and the truth about every breach.", generate_scenario_command);
    c->add_option("--kind", o.kind, "name of a kind, random, at_limit, still, held_out, or list to print all of them")->capture_default_str();
    c->add_option("--breadth", o.breadth, "planned, broad or mixed: how much is left to chance")->capture_default_str();
    c->add_option("--seed", o.seed, "the same seed gives the same bytes")->capture_default_str();
    c->add_option("--count", o.count, "how many, with seeds one after the other")->capture_default_str();
    c->add_option("--output", o.output, "folder that gets a folder for each");
    c->add_option("--live-minutes", o.live_minutes, "length of the single events")->capture_default_str();
    c->add_option("--history-hours", o.history_hours, "length of the minute rows before them")->capture_default_str();
    c->add_flag("--json", o.json, "results as JSON, for programs");
}

void add_generate(CLI::App& app) {
    CLI::App* c = nullptr;
    auto& o = add_command<GenerateOptions>(app, c, "generate", "Makes events by the seed: transactions and capacity of many services, some of which spike and run out.",
                                           generate_command);
    add_common(*c, o);
    c->add_option("--events", o.events, "how many")->capture_default_str();
    c->add_option("--services", o.services, "how many services; every tenth spikes")->capture_default_str()->check(CLI::Range(1, 100000));
    c->add_option("--rate", o.rate, "transactions a second and service")->capture_default_str()->check(CLI::PositiveNumber);
    c->add_option("--seed", o.seed, "the same seed gives the same bytes")->capture_default_str();
    c->add_option("--start", o.start, "event time of the first event (RFC 3339)")->capture_default_str();
    c->add_option("--output", o.output, "folder for transactions.jsonl and capacity.jsonl");
    c->add_option("--brokers", o.brokers, "Kafka brokers to produce to (host:port,...)");
    c->add_option("--codec", o.codec, "none, lz4, zstd, gzip or snappy")->capture_default_str();
    c->add_option("--transactions-topic", o.transactions_topic, "topic of transactions")->capture_default_str();
    c->add_option("--capacity-topic", o.capacity_topic, "topic of metrics")->capture_default_str();
    c->add_option("--resources", o.resources, "resources of a service, with two metrics each")->capture_default_str()->check(CLI::Range(1u, Workload::kMostResources));
    c->add_option("--metrics-every", o.metrics_every, "seconds between two samples of a metric")->capture_default_str()->check(CLI::Range(1, 3600));
    c->add_option("--campaigns", o.campaigns, "different campaigns in the transactions")->capture_default_str()->check(CLI::PositiveNumber);
    c->add_option("--most-late-ms", o.most_late_ms, "longest time from an event until it arrives")->capture_default_str()->check(CLI::Range(300, 2000));
    c->add_flag("--live", o.live, "as time passes, from now on, instead of as fast as it goes");
    c->callback([c, &o] {
        if (c->get_subcommands().empty()) g_exit_code = generate_command(o);
    });
    add_generate_scenario(*c);
}

// Threads that still wait for a cluster use what would be taken down with the process: the TLS library, above all.
int end(int code) {
    if (!any_went_apart()) return code;
    std::fflush(nullptr);
    _exit(code);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Foreshock warns of a service-level breach before it happens: it joins what the business does with what the infrastructure can still take.",
                 "foreshock"};
    app.set_version_flag("--version", "foreshock " + std::string(kVersion));
    app.require_subcommand(1);
    app.footer("Exit codes: 0 fine, 1 a check or test did not hold, 2 wrong usage or configuration, 3 the outside failed.");
    add_run(app);
    add_topics(app);
    add_replay(app);
    add_explain(app);
    add_what_if(app);
    add_report(app);
    add_model(app);
    add_learn(app);
    add_state(app);
    add_check(app);
    add_test(app);
    add_generate(app);
    add_bench(app);
    add_demo(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        const int code = app.exit(e);
        return code == 0 ? kFine : kWrongUsage;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "foreshock: %s\n", e.what());
        return kOutsideFailed;
    }
    return end(g_exit_code);
}
