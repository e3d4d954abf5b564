#include "connectors/format/record_skeleton.h"

#include <algorithm>

namespace foreshock {

bool RecordSkeleton::add(std::string_view literal, Slot slot) {
    if (literal.size() > kLongestLiteral) return false;
    const size_t first = literal.find('"'), last = literal.rfind('"');
    if (!parts_.empty()) {
        Part& before = parts_.back();
        before.closing = quotes_;
        before.before_closing = static_cast<uint32_t>(first == literal.npos ? literal.size() : first);
    }
    quotes_ += static_cast<uint32_t>(std::count(literal.begin(), literal.end(), '"'));
    Part& part = parts_.emplace_back();
    std::memcpy(part.literal.data(), literal.data(), literal.size());
    part.size = static_cast<uint32_t>(literal.size());
    part.first_bytes = literal.size() >= 16 ? 0xffff : (uint32_t{1} << literal.size()) - 1;
    part.slot = slot;
    if (last == literal.npos) return false;  // a value has a name before it; of the end it does not matter
    part.opening = quotes_ - 1;
    part.behind_opening = static_cast<uint32_t>(literal.size() - last);
    return true;
}

bool RecordSkeleton::end(std::string_view literal) { return add(literal, {}) || literal.size() <= kLongestLiteral; }

}  // namespace foreshock
