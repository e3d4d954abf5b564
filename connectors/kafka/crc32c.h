// The checksum of Kafka's record batches: CRC-32C (Castagnoli), RFC 3720 appendix B.4.
#pragma once

#include <cstdint>
#include <string_view>

namespace foreshock {

uint32_t crc32c(std::string_view bytes);           // by the processor's instruction where it has one
uint32_t crc32c_by_table(std::string_view bytes);  // the same, on any processor

}  // namespace foreshock
