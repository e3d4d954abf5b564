// Names and reasons of states, for those who show them. Pure functions.
#pragma once

#include <string>

#include "engine/standing/standing.h"

namespace foreshock {

// "payment", or "teams/shop" for a node of a view.
std::string standing_name(const Inventory& inventory, const StandingChange& c);
// What made the state: "payment", "never_came connections_used of db-1", "silent transactions"; empty when nothing did.
std::string standing_reason(const Inventory& inventory, const StandingChange& c, const Standing& s);
std::string service_reason(const Inventory& inventory, const Standing& s);
std::string node_reason(const Inventory& inventory, const ViewNode& node, const Standing& s);

}  // namespace foreshock
