// Any bytes as one native record: exactly one event or one bad record comes of it, and only of its own bytes.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

#include "connectors/format/native_json.h"
#include "engine/plan/options.h"
#include "engine/run/shared_names.h"

namespace {

using namespace foreshock;

void require(bool holds) {
    if (!holds) std::abort();
}

// Decodes the record in memory of exactly its size and padding, which is filled with `after`.
EventBatch decode(NativeJsonDecoder& decoder, const uint8_t* data, size_t size, char after) {
    std::string memory(size + kRecordPadding, after);
    if (size > 0) std::memcpy(memory.data(), data, size);
    RecordBatch in;
    in.padded = true;
    in.records = {{memory.data(), static_cast<uint32_t>(size), 0, 0}};
    EventBatch out;
    decoder.decode(in, out);
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    SharedNames names{Bounds{}};
    NativeJsonDecoder decoder(DecodeOptions{}, names);
    const EventBatch first = decode(decoder, data, size, ' ');
    require(first.events.size() + first.bad.size() == 1);
    for (const BadRecord& b : first.bad) require(!b.what.empty() && b.bytes.size() == std::min(size, kBadRecordBytes));
    for (const Event& e : first.events) {
        require(e.ts_us > 0);
        if (e.kind == EventKind::summary) require(e.detail < first.summaries.size());
        if (e.kind == EventKind::metric) require(e.detail < first.metrics.size());
    }
    for (const char after : {'}', '"', '1'}) {
        const EventBatch other = decode(decoder, data, size, after);
        require(other.events.size() == first.events.size());
        if (!first.events.empty()) {
            require(other.events[0].ts_us == first.events[0].ts_us);
            require(other.events[0].value_micro == first.events[0].value_micro);
        } else {
            require(other.bad[0].reason == first.bad[0].reason);
        }
    }
    return 0;
}
