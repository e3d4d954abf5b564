// What replacing one list of definitions by another means, by name.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace foreshock {

struct Changes {
    std::vector<std::string> added, changed, removed;
    size_t kept = 0;
    bool none() const { return added.empty() && changed.empty() && removed.empty(); }
};

// `T` has a name and a definition: a hash of what is written.
template <class T>
Changes changes_between(const std::vector<T>& before, const std::vector<T>& after) {
    Changes changes;
    std::map<std::string_view, std::string_view> known;
    for (const T& x : before) known.emplace(x.name, x.definition);
    for (const T& x : after) {
        const auto was = known.find(x.name);
        if (was == known.end()) {
            changes.added.push_back(x.name);
            continue;
        }
        if (was->second == x.definition) ++changes.kept;
        else changes.changed.push_back(x.name);
        known.erase(was);
    }
    for (const T& x : before)
        if (known.contains(x.name)) changes.removed.push_back(x.name);
    return changes;
}

}  // namespace foreshock
