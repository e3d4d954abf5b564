// Between the two files of the wiring.
#pragma once

#include "connectors/format/cloudevents.h"
#include "connectors/kafka/kafka_conf.h"
#include "engine/run/dead_letter.h"
#include "engine/run/sink.h"
#include "rules/config.h"

namespace foreshock {

// How to reach a cluster, with its secrets.
KafkaSettings kafka_cluster(const std::string& brokers, const Properties& properties, const Config& config);
// `id`: names the output among those of the app, lastingly; it goes into the transactional id.
Result<std::unique_ptr<Sink>> make_kafka_sink(const KafkaOutputConfig& output, const Config& config, const CloudEventContext& context,
                                              const std::string& id, DeadLetterOutput* dead_letters);

}  // namespace foreshock
