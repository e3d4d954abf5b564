// Records to events. One decoder per format, under connectors/format. One worker only; every worker has its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/event/event.h"
#include "engine/event/names.h"
#include "engine/event/record.h"

namespace foreshock {

struct DecodeOptions {
    std::vector<std::string> dimensions{"campaign", "channel"};  // string fields of transactions to split by, at most kMaxDimensions
    size_t max_record_bytes = 1 << 20;
    std::vector<std::string> metric_labels{};  // labels of metrics that tell instances apart, in order; others are ignored
};

class Decoder {
public:
    virtual ~Decoder() = default;
    // Appends one event, or one bad record, for each record of `in`, in order. `out` is not cleared.
    virtual void decode(const RecordBatch& in, EventBatch& out) = 0;
};

// Makes a decoder for one worker.
class DecoderFactory {
public:
    virtual ~DecoderFactory() = default;
    virtual std::unique_ptr<Decoder> make(Names& names) const = 0;
};

}  // namespace foreshock
