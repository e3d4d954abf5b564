#include <cstdio>

#include "tools/commands/commands.h"
#include "tools/commands/past.h"
#include "tools/commands/session.h"
#include "tools/exit_codes.h"
#include "tools/report/cost_report.h"
#include "tools/report/cost_report_forms.h"
#include "tools/wiring.h"
#include "tools/write_file.h"

namespace foreshock {

int report_cost_command(const ReportCostOptions& o) {
    auto config = load_config(o.config);
    if (!config) return print(config.problems()), kWrongUsage;
    set_up_log(o, config.value());
    const auto past = open_past(o.inputs, o.from, o.to, config.value());
    if (!past) return print(past.problems()), kWrongUsage;
    CostReport report(config.value().engine.app);
    const auto played = play(past.value(), config.value(), workers(o, config.value()), {{}, {&report}});
    if (!played) return print(played.problems()), kOutsideFailed;
    report.finish(played.value().totals, played.value().offsets);
    if (!o.csv.empty())
        if (Status s = write_file(o.csv, cost_report_csv(report.data()), "the report"); !s) return print(s.problems()), kOutsideFailed;
    std::fputs((o.json ? cost_report_json : cost_report_text)(report.data()).c_str(), stdout);
    return kFine;
}

}  // namespace foreshock
