// The model cut into shares that do not touch each other, so that each can be decided by itself. Services are connected by calls and by
// promises about a resource or a service of another; what is connected stays together. Services and resources that the model does not
// know share one place, since only the events tell how they belong together.
//
// Set up before start, then read-only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/plan/model.h"
#include "engine/plan/rule.h"

namespace foreshock {

class Components {
public:
    // `shares`: how many there are to be, from 1. A component goes to a share by a hash of its name, so that a component that is added
    // moves no other.
    Components(const Model& model, const RulePlan& rules, uint32_t shares);

    uint32_t shares() const { return shares_; }
    size_t count() const { return names_.size(); }  // components of the model
    // Its name is the least of its services' and resources'.
    const std::vector<std::string>& names() const { return names_; }

    uint32_t share_of_service(std::string_view name) const;
    // Where a resource that the model does not know is: with the service that its events name, or with all that is unknown.
    uint32_t share_of_resource(std::string_view name, std::string_view service) const;
    uint32_t share_of_unknown() const { return unknown_; }

    // What of the model is in a share: its services and resources, of the calendar what concerns them, and views that lie all within.
    Model part(const Model& model, uint32_t share) const;

    // The first rule that looks at everything at once, so that nothing can be cut; empty: none.
    const std::string& tied_by() const { return tied_by_; }

private:
    uint32_t shares_, unknown_;
    std::map<std::string, uint32_t, std::less<>> services_, resources_;  // share
    std::vector<std::string> names_;
    std::string tied_by_;
};

}  // namespace foreshock
