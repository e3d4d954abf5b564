// What the codecs of Kafka's record batches make smaller, made plain again.
#pragma once

#include <memory>
#include <string_view>

#include "connectors/kafka/byte_room.h"

namespace foreshock {

enum class KafkaCodec : uint8_t { none, gzip, snappy, lz4, zstd };  // numbers of the protocol; greater ones are unknown

// One worker only.
class Decompressor {
public:
    enum class Outcome : uint8_t { done, no_room, too_large, broken };
    static constexpr size_t kMostBytes = 256u << 20;  // one batch, plain

    Decompressor();
    ~Decompressor();

    // Appends the plain bytes to `room`. An empty room grows as needed; one that holds something may say `no_room`, and is then
    // left as it was. Every codec but `none`.
    Outcome append(KafkaCodec codec, std::string_view compressed, ByteRoom& room);

private:
    struct Contexts;
    struct Plain {
        Outcome outcome;
        size_t bytes = 0;
    };
    Plain into(KafkaCodec codec, std::string_view compressed, char* to, size_t capacity);
    Plain gunzip(std::string_view compressed, char* to, size_t capacity);
    Plain unlz4(std::string_view compressed, char* to, size_t capacity);
    Plain unzstd(std::string_view compressed, char* to, size_t capacity);

    std::unique_ptr<Contexts> contexts_;
};

}  // namespace foreshock
