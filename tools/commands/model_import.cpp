#include <cstdio>
#include <iostream>
#include <sstream>

#include "rules/config.h"
#include "rules/model_import.h"
#include "rules/secrets.h"
#include "tools/commands/commands.h"
#include "tools/exit_codes.h"
#include "tools/wiring.h"

namespace foreshock {

namespace {

// The first line of a CSV names columns; YAML has a colon there.
bool is_csv(const ModelImportOptions& o, const std::string& text) {
    if (o.format != "auto") return o.format == "cmdb";
    const auto ends = [&](std::string_view with) { return o.file.ends_with(with); };
    if (ends(".csv") || ends(".tsv")) return true;
    const std::string head = text.substr(0, text.find('\n'));
    return !ends(".yaml") && !ends(".yml") && head.find_first_of(",;\t") != head.npos && head.find_first_of(":{#") == head.npos;
}

Result<std::string> text_of(const std::string& file) {
    if (file != "-") return read_file(file);
    std::ostringstream all;
    all << std::cin.rdbuf();
    return all.str();
}

// Said of what was read rather than of what came out, where that is known.
Diagnostic at_its_source(Diagnostic d, const ImportedModel& imported) {
    if (d.line == 0 || d.line > imported.sources.size() || imported.sources[d.line - 1].line == 0) return d;
    const Diagnostic& source = imported.sources[d.line - 1];
    d.file = source.file;
    d.line = source.line;
    d.column = source.column;
    return d;
}

}  // namespace

int model_import_command(const ModelImportOptions& o) {
    const auto text = text_of(o.file);
    if (!text) {
        Diagnostic d = text.problems().front();
        d.file = o.file;
        return print({d}), kOutsideFailed;
    }
    const auto imported = is_csv(o, text.value()) ? import_cmdb(text.value(), o.file) : import_openslo(text.value(), o.file);
    if (!imported) return print(imported.problems()), kWrongUsage;
    for (Diagnostic d : imported.value().notes) {
        d.message = "notice: " + d.message;
        print({d});
    }
    std::fputs(imported.value().yaml.c_str(), stdout);
    // What came out has to be a model.
    const auto config = load_config_text(imported.value().yaml, "output");
    if (config) return kFine;
    Diagnostics problems;
    for (const Diagnostic& d : config.problems()) problems.push_back(at_its_source(d, imported.value()));
    return print(problems), kDidNotHold;
}

}  // namespace foreshock
