#include <cstdio>
#include <iostream>
#include <memory>

#include "connectors/file/file_dead_letter.h"
#include "connectors/file/warning_sink.h"
#include "connectors/format/native_json.h"
#include "engine/run/pipeline.h"
#include "state/memory_store.h"
#include "tools/commands/commands.h"
#include "tools/commands/past.h"
#include "tools/commands/session.h"
#include "tools/exit_codes.h"
#include "tools/log.h"
#include "tools/report/features_file.h"
#include "tools/report/html_report.h"
#include "tools/report/signals_file.h"
#include "tools/stop_signals.h"
#include "tools/summary.h"
#include "tools/wiring.h"

namespace foreshock {

namespace {

// Sinks, observers and dead letters that the command line asks for. Configured outputs are left alone: a replay of the
// past must reach nobody's pager.
struct ReplayOutputs {
    std::vector<std::unique_ptr<Sink>> sinks;
    std::vector<std::unique_ptr<Observer>> observers;
    std::unique_ptr<DeadLetterOutput> dead_letters;
    HtmlReport* report = nullptr;
    LeadTimes lead_times;
};

Status open_outputs(const ReplayOptions& o, const Config& config, ReplayOutputs& out) {
    const CloudEventContext context = cloud_event_context(config);
    if (!o.warnings.empty()) {
        auto file = FileSink::open(o.warnings, FileSink::Mode::truncate, context);
        if (!file) return file.problems();
        out.sinks.push_back(std::move(file.value()));
    } else if (!o.json) {
        out.sinks.push_back(std::make_unique<StdoutSink>(std::cout, StdoutSink::Form::sentence, context));
    }
    if (!o.signals.empty()) {
        auto file = SignalsFile::open(o.signals);
        if (!file) return file.problems();
        out.observers.push_back(std::move(file.value()));
    }
    if (!o.features.empty()) {
        auto from = time_option("--features-from", o.features_from, kBeginningOfTime);
        if (!from) return from.problems();
        auto file = FeaturesFile::open(o.features, from.value(), from_seconds(o.features_every));
        if (!file) return file.problems();
        out.observers.push_back(std::move(file.value()));
    }
    if (!o.report.empty()) {
        auto report = std::make_unique<HtmlReport>(config.engine.app);
        out.report = report.get();
        out.observers.push_back(std::move(report));
    }
    if (!o.dead_letters.empty()) {
        auto file = FileDeadLetter::open(o.dead_letters);
        if (!file) return file.problems();
        out.dead_letters = std::move(file.value());
    }
    return Done{};
}

}  // namespace

int replay_command(const ReplayOptions& o) {
    auto config = load_config(o.config);
    if (!config) return print(config.problems()), kWrongUsage;
    set_up_log(o, config.value());
    auto from = time_option("--from", o.from, kBeginningOfTime), to = time_option("--to", o.to, kEndOfTime);
    for (const auto* t : {&from, &to})
        if (!*t) return print(t->problems()), kWrongUsage;
    ReplayOutputs outputs;
    if (Status s = open_outputs(o, config.value(), outputs); !s) return print(s.problems()), kOutsideFailed;
    auto sources = past_sources(o.inputs, config.value(), from.value());
    if (!sources) return print(sources.problems()), kWrongUsage;

    MemoryStore store;
    const NativeJsonFactory decoders(decode_options(config.value()));
    PipelineSettings settings{.options = config.value().engine, .model = config.value().model, .decoders = decoders, .store = store,
                              .dead_letters = outputs.dead_letters.get(), .checkpoint_every = std::chrono::hours{24}};
    settings.lanes = workers(o, config.value());
    settings.from = from.value();
    settings.to = to.value();
    settings.speed = o.speed;
    settings.rules = config.value().rules;
    Pipeline pipeline(std::move(settings));
    for (auto& s : sources.value()) pipeline.add(*s);
    for (auto& s : outputs.sinks) pipeline.add(*s);
    for (auto& x : outputs.observers) pipeline.add(*x);
    pipeline.add(outputs.lead_times);

    const StopSignals signals([&] { pipeline.stop(); });
    const ProgressLine progress(pipeline);
    if (Status s = pipeline.run(); !s) return print(s.problems()), kOutsideFailed;
    const auto breaches = outputs.lead_times.breaches();
    if (outputs.report != nullptr)
        if (Status s = outputs.report->write(o.report); !s) return print(s.problems()), kOutsideFailed;
    if (o.json) std::printf("%s\n", totals_json(pipeline.totals(), breaches).c_str());
    else std::fprintf(stderr, "%s", totals_text(pipeline.totals(), breaches).c_str());
    return kFine;
}

}  // namespace foreshock
