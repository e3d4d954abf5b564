// What the commands that look at the past have in common: a stretch of time, and the records to read.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/event/source.h"
#include "rules/config.h"

namespace foreshock {

// The event time in `text`, `otherwise` where it is empty. Problem: it is no time.
Result<EventTime> time_option(const char* name, const std::string& text, EventTime otherwise);

// The files of the command line; without any the configured sources, from `from` to their present end.
Result<std::vector<std::unique_ptr<Source>>> past_sources(const std::vector<std::string>& inputs, const Config& config, EventTime from);

}  // namespace foreshock
