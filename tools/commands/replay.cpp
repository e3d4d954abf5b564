#include <cstdio>
#include <iostream>
#include <memory>

#include "connectors/file/file_dead_letter.h"
#include "connectors/file/warning_sink.h"
#include "tools/commands/commands.h"
#include "tools/commands/past.h"
#include "tools/commands/session.h"
#include "tools/exit_codes.h"
#include "tools/report/features_file.h"
#include "tools/report/html_report.h"
#include "tools/report/signals_file.h"
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
    if (!o.advice.empty()) {
        CloudEventContext advised = context;
        advised.advice = true;
        auto file = FileSink::open(o.advice, FileSink::Mode::truncate, advised);
        if (!file) return file.problems();
        out.sinks.push_back(std::move(file.value()));
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
    ReplayOutputs outputs;
    if (Status s = open_outputs(o, config.value(), outputs); !s) return print(s.problems()), kOutsideFailed;
    const auto past = open_past(o.inputs, o.from, o.to, config.value());
    if (!past) return print(past.problems()), kWrongUsage;
    PastListeners listeners{{}, {&outputs.lead_times}, outputs.dead_letters.get()};
    for (auto& s : outputs.sinks) listeners.sinks.push_back(s.get());
    for (auto& x : outputs.observers) listeners.observers.push_back(x.get());
    const auto played = play(past.value(), config.value(), workers(o, config.value()), listeners, o.speed);
    if (!played) return print(played.problems()), kOutsideFailed;
    const auto breaches = outputs.lead_times.breaches();
    if (outputs.report != nullptr)
        if (Status s = outputs.report->write(o.report); !s) return print(s.problems()), kOutsideFailed;
    if (o.json) std::printf("%s\n", totals_json(played.value().totals, breaches).c_str());
    else std::fprintf(stderr, "%s", totals_text(played.value().totals, breaches).c_str());
    return kFine;
}

}  // namespace foreshock
