#include "connectors/format/record_skeleton.h"

namespace foreshock {

bool RecordSkeleton::add(std::string_view literal, Slot slot) {
    if (literal.size() > kLongestLiteral) return false;
    Part& part = parts_.emplace_back();
    std::memcpy(part.literal.data(), literal.data(), literal.size());
    part.size = static_cast<uint32_t>(literal.size());
    part.slot = slot;
    return true;
}

bool RecordSkeleton::end(std::string_view literal) { return add(literal, {}); }

}  // namespace foreshock
