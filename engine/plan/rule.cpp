#include "engine/plan/rule.h"

#include <algorithm>
#include <map>

namespace foreshock {

Micros longest_memory(const RuleCondition& c) {
    Micros longest = std::max(c.within, c.hold);
    for (const RuleCondition& part : c.parts) longest = std::max(longest, longest_memory(part));
    return longest;
}

bool matches_glob(std::string_view pattern, std::string_view text) {
    size_t p = 0, t = 0, star = pattern.npos, mark = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != pattern.npos) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

}  // namespace foreshock
