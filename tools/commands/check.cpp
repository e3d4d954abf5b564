#include <cstdio>

#include "rules/config.h"
#include "rules/reference.h"
#include "tools/commands/commands.h"
#include "tools/exit_codes.h"
#include "tools/wiring.h"

namespace foreshock {

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
    for (const std::string& path : o.configs) {
        if (o.dump) std::fputs(dump_config(load_config(path).value()).c_str(), stdout);
        else std::printf("%s: fine\n", path.c_str());
    }
    return kFine;
}

}  // namespace foreshock
