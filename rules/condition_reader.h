// Reads one condition of a rule: a signal, or several joined. Named conditions are put in where they are used.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "rules/rule_draft.h"
#include "rules/section.h"

namespace foreshock {

// Named conditions of all files: where each is written, and the context of its file.
struct Definition {
    const YamlNode* node = nullptr;
    ReadContext* context = nullptr;
    Place place;
    bool used = false;
};
using Definitions = std::map<std::string, Definition, std::less<>>;

// One for each rule or definition. Problems go to the context of the file in which they stand.
class ConditionReader {
public:
    explicit ConditionReader(Definitions& definitions) : definitions_(definitions) {}

    RuleCondition read(ReadContext& context, const YamlNode& node);
    // Of the nodes read, in the order of the tree.
    const std::vector<Place>& places() const { return places_; }
    // Canonical text of the named conditions that were put in.
    const std::string& used() const { return used_; }

private:
    RuleCondition short_form(ReadContext& context, const YamlNode& node);
    RuleCondition use(ReadContext& context, const Section& section);
    void read_signal(const Section& section, RuleCondition& c);
    void read_event(ReadContext& context, const YamlNode& value, RuleCondition& c);
    void read_joined(ReadContext& context, const Section& section, RuleCondition& c);
    void read_count(ReadContext& context, const Section& section, RuleCondition& c);
    void read_times(const Section& section, RuleCondition& c);
    void check_shape(const Section& section, const RuleCondition& c);

    Definitions& definitions_;
    std::vector<Place> places_;
    std::vector<std::string> open_;  // names that are being put in
    std::string used_;
};

}  // namespace foreshock
