// Reads the user's rules wherever they stand: in the program's configuration, in model files, in files of their own.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "rules/condition_reader.h"
#include "rules/rule_draft.h"
#include "rules/section.h"

namespace foreshock {

// Collects first, since a named condition may be written after the rule that uses it, and in another file. One worker only.
class RuleLoader {
public:
    explicit RuleLoader(Problems& problems) : problems_(problems) {}

    // `rules` and `conditions` of a section that outlives the loader. `folder`: where paths of rule files start.
    void add(const Section& top, const std::string& folder, bool files_may_follow);
    // Reads what was collected. Call once.
    RulesDraft read();
    // Paths of the files of rules as they were named, with * and ?.
    const std::vector<std::string>& patterns() const { return patterns_; }

private:
    struct Item {
        const YamlNode* node;
        ReadContext* context;
    };
    void add_files(const YamlNode& item, const std::string& folder);
    void add_file(const std::string& path, Place place);
    RuleDraft read_rule(const Item& item);
    void read_head(const Section& section, Rule& rule);
    void check_text(const Section& section, const Rule& rule);
    void check_names(const Section& section, std::string_view key);

    Problems& problems_;
    std::deque<ReadContext> contexts_;
    std::deque<YamlNode> roots_;  // of rule files
    std::vector<Item> items_;
    std::vector<std::string> files_, patterns_;
    Definitions definitions_;
};

// The plan of a draft without problems; `model_hash` goes into the hash of the plan.
RulePlan plan_of(RulesDraft draft, const std::string& model_hash);

// Files that a path with * and ? in its last part means, ordered; the path itself where it has none of these.
std::vector<std::string> files_that_fit(const std::string& path);

// 16 hex digits of FNV-1a.
std::string hash_text(std::string_view text);
// Hash of what is written in a node, and of what it uses from elsewhere.
std::string definition_of(const YamlNode& node, std::string_view used = {});

}  // namespace foreshock
