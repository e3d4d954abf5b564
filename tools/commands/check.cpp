#include <algorithm>
#include <cstdio>
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
            return Done{};
        });
    }

    std::vector<SampledName> names() const {
        std::vector<SampledName> all;
        for (const std::string& text : metrics_) {
            const MetricInstanceName n = MetricInstanceName::split(text);
            all.push_back({std::string(n.service), std::string(n.resource), std::string(n.metric), std::string(n.host)});
        }
        for (const std::string& service : services_) all.push_back({service, {}, {}, {}});
        for (const std::string& text : events_) {
            const OccurrenceName n = OccurrenceName::split(text);
            all.push_back({std::string(n.service), std::string(n.resource), {}, {}, std::string(n.name)});
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
            services_.insert(shared_.text(NameSpace::service, e.service));
        }
    }

    SharedNames shared_;
    NativeJsonDecoder decoder_;
    std::set<std::string> services_, metrics_, events_;
};

int check_against_sample(const std::string& config_path, const std::string& sample_path) {
    const auto config = load_config(config_path);
    if (!config) return print(config.problems()), kWrongUsage;
    Sample sample(config.value());
    if (Status s = sample.read(sample_path); !s) return print(s.problems()), kOutsideFailed;
    const Diagnostics unmet = check_sample(config.value(), sample.names());
    print(unmet);
    return unmet.empty() ? kFine : kDidNotHold;
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
    const Diagnostics problems = check_config(o.configs);
    if (!problems.empty()) return print(problems), kWrongUsage;
    int result = kFine;
    for (const std::string& path : o.configs) {
        const auto config = load_config(path);
        if (config) {
            for (Diagnostic d : config.value().notices) {
                d.message = "notice: " + d.message;
                print({d});
            }
        }
        int held = o.sample.empty() ? kFine : check_against_sample(path, o.sample);
        if (config && !config.value().doubts.empty()) print(config.value().doubts), held = std::max(held, static_cast<int>(kDidNotHold));
        result = std::max(result, held);
        if (o.dump) std::fputs(dump_config(config.value()).c_str(), stdout);
        else if (held == kFine) std::printf("%s: fine\n", path.c_str());
    }
    return result;
}

}  // namespace foreshock
