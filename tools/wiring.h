// Builds the parts of a run from its configuration. The only place where configuration and connectors meet.
#pragma once

#include <memory>
#include <vector>

#include "connectors/format/cloudevents.h"
#include "engine/event/source.h"
#include "engine/run/dead_letter.h"
#include "engine/run/sink.h"
#include "engine/run/store.h"
#include "rules/config.h"

namespace foreshock {

// What a run changes about the configured sources.
struct SourceOverrides {
    bool until_end = false;  // stop at the end offsets found at the start
    bool from_beginning = false;     // Kafka: from the earliest record instead of the configured start
    std::optional<EventTime> start;  // Kafka: from this time (of the records) instead of the configured start
};

Result<std::vector<std::unique_ptr<Source>>> make_sources(const Config& config, const SourceOverrides& overrides);
// `dead_letters` takes what receivers never took, and outlives the sinks; may be null.
Result<std::vector<std::unique_ptr<Sink>>> make_sinks(const Config& config, DeadLetterOutput* dead_letters);
// Null when none is configured.
Result<std::unique_ptr<DeadLetterOutput>> make_dead_letters(const Config& config);
// RocksDB when a directory is configured, else memory.
Result<std::unique_ptr<Store>> make_store(const Config& config);

CloudEventContext cloud_event_context(const Config& config);

// All problems to standard error, one a line.
void print(const Diagnostics& problems);

}  // namespace foreshock
