// All names of a run, bounded by configuration. Any thread; asked only for names that a worker sees for the first time.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
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
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    struct Space {
        std::unordered_map<std::string, NameId, Hash, std::equal_to<>> ids;
        std::vector<const std::string*> texts{nullptr};  // [id]; 0 is no name
        size_t bound = 0;
        // Has refused a name. From then on `ids` is as it is and needs no lock: a stream of ever new names asks for each event.
        std::atomic<bool> full{false};
        std::atomic<uint64_t> refused{0};
    };
    static NameId known(Space& space, std::string_view text);  // or refused
    mutable std::mutex mutex_;
    Space spaces_[kNameSpaces];
};

}  // namespace foreshock
