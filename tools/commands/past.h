// What the commands that look at the past have in common: records of a stretch of time, and the engine that reads them. The
// configured outputs are left alone: a look at the past must reach nobody's pager.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/event/source.h"
#include "engine/run/pipeline.h"
#include "rules/config.h"

namespace foreshock {

struct Past {
    std::vector<std::unique_ptr<Source>> sources;
    EventTime from = kBeginningOfTime, to = kEndOfTime;
};

// The event time in `text`, `otherwise` where it is empty. Problem: it is no time.
Result<EventTime> time_option(const char* name, const std::string& text, EventTime otherwise);

// The files of the command line; without any the configured sources up to their present end. `from` and `to` as written by
// people, empty: no bound. Problems: no such time, nothing to read.
Result<Past> open_past(const std::vector<std::string>& inputs, const std::string& from, const std::string& to, const Config& config);

struct PastListeners {
    std::vector<Sink*> sinks;
    std::vector<Observer*> observers;
    DeadLetterOutput* dead_letters = nullptr;
};

struct PlayedPast {
    RunTotals totals;
    std::vector<PartitionOffset> offsets;  // after the last record of each input
    bool stopped = false;                  // by a signal, before the end
};

// Takes the past through the whole engine, in `lanes` threads; `speed`: event time per processing time, 0 as fast as it goes.
// With a terminal it shows its progress. Problems: what failed outside.
Result<PlayedPast> play(const Past& past, const Config& config, unsigned lanes, const PastListeners& listeners, double speed = 0);

}  // namespace foreshock
