#include <algorithm>
#include <cstdio>
#include <fstream>

#include "tools/commands/commands.h"
#include "tools/commands/past.h"
#include "tools/commands/session.h"
#include "tools/exit_codes.h"
#include "tools/log.h"
#include "tools/shadow_record.h"
#include "tools/wiring.h"

namespace foreshock {

namespace {

class ShadowListener : public Observer {
public:
    explicit ShadowListener(ShadowReport& report) : report_(report) {}
    void decided(const DecidedSlot& slot) override {
        for (const WarningRevision& w : slot.shadow) report_.add(w);
    }

private:
    ShadowReport& report_;
};

Status replay(const ReportShadowOptions& o, const Config& config, ShadowReport& report) {
    const auto past = open_past(o.inputs, {}, {}, config);
    if (!past) return past.problems();
    ShadowListener listener(report);
    const auto played = play(past.value(), config, workers(o, config), {{}, {&listener}});
    if (!played) return played.problems();
    return Done{};
}

Status read_record(const Config& config, ShadowReport& report) {
    if (config.shadow.file.empty())
        return Diagnostic{config.file, 0, 0, "no record of shadow rules is kept", "write shadow: {file: PATH}, or give --input FILE to replay events"};
    std::ifstream in(config.shadow.file, std::ios::binary);
    if (!in) return Diagnostic{config.shadow.file, 0, 0, "cannot be read", "it is written while foreshock run runs; or give --input FILE to replay events"};
    report.read(in);
    if (report.broken_lines() > 0) log(LogLevel::warning, config.shadow.file + ": " + std::to_string(report.broken_lines()) + " lines are no warnings and were left out");
    return Done{};
}

}  // namespace

int report_shadow_command(const ReportShadowOptions& o) {
    const auto config = load_config(o.config);
    if (!config) return print(config.problems()), kWrongUsage;
    set_up_log(o, config.value());
    ShadowReport report;
    const Status done = o.inputs.empty() ? read_record(config.value(), report) : replay(o, config.value(), report);
    if (!done) return print(done.problems()), kOutsideFailed;
    const bool any = std::ranges::any_of(config.value().rules.rules, &Rule::shadow);
    std::fputs(o.json ? report.json().c_str() : report.text(any).c_str(), stdout);
    return kFine;
}

}  // namespace foreshock
