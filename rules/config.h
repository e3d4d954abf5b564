// The whole configuration as plain structs: what to run, on which model, from where, to where (DESIGN 4.3).
// Made by load_config, then read-only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/plan/model.h"
#include "engine/plan/options.h"
#include "engine/plan/rule.h"
#include "rules/secrets.h"

namespace foreshock {

using Properties = std::map<std::string, SecretText>;  // librdkafka properties, HTTP headers

enum class KafkaStartRule : uint8_t { committed, earliest, latest, time };
enum class KafkaFetchWay : uint8_t { client, direct };

struct KafkaSourceConfig {
    std::string brokers;
    std::vector<std::string> topics;
    std::string group;  // the app's name unless written
    KafkaStartRule start = KafkaStartRule::committed;
    EventTime start_time{};  // start == time only
    KafkaFetchWay fetch = KafkaFetchWay::client;
    Properties properties;
};
struct FileSourceConfig {
    std::vector<std::string> paths;  // "-": standard input
};
using SourceConfig = std::variant<KafkaSourceConfig, FileSourceConfig>;

struct KafkaOutputConfig {
    std::string brokers, topic;
    Properties properties;
    bool exactly_once = false;  // never of dead letters
    bool suppressed = false;    // also what maintenance keeps back; of outputs
};
struct AlertmanagerConfig {
    std::vector<SecretText> urls;  // every member of the cluster
    Properties headers;
    std::string ca_file;
    Micros timeout = std::chrono::seconds{10};
};
struct WebhookConfig {
    SecretText url;
    Properties headers;
    std::string ca_file;
    Micros timeout = std::chrono::seconds{10};
    Micros retry_for = std::chrono::hours{24};
    bool suppressed = false;    // also what maintenance keeps back
};
struct FileOutputConfig {
    std::string path;
};
enum class StdoutForm : uint8_t { sentence, json };
struct StdoutConfig {
    StdoutForm form = StdoutForm::sentence;
};
using OutputConfig = std::variant<KafkaOutputConfig, AlertmanagerConfig, WebhookConfig, FileOutputConfig, StdoutConfig>;
using DeadLetterConfig = std::variant<FileOutputConfig, KafkaOutputConfig>;
using AdviceConfig = std::variant<FileOutputConfig, KafkaOutputConfig>;

struct StateConfig {
    std::string directory;  // empty: in memory only
    Micros checkpoint_every = std::chrono::seconds{5};
};
enum class ScaleOut : uint8_t { none, kafka };
enum class InstanceRole : uint8_t { both, ingest, correlate };
// Of a run in several processes.
struct InstancesConfig {
    InstanceRole role = InstanceRole::both;
    uint32_t shares = 8;   // into which the model is cut: partitions of the internal topics
    uint32_t standby = 0;  // 1: whoever decides follows the state of all shares, to take them over at once
};
struct ShadowConfig {
    std::string file;  // empty: nothing is kept
};
struct ReloadConfig {
    Micros watch_every = std::chrono::seconds{2};  // 0: files are not watched
};
struct HttpConfig {
    std::string host;  // empty: nothing is served
    uint16_t port = 0;  // 0: any free one
};
enum class LogThreshold : uint8_t { debug, info, warning, error };
struct LogConfig {
    LogThreshold level = LogThreshold::info;
    bool json = false;
};

struct Config {
    std::string file;  // as given to load_config
    EngineOptions engine;  // engine.app is the app
    Model model;           // its hash covers everything that can change a warning, and nothing else
    std::vector<SourceConfig> sources;
    std::vector<OutputConfig> outputs;
    std::optional<AdviceConfig> advice;
    std::optional<DeadLetterConfig> dead_letter;
    StateConfig state;
    ScaleOut scale_out = ScaleOut::none;
    InstancesConfig instances;
    ShadowConfig shadow;
    ReloadConfig reload;
    HttpConfig http;
    LogConfig log;
    uint32_t workers = 0;  // 0: all cores
    RulePlan rules;        // the user's
    std::vector<std::string> rule_patterns;  // paths of their files, with * and ?
    std::vector<std::string> model_files;
    Diagnostics doubts;    // legal, but hardly meant: `check` ends with 1
    std::map<std::string, Diagnostic> places;  // where in the files: "services.web", "resources.db-1.match[0]"; no message
    Diagnostics notices;   // worth a word, and no mistake
};

// Reads a configuration and the model files that it names; relative paths start at the folder of the file that names them.
// A file that holds only a model is a legal configuration. Problems: all of them at once, with places and hints.
Result<Config> load_config(const std::string& path);
// The same for a text; `file_name` stands in messages, and its folder is where relative paths start.
Result<Config> load_config_text(std::string_view text, const std::string& file_name);

// The files that the configuration is made of, by now: itself, the model's, and those that fit the patterns of rules.
std::vector<std::string> files_of(const Config& config);

// All problems of all configurations, each once; for the command `check`.
Diagnostics check_config(const std::vector<std::string>& paths);

// The program's part as it is in force, as YAML, and the model by its hash and size. Secrets stand as they were referred to,
// or as ***.
std::string dump_config(const Config& config);

}  // namespace foreshock
