#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "connectors/format/native_json.h"
#include "engine/run/pipeline.h"
#include "state/memory_store.h"
#include "tools/commands/commands.h"
#include "tools/commands/past.h"
#include "tools/commands/session.h"
#include "tools/exit_codes.h"
#include "tools/report/slo_report.h"
#include "tools/report/slo_report_forms.h"
#include "tools/stop_signals.h"
#include "tools/wiring.h"

namespace foreshock {

namespace {

Status write_file(const std::string& path, const std::string& text) {
    if (path.empty()) return Done{};
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (out) return Done{};
    return Diagnostic{path, 0, 0, std::string("cannot write the report: ") + std::strerror(errno), "name a file in a folder that exists and that this user may write"};
}

// Every input by its lasting name and the position after the last record used.
std::vector<ReportInput> inputs_of(Store& store) {
    std::vector<ReportInput> out;
    auto last = store.load();
    if (!last || !last.value()) return out;
    for (const PartitionOffset& o : last.value()->offsets) out.push_back({o.partition, o.next});
    return out;
}

}  // namespace

int report_slo_command(const ReportSloOptions& o) {
    auto config = load_config(o.config);
    if (!config) return print(config.problems()), kWrongUsage;
    set_up_log(o, config.value());
    auto from = time_option("--from", o.from, kBeginningOfTime), to = time_option("--to", o.to, kEndOfTime);
    for (const auto* t : {&from, &to})
        if (!*t) return print(t->problems()), kWrongUsage;
    auto sources = past_sources(o.inputs, config.value(), from.value());
    if (!sources) return print(sources.problems()), kWrongUsage;

    MemoryStore store;
    const NativeJsonFactory decoders(decode_options(config.value()));
    PipelineSettings settings{.options = config.value().engine, .model = config.value().model, .decoders = decoders, .store = store,
                              .dead_letters = nullptr, .checkpoint_every = std::chrono::hours{24}};
    settings.lanes = workers(o, config.value());
    settings.from = from.value();
    settings.to = to.value();
    Pipeline pipeline(std::move(settings));
    SloReport report(config.value().engine.app);
    for (auto& s : sources.value()) pipeline.add(*s);
    pipeline.add(report);
    const StopSignals signals([&] { pipeline.stop(); });
    const ProgressLine progress(pipeline);
    if (Status s = pipeline.run(); !s) return print(s.problems()), kOutsideFailed;

    report.finish(pipeline.totals(), inputs_of(store));
    const SloReportData& data = report.data();
    if (Status s = write_file(o.csv, slo_report_csv(data)); !s) return print(s.problems()), kOutsideFailed;
    if (Status s = write_file(o.html, slo_report_html(data)); !s) return print(s.problems()), kOutsideFailed;
    std::fputs((o.json ? slo_report_json(data) : slo_report_text(data)).c_str(), stdout);
    return kFine;
}

}  // namespace foreshock
