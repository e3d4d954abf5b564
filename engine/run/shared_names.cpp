#include "engine/run/shared_names.h"

#include "engine/base/check.h"

namespace foreshock {

namespace {

constexpr size_t kSpare = 8;  // this part of a space is left for what comes until names have been turned over

bool lasts(NameSpace space) { return space == NameSpace::service || space == NameSpace::partition; }

}  // namespace

SharedNames::SharedNames(const Bounds& bounds) : bounds_(bounds) {
    spaces_[static_cast<size_t>(NameSpace::service)].bound = bounds.services;
    spaces_[static_cast<size_t>(NameSpace::host)].bound = bounds.hosts;
    spaces_[static_cast<size_t>(NameSpace::metric_instance)].bound = bounds.metric_instances;
    spaces_[static_cast<size_t>(NameSpace::dimension_value)].bound = bounds.dimension_values;
    spaces_[static_cast<size_t>(NameSpace::occurrence)].bound = bounds.occurrences;
    spaces_[static_cast<size_t>(NameSpace::partition)].bound = kNameOverflow - 1;  // as many as the sources have
}

NameId SharedNames::intern(NameSpace space, std::string_view text) {
    if (text.empty()) return kNoName;
    const std::lock_guard lock(mutex_);
    Space& s = spaces_[static_cast<size_t>(space)];
    if (const auto known = s.ids.find(std::string(text)); known != s.ids.end()) return known->second;
    if (s.texts.size() > s.bound) {
        ++s.refused;
        return kNameOverflow;
    }
    const auto id = static_cast<NameId>(s.texts.size());
    s.texts.push_back(&s.ids.emplace(text, id).first->first);
    if (!lasts(space) && id >= s.bound - s.bound / kSpare) nearly_full_.store(true, std::memory_order_relaxed);
    return id;
}

std::shared_ptr<SharedNames> SharedNames::next(EventTime now) const {
    auto made = std::make_shared<SharedNames>(bounds_);
    made->soonest_end_ = now + kLeastAge;
    const std::lock_guard lock(mutex_);
    for (size_t i = 0; i < kNameSpaces; ++i) {
        const Space& from = spaces_[i];
        Space& to = made->spaces_[i];
        to.refused = from.refused;
        if (!lasts(static_cast<NameSpace>(i))) continue;
        to.ids = from.ids;
        to.texts.resize(from.texts.size());
        for (const auto& [text, id] : to.ids) to.texts[id] = &text;
    }
    return made;
}

std::string SharedNames::text(NameSpace space, NameId id) const {
    const std::lock_guard lock(mutex_);
    const Space& s = spaces_[static_cast<size_t>(space)];
    check(id != kNoName && id < s.texts.size(), "name id out of range", std::to_string(id));
    return *s.texts[id];
}

uint64_t SharedNames::refused(NameSpace space) const {
    const std::lock_guard lock(mutex_);
    return spaces_[static_cast<size_t>(space)].refused;
}

}  // namespace foreshock
