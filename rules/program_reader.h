// The program's part of the configuration: what to run and how, from where, to where.
#pragma once

#include "rules/config.h"
#include "rules/section.h"

namespace foreshock {

// Reads everything but the model. Problems go to the context of the section.
void read_program(const Section& top, Config& config);

// Parts of it, in files of their own.
void read_engine_options(const Section& top, EngineOptions& options);
void read_sources(const Section& top, Config& config);
void read_outputs(const Section& top, Config& config);

}  // namespace foreshock
