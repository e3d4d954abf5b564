#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "connectors/file/file_source.h"
#include "connectors/format/native_json.h"
#include "engine/run/shared_names.h"
#include "rules/config.h"
#include "rules/reference.h"
#include "rules/sample_check.h"
#include "tools/commands/commands.h"
#include "tools/commands/read_all.h"
#include "tools/commands/session.h"
#include "tools/exit_codes.h"
#include "tools/wiring.h"

namespace foreshock {

namespace {

using Json = nlohmann::ordered_json;

// What check found: mistakes, what is legal but hardly meant, what never meets an event of the sample, what is worth a word.
enum class Finding : uint8_t { error, doubt, unmet, notice };

// Findings go to standard error as they come, or to standard output as one JSON object.
class Findings {
public:
    explicit Findings(bool json) : json_(json) {}

    void add(Finding kind, Diagnostic d) {
        if (json_) {
            constexpr const char* kKinds[]{"error", "doubt", "unmet", "notice"};
            Json x{{"kind", kKinds[static_cast<size_t>(kind)]}, {"file", d.file}};
            if (d.line > 0) x["line"] = d.line;
            if (d.column > 0) x["column"] = d.column;
            x["message"] = d.message;
            if (!d.hint.empty()) x["hint"] = d.hint;
            all_.push_back(std::move(x));
        } else {
            if (kind == Finding::notice) d.message = "notice: " + d.message;
            print({d});
        }
    }
    void add(Finding kind, const Diagnostics& all) {
        for (const Diagnostic& d : all) add(kind, d);
    }
    int done(int code) const {
        if (json_) std::printf("%s\n", Json{{"fine", code == kFine}, {"findings", all_}}.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
        return code;
    }

private:
    bool json_;
    Json all_ = Json::array();
};

// The names that stand in the events of a file, each once.
class Sample {
public:
    explicit Sample(const Config& config) : shared_(config.engine.bounds), decoder_(decode_options(config), shared_) {}

    Status read(const std::string& path) {
        FileSource source({path});
        EventBatch events;
        return read_all(source, path, [&](const RecordBatch& records) -> Status {
            events.clear();
            decoder_.decode(records, events);
            for (const Event& e : events.events) add(e, events);
            records_ += records.records.size();
            bad_ += events.bad.size();
            if (first_bad_.message.empty() && !events.bad.empty()) first_bad_ = {path, static_cast<uint32_t>(events.bad[0].offset + 1), 0, events.bad[0].what, {}};
            return Done{};
        });
    }

    // The first record that is no event, and how many there are. Empty: none.
    Diagnostics unreadable() const {
        if (bad_ == 0) return {};
        Diagnostic d = first_bad_;
        d.message = std::to_string(bad_) + " of " + std::to_string(records_) + " records cannot be read, this one first: " + d.message;
        return {d};
    }

    std::vector<SampledName> names() const {
        std::vector<SampledName> all;
        for (const std::string& text : metrics_) {
            const MetricInstanceName n = MetricInstanceName::split(text);
            all.push_back({std::string(n.service), std::string(n.resource), std::string(n.metric), std::string(n.host)});
            for (const auto& [label, value] : n.labels) all.back().labels.emplace_back(label, value);
        }
        for (const auto& [service, has] : services_) all.push_back({.service = service, .resource = {}, .metric = {}, .host = {}, .valued = has.value, .timed = has.duration});
        for (const std::string& text : events_) {
            const OccurrenceName n = OccurrenceName::split(text);
            all.push_back({std::string(n.service), std::string(n.resource), {}, {}, std::string(n.name)});
            for (const auto& [label, value] : n.labels) all.back().labels.emplace_back(label, value);
        }
        return all;
    }

private:
    void add(const Event& e, const EventBatch& batch) {
        if (e.kind == EventKind::occurrence) {
            if (e.detail != kNameOverflow) events_.insert(shared_.text(NameSpace::occurrence, e.detail));
        } else if (e.kind == EventKind::metric) {
            const NameId id = batch.metrics[e.detail].instance;
            if (id != kNameOverflow) metrics_.insert(shared_.text(NameSpace::metric_instance, id));
        } else if (e.service != kNameOverflow) {
            Carried& has = services_[shared_.text(NameSpace::service, e.service)];
            has.value = has.value || e.value_micro != 0;
            has.duration = has.duration || e.has_latency || (e.kind == EventKind::summary && has_quantile(batch.summaries[e.detail]));
        }
    }

    static bool has_quantile(const Summary& s) { return std::max({s.p50_ms, s.p75_ms, s.p90_ms, s.p95_ms, s.p99_ms}) >= 0; }

    struct Carried {
        bool value = false, duration = false;
    };
    SharedNames shared_;
    NativeJsonDecoder decoder_;
    std::map<std::string, Carried> services_;
    std::set<std::string> metrics_, events_;
    size_t records_ = 0, bad_ = 0;
    Diagnostic first_bad_;
};

int check_against_sample(const Config& config, const std::string& path, Findings& findings) {
    Sample sample(config);
    if (const Status s = sample.read(path); !s) return findings.add(Finding::error, s.problems()), kOutsideFailed;
    const Diagnostics unreadable = sample.unreadable(), unmet = check_sample(config, sample.names());
    findings.add(Finding::unmet, unreadable);
    findings.add(Finding::unmet, unmet);
    return unreadable.empty() && unmet.empty() ? kFine : kDidNotHold;
}

}  // namespace

int check_command(const CheckOptions& o) {
    if (o.reference) {
        std::fputs(config_reference_markdown().c_str(), stdout);
        return kFine;
    }
    if (o.configs.empty()) {
        std::fprintf(stderr, "check: name at least one configuration (see foreshock check --help)\n");
        return kWrongUsage;
    }
    if (o.json && o.dump) {
        std::fprintf(stderr, "check: --dump is YAML: leave out --json\n");
        return kWrongUsage;
    }
    Findings findings(o.json);
    const Diagnostics problems = check_config(o.configs);
    findings.add(Finding::error, problems);
    if (!problems.empty()) return findings.done(kWrongUsage);
    int result = kFine;
    for (const std::string& path : o.configs) {
        const auto config = load_config(path);
        if (!config) return findings.add(Finding::error, config.problems()), findings.done(kWrongUsage);  // changed just now
        findings.add(Finding::notice, config.value().notices);
        int held = o.sample.empty() ? static_cast<int>(kFine) : check_against_sample(config.value(), o.sample, findings);
        findings.add(Finding::doubt, config.value().doubts);
        if (!config.value().doubts.empty()) held = std::max(held, static_cast<int>(kDidNotHold));
        result = std::max(result, held);
        if (o.dump) std::fputs(dump_config(config.value()).c_str(), stdout);
        else if (held == kFine && !o.json) std::printf("%s: fine\n", path.c_str());
    }
    return findings.done(result);
}

}  // namespace foreshock
