#include <cstdio>

#include "rules/config.h"
#include "rules/model_import.h"
#include "rules/secrets.h"
#include "tools/commands/commands.h"
#include "tools/exit_codes.h"
#include "tools/wiring.h"

namespace foreshock {

namespace {

bool is_csv(const ModelImportOptions& o) { return o.format == "cmdb" || (o.format == "auto" && (o.file.ends_with(".csv") || o.file.ends_with(".tsv"))); }

}  // namespace

int model_import_command(const ModelImportOptions& o) {
    const auto text = read_file(o.file);
    if (!text) {
        Diagnostic d = text.problems().front();
        d.file = o.file;
        return print({d}), kOutsideFailed;
    }
    const auto imported = is_csv(o) ? import_cmdb(text.value(), o.file) : import_openslo(text.value(), o.file);
    if (!imported) return print(imported.problems()), kWrongUsage;
    for (Diagnostic d : imported.value().notes) {
        d.message = "notice: " + d.message;
        print({d});
    }
    std::fputs(imported.value().yaml.c_str(), stdout);
    // What came out has to be a model; where it is none, the places are those of the output.
    const auto config = load_config_text(imported.value().yaml, "output");
    if (!config) return print(config.problems()), kDidNotHold;
    return kFine;
}

}  // namespace foreshock
