#include <atomic>
#include <cstdio>
#include <memory>

#include "connectors/format/native_json.h"
#include "engine/run/pipeline.h"
#include "foreshock_version.h"
#include "tools/bound_watch.h"
#include "tools/commands/commands.h"
#include "tools/commands/reloading.h"
#include "tools/commands/serving.h"
#include "tools/commands/session.h"
#include "tools/end_in_time.h"
#include "tools/exit_codes.h"
#include "tools/kill_points.h"
#include "tools/log.h"
#include "tools/scale_out/scale_out.h"
#include "tools/shadow_record.h"
#include "tools/stop_signals.h"
#include "tools/summary.h"
#include "tools/wiring.h"

namespace foreshock {

namespace {

// What a run is made of; lives as long as its pipeline.
struct Parts {
    std::vector<std::unique_ptr<Source>> sources;
    std::unique_ptr<DeadLetterOutput> dead_letters;  // before the sinks, which write to it until they end
    std::vector<std::unique_ptr<Sink>> sinks;
    std::unique_ptr<Store> store;
    std::unique_ptr<ShadowRecord> shadow;  // null when none is kept
};

template <class T>
bool take(Result<T> made, T& into, Diagnostics& problems) {
    if (made) into = std::move(made.value());
    else problems.insert(problems.end(), made.problems().begin(), made.problems().end());
    return made.ok();
}

Result<Parts> make_parts(const Config& config, bool until_end) {
    Parts parts;
    Diagnostics problems;
    if (config.sources.empty()) problems.push_back({config.file, 0, 0, "no sources", "add sources: [{kafka: {brokers: ..., topics: [...]}}]"});
    take(make_sources(config, {.until_end = until_end, .from_beginning = false, .start = {}}), parts.sources, problems);
    take(make_dead_letters(config), parts.dead_letters, problems);
    take(make_sinks(config, parts.dead_letters.get()), parts.sinks, problems);
    if (!config.shadow.file.empty()) take(ShadowRecord::open(config.shadow.file, FileSink::Mode::append, cloud_event_context(config)), parts.shadow, problems);
    if (!problems.empty()) return problems;
    return parts;
}

void say_what_waits(const Parts& parts, const Config& config) {
    for (const auto& sink : parts.sinks) {
        if (sink->outbox().empty() || sink->flush(std::chrono::milliseconds{0})) continue;
        const bool kept = !config.state.directory.empty();
        log(LogLevel::warning, sink->name() + (sink->ready() ? ": has not taken everything yet" : ": not reached") + "; what waits for it " + (kept ? "is kept in the state" : "is lost, as there is no state.directory"));
    }
}

int finish(Pipeline& pipeline, const LeadTimes& lead_times, const RunOptions& o) {
    const RunTotals totals = pipeline.totals();
    if (o.until_end || o.json) std::printf("%s\n", totals_json(totals, lead_times.breaches()).c_str());
    else std::fputs(totals_text(totals, lead_times.breaches()).c_str(), stderr);
    return kFine;
}

int run_in_several(const Config& config, const RunOptions& o) {
    if (o.until_end) return print({{config.file, 0, 0, "--until-end is for a run of one process", "leave it out, or scale_out"}}), kWrongUsage;
    if (!config.http.host.empty()) log(LogLevel::warning, "http.listen: a run of several processes serves nothing");
    if (!config.shadow.file.empty()) log(LogLevel::warning, "shadow.file: a run of several processes keeps no record of shadow rules");
    std::atomic<bool> stop{false};
    EndInTime end;
    const StopSignals signals([&] {
        log(LogLevel::info, "asked to stop: writing what has been summed and decided");
        end.begin();
        stop = true;
    }, [] { log(LogLevel::warning, "SIGHUP: a run of several processes takes no new rules; start its processes again, one after the other"); });
    log(LogLevel::info, "foreshock " + std::string(kVersion) + " takes part in " + config.engine.app);
    if (Status s = run_scaled_out(config, workers(o, config), stop); !s) return print(s.problems()), kOutsideFailed;
    return kFine;
}

}  // namespace

int run_command(const RunOptions& o) {
    auto loaded = load_config(o.config);
    if (!loaded) return print(loaded.problems()), kWrongUsage;
    const Config& config = loaded.value();
    set_up_log(o, config);
    for (const Diagnostic& notice : config.notices) log(LogLevel::warning, notice.text());
    StopSignals::hold();
    set_up_kill_points();
    if (config.scale_out == ScaleOut::kafka) return run_in_several(config, o);
    EndInTime end;
    auto made = make_parts(config, o.until_end);
    if (!made) return print(made.problems()), kWrongUsage;
    Parts& parts = made.value();
    Diagnostics problems;
    if (!take(make_store(config), parts.store, problems)) return print(problems), kOutsideFailed;

    const NativeJsonFactory decoders(decode_options(config));
    PipelineSettings settings{.options = config.engine, .model = config.model, .decoders = decoders, .store = *parts.store,
                              .dead_letters = parts.dead_letters.get()};
    settings.checkpoint_every = std::chrono::duration_cast<std::chrono::milliseconds>(config.state.checkpoint_every);
    settings.live = !o.until_end;
    settings.rules = config.rules;
    settings.lanes = workers(o, config);
    LeadTimes lead_times;
    Pipeline pipeline(std::move(settings));
    BoundWatch bounds(pipeline, log_callback());
    Serving serving(config, parts.sources, parts.sinks);  // answers out of the pipeline, so it goes first
    for (auto& s : parts.sources) pipeline.add(*s);
    for (auto& s : parts.sinks) pipeline.add(*s);
    pipeline.add(lead_times);
    pipeline.add(bounds);
    for (Observer* watcher : serving.observers()) pipeline.add(*watcher);
    if (parts.shadow) pipeline.add(*parts.shadow);
    Reloader reloader(config, pipeline);
    const StopSignals signals([&] {
        log(LogLevel::info, "asked to stop: writing a checkpoint");
        end.begin();
        pipeline.stop();
    }, [&] { (void)reloader.reload("SIGHUP"); });
    if (Status s = serving.start(pipeline, &reloader); !s) return print(s.problems()), kOutsideFailed;
    reloader.watch();
    log(LogLevel::info, "foreshock " + std::string(kVersion) + " runs " + config.engine.app);
    const ProgressLine progress(pipeline);
    const Status done = pipeline.run();
    end.begin();
    if (!done) return print(done.problems()), kOutsideFailed;
    say_what_waits(parts, config);
    return finish(pipeline, lead_times, o);
}

}  // namespace foreshock
