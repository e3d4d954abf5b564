#include <cstdio>

#include "tools/commands/commands.h"
#include "tools/commands/past.h"
#include "tools/commands/session.h"
#include "tools/exit_codes.h"
#include "tools/report/slo_report.h"
#include "tools/report/slo_report_forms.h"
#include "tools/wiring.h"
#include "tools/write_file.h"

namespace foreshock {

int report_slo_command(const ReportSloOptions& o) {
    auto config = load_config(o.config);
    if (!config) return print(config.problems()), kWrongUsage;
    set_up_log(o, config.value());
    const auto past = open_past(o.inputs, o.from, o.to, config.value());
    if (!past) return print(past.problems()), kWrongUsage;
    SloReport report(config.value().engine.app);
    const auto played = play(past.value(), config.value(), workers(o, config.value()), {{}, {&report}});
    if (!played) return print(played.problems()), kOutsideFailed;
    report.finish(played.value().totals, played.value().offsets);
    const SloReportData& data = report.data();
    for (const auto& [path, form] : {std::pair{o.csv, &slo_report_csv}, std::pair{o.html, &slo_report_html}})
        if (!path.empty())
            if (Status s = write_file(path, form(data), "the report"); !s) return print(s.problems()), kOutsideFailed;
    std::fputs((o.json ? slo_report_json(data) : slo_report_text(data)).c_str(), stdout);
    return kFine;
}

}  // namespace foreshock
