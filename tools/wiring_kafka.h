// Between the two files of the wiring.
#pragma once

#include "connectors/format/cloudevents.h"
#include "engine/run/sink.h"
#include "rules/config.h"

namespace foreshock {

Result<std::unique_ptr<Sink>> make_kafka_sink(const KafkaOutputConfig& output, const Config& config, const CloudEventContext& context);

}  // namespace foreshock
