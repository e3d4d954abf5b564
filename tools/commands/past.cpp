#include "tools/commands/past.h"

#include "connectors/file/file_source.h"
#include "tools/wiring.h"

namespace foreshock {

Result<EventTime> time_option(const char* name, const std::string& text, EventTime otherwise) {
    if (text.empty()) return otherwise;
    if (const auto t = parse_rfc3339(text)) return *t;
    return Diagnostic{{}, 0, 0, std::string(name) + ": '" + text + "' is no time", "write it like 2026-11-20T09:00:00Z"};
}

Result<std::vector<std::unique_ptr<Source>>> past_sources(const std::vector<std::string>& inputs, const Config& config, EventTime from) {
    std::vector<std::unique_ptr<Source>> sources;
    if (!inputs.empty()) {
        sources.push_back(std::make_unique<FileSource>(inputs, FileSourceOptions{.max_line_bytes = config.engine.bounds.record_bytes}));
        return sources;
    }
    if (config.sources.empty()) return Diagnostic{config.file, 0, 0, "nothing to replay", "give --input FILE, or a configuration with sources"};
    SourceOverrides overrides{.until_end = true, .from_beginning = true, .start = {}};
    if (from != kBeginningOfTime) overrides.start = from;
    return make_sources(config, overrides);
}

}  // namespace foreshock
