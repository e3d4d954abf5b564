#include <cstdio>

#include "tools/commands/commands.h"
#include "tools/commands/past.h"
#include "tools/commands/session.h"
#include "tools/exit_codes.h"
#include "tools/what_if/what_if_forms.h"
#include "tools/wiring.h"

namespace foreshock {

int what_if_command(const WhatIfOptions& o) {
    auto config = load_config(o.config);
    if (!config) return print(config.problems()), kWrongUsage;
    set_up_log(o, config.value());
    const WhatIfRequest request{o.service, o.demand, o.campaign, o.resource, o.units, o.until};
    const auto past = open_past(o.inputs, o.from, o.to, config.value());
    if (!past) return print(past.problems()), kWrongUsage;
    MomentKeeper keeper(std::max(kUsualLookAhead, named_length(request)), named_end(request, config.value().model));
    const auto played = play(past.value(), config.value(), workers(o, config.value()), {{}, {&keeper}});
    if (!played) return print(played.problems()), kOutsideFailed;
    const auto moment = keeper.now();
    if (!moment) return print({{{}, 0, 0, "nothing was read", "give --input FILE with events in it, and look at --from and --to"}}), kDidNotHold;
    const auto question = to_question(request, *moment);
    if (!question) return print(question.problems()), kWrongUsage;
    const WhatIf answer = what_if(moment->inventory, moment->signals, moment->correlation, moment->ahead, question.value());
    std::fputs((o.json ? what_if_json : what_if_text)(request, question.value(), answer, *moment).c_str(), stdout);
    return kFine;
}

}  // namespace foreshock
