#include "engine/run/shared_names.h"

#include "engine/base/check.h"

namespace foreshock {

SharedNames::SharedNames(const Bounds& bounds) {
    spaces_[static_cast<size_t>(NameSpace::service)].bound = bounds.services;
    spaces_[static_cast<size_t>(NameSpace::host)].bound = bounds.hosts;
    spaces_[static_cast<size_t>(NameSpace::metric_instance)].bound = bounds.metric_instances;
    spaces_[static_cast<size_t>(NameSpace::dimension_value)].bound = bounds.dimension_values;
    spaces_[static_cast<size_t>(NameSpace::occurrence)].bound = bounds.occurrences;
}

NameId SharedNames::known(Space& space, std::string_view text) {
    if (const auto found = space.ids.find(text); found != space.ids.end()) return found->second;
    space.refused.fetch_add(1, std::memory_order_relaxed);
    return kNameOverflow;
}

NameId SharedNames::intern(NameSpace space, std::string_view text) {
    if (text.empty()) return kNoName;
    Space& s = spaces_[static_cast<size_t>(space)];
    if (s.full.load(std::memory_order_acquire)) return known(s, text);
    const std::lock_guard lock(mutex_);
    if (const auto found = s.ids.find(text); found != s.ids.end()) return found->second;
    if (s.texts.size() > s.bound) {
        s.full.store(true, std::memory_order_release);
        return known(s, text);
    }
    const auto id = static_cast<NameId>(s.texts.size());
    s.texts.push_back(&s.ids.emplace(text, id).first->first);
    return id;
}

std::string SharedNames::text(NameSpace space, NameId id) const {
    const std::lock_guard lock(mutex_);
    const Space& s = spaces_[static_cast<size_t>(space)];
    check(id != kNoName && id < s.texts.size(), "name id out of range", std::to_string(id));
    return *s.texts[id];
}

uint64_t SharedNames::refused(NameSpace space) const {
    return spaces_[static_cast<size_t>(space)].refused;
}

}  // namespace foreshock
