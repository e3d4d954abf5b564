// The commands of the program, each with its options; every one returns an exit code of exit_codes.h.
// Results go to standard output, logs and progress to standard error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace foreshock {

struct CommonOptions {
    bool json = false;  // results in a form for programs
    std::string log_level;  // empty: as configured
    bool log_json = false;
    unsigned workers = 0;   // 0: as configured, else all cores
};

struct RunOptions : CommonOptions {
    std::string config;
    bool until_end = false;
};
int run_command(const RunOptions& options);

struct TopicsOptions : CommonOptions {
    std::string config;
    int replication = -1;  // as the cluster has it
};
int topics_create_command(const TopicsOptions& options);

struct ReplayOptions : CommonOptions {
    std::string config;
    std::vector<std::string> inputs;
    std::string from, to;
    double speed = 0;
    std::string warnings, advice, signals, report, dead_letters;
    std::string features, features_from;
    double features_every = 10;  // seconds of event time
};
int replay_command(const ReplayOptions& options);

struct WhatIfOptions : CommonOptions {
    std::string config;
    std::vector<std::string> inputs;
    std::string from, to;
    std::string service, campaign, resource, until;
    std::optional<double> demand, units;
};
int what_if_command(const WhatIfOptions& options);

struct ReportSloOptions : CommonOptions {
    std::string config;
    std::vector<std::string> inputs;
    std::string from, to;
    std::string csv, html;  // files to write; empty: none
};
int report_slo_command(const ReportSloOptions& options);

struct ReportCostOptions : CommonOptions {
    std::string config;
    std::vector<std::string> inputs;
    std::string from, to;
    std::string csv;  // file to write; empty: none
};
int report_cost_command(const ReportCostOptions& options);

struct ReportShadowOptions : CommonOptions {
    std::string config;
    std::vector<std::string> inputs;  // recorded events to replay; empty: the record of the running program
};
int report_shadow_command(const ReportShadowOptions& options);

struct ExplainOptions {
    bool json = false;
    std::string id;       // the whole, a beginning that only one warning has, or the id of a CloudEvent, which names its revision
    std::string config;   // of the running program, or of one that wrote files
    std::string url;      // of the running program; empty: as configured
    std::vector<std::string> warnings;  // files of warnings; empty: as configured
    uint32_t revision = 0;              // 0: as it stands now where a program answers, else as it was opened
};
int explain_command(const ExplainOptions& options);

struct ModelImportOptions {
    std::string file;
    std::string format = "auto";  // auto, openslo, cmdb
};
int model_import_command(const ModelImportOptions& options);

struct ModelLearnOptions : CommonOptions {
    std::string config;
    std::vector<std::string> inputs;
};
int model_learn_command(const ModelLearnOptions& options);

struct LearnOptions : CommonOptions {
    std::string config;
    std::vector<std::string> inputs;
    std::string from, to;
    std::string output;  // file to write; empty: standard output
};
int learn_command(const LearnOptions& options);

struct StateOptions {
    std::string directory;
    bool json = false;
};
int state_ls_command(const StateOptions& options);
int state_dump_command(const StateOptions& options);
int state_verify_command(const StateOptions& options);
int state_compact_command(const StateOptions& options);

struct CheckOptions : CommonOptions {
    std::vector<std::string> configs;
    std::string sample;
    bool reference = false, dump = false;
};
int check_command(const CheckOptions& options);

struct DemoOptions : CommonOptions {
    std::string recording = "tests/recordings/flash_sale";
    bool serve = true;  // with a terminal: keep serving afterwards
};
int demo_command(const DemoOptions& options);

struct GenerateOptions : CommonOptions {
    uint64_t events = 1'000'000;
    uint32_t services = 50;
    double rate = 300;  // transactions per second and service
    uint64_t seed = 42;
    std::string start = "2026-11-20T09:00:00Z";
    std::string output;   // directory for JSON lines; empty: to Kafka
    std::string brokers, codec = "lz4";
    bool live = false;       // events as time passes, from now on
    uint32_t resources = 8, metrics_every = 1, campaigns = 4, most_late_ms = 2000;
    std::string transactions_topic = "transactions", capacity_topic = "capacity";
};
int generate_command(const GenerateOptions& options);

struct BenchOptions : CommonOptions {
    std::string config;             // empty: a company that is made up
    uint32_t services = 50, resources = 8, campaigns = 4, partitions = 8;
    double rate = 300;              // transactions per second and service, for the stages
    uint64_t events = 1'000'000;    // of the whole job
    int slots = 400;                // of usual demand, for the deciding stages
    std::vector<std::string> only;  // events, slots, job; empty: all
    std::string folder;             // for files and state; empty: the temporary folder
};
int bench_command(const BenchOptions& options);

}  // namespace foreshock
