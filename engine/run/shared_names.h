// All names of a run, bounded by configuration. Any thread; asked only for names that a worker sees for the first time.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/event/names.h"
#include "engine/plan/options.h"

namespace foreshock {

class SharedNames : public Names {
public:
    explicit SharedNames(const Bounds& bounds);
    NameId intern(NameSpace space, std::string_view text) override;
    std::string text(NameSpace space, NameId id) const override;
    // Names refused because their space was full.
    uint64_t refused(NameSpace space) const;

private:
    struct Space {
        std::unordered_map<std::string, NameId> ids;
        std::vector<const std::string*> texts{nullptr};  // [id]; 0 is no name
        size_t bound = 0;
        uint64_t refused = 0;
    };
    mutable std::mutex mutex_;
    Space spaces_[kNameSpaces];
};

}  // namespace foreshock
