// Rules while they are read from one or several files, with the places that the final checks need.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/plan/model.h"
#include "engine/plan/rule.h"
#include "rules/problems.h"

namespace foreshock {

struct RuleDraft {
    Rule rule;
    Place place;
    std::vector<Place> places;  // of the nodes of `when`, in the order of the tree
};

// A named condition, and whether any rule uses it.
struct DefinitionDraft {
    Place place;
    bool used = false;
};

struct RulesDraft {
    std::vector<RuleDraft> rules;
    std::map<std::string, DefinitionDraft> definitions;
};

// When all files are read: names that the model does not know, conditions that contradict each other. These are problems.
void check_rules(const RulesDraft& draft, const Model& model, Problems& problems);

// What is legal but hardly meant: definitions that nobody uses, rules that can never fire on this model, rules written twice.
void note_rules(const RulesDraft& draft, const Model& model, Problems& notes);

// Does anything in the model have the label?
bool has_label(const Model& model, const std::string& label);

// Services of the model that the rule is judged for, as far as the model tells; all of them where it is for something else.
std::vector<const ServiceModel*> services_of(const Rule& rule, const Model& model);

}  // namespace foreshock
