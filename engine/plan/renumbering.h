// State is kept by the number of a service, resource, gauge, promise or node of a view. Under another model the numbers are others;
// names stay. A renumbering says which number of before is which one now, so that what did not change keeps its state. What the model
// before named and this one does not is forgotten; what was discovered stays.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/archive.h"
#include "engine/plan/inventory.h"

namespace foreshock {

// The names behind the numbers of an inventory, by number.
struct Numbering {
    std::vector<std::string> services, resources, gauges;
    std::vector<std::string> promises;  // of all services in turn
    std::vector<std::string> nodes;     // of all views in turn
    std::vector<uint32_t> promise_services;  // [promise] number of its service
    std::vector<uint8_t> modeled_services, modeled_resources;  // 1: the model names it

    explicit Numbering(const Inventory& inventory);
    Numbering() = default;
    void archive(Archive& a) { a(services, resources, gauges, promises, nodes, promise_services, modeled_services, modeled_resources); }
};

struct Renumbering {
    using Numbers = std::vector<uint32_t>;           // [number then] number now, kNoIndex: gone
    using PromiseKey = std::pair<uint32_t, uint32_t>;  // service, number of the promise among its own; kNoIndex: its capacity
    Numbers services, resources, gauges, promises;
    Numbers standings;  // nodes of all views, then services
    std::map<PromiseKey, PromiseKey> keys;  // of promises that are still there

    // Knows only what was named then, until `complete`: the inventory is restored in between.
    explicit Renumbering(const Numbering& then) : then_(then) {}
    void complete(const Numbering& now);
    // Service and name of a promise, empty for its capacity.
    std::pair<std::string, std::string> promise_then(const PromiseKey& key) const;
    bool named_service(size_t then) const { return then < then_.modeled_services.size() && then_.modeled_services[then] != 0; }
    bool named_resource(size_t then) const { return then < then_.modeled_resources.size() && then_.modeled_resources[then] != 0; }

private:
    const Numbering& then_;
};

// Saves or restores what is kept by number; entries that are new come as their type makes them.
template <class T>
void archive_numbered(Archive& a, std::vector<T>& entries, Renumbering::Numbers Renumbering::*kind) {
    a(entries);
    if (!a.restoring() || !a.ok() || a.renumbering() == nullptr) return;
    const Renumbering::Numbers& now = a.renumbering()->*kind;
    std::vector<T> moved;
    if (entries.size() > now.size()) return a.fail();
    for (size_t i = 0; i < entries.size(); ++i) {
        if (now[i] == kNoIndex) continue;
        if (now[i] >= moved.size()) moved.resize(now[i] + 1);
        moved[now[i]] = std::move(entries[i]);
    }
    entries = std::move(moved);
}

// Saves or restores a number.
inline void archive_number(Archive& a, uint32_t& number, Renumbering::Numbers Renumbering::*kind) {
    a(number);
    if (!a.restoring() || !a.ok() || a.renumbering() == nullptr || number == kNoIndex) return;
    const Renumbering::Numbers& now = a.renumbering()->*kind;
    if (number >= now.size()) return a.fail();
    number = now[number];
}

}  // namespace foreshock
