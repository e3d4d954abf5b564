// Warnings and capacity advice as records of the transaction to come. One worker only.
#pragma once

#include <string>
#include <vector>

#include "connectors/format/cloudevents.h"
#include "engine/run/sink.h"
#include "tools/scale_out/transaction.h"

namespace foreshock {

class TransactionSink : public Sink {
public:
    // `into` outlives the sink.
    TransactionSink(std::string topic, CloudEventContext context, std::vector<TransactionRecord>& into)
        : topic_(std::move(topic)), context_(std::move(context)), into_(into) {}

    void deliver(std::span<const WarningRevision> revisions) override;
    void advise(std::span<const CapacityAdvice> advice) override;
    void keep(std::span<const SuppressedWarning> suppressed) override;
    bool flush(std::chrono::milliseconds) override { return true; }
    std::string name() const override { return "kafka topic " + topic_; }

private:
    std::string topic_;
    CloudEventContext context_;
    std::vector<TransactionRecord>& into_;
};

}  // namespace foreshock
