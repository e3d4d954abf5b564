// Stage: rules that hold in, revisions of their warnings out. Opens at once, says so again when something has changed (or after an
// hour), and resolves when the rule has not held for its `resolve_after`, or waits for something else now, or has been removed. At most
// one open warning for each rule and key. One worker only.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/archive.h"
#include "engine/match/firing.h"
#include "engine/plan/inventory.h"
#include "engine/plan/options.h"
#include "engine/warn/warning.h"

namespace foreshock {

// What rules have to say in one slot, in the order of rules and keys.
struct RuleWarnings {
    std::vector<WarningRevision> said;
    std::vector<WarningRevision> shadow;  // of shadow rules: for the record only
};

class RuleWarner {
public:
    RuleWarner(const Inventory& inventory, const EngineOptions& options) : inventory_(inventory), options_(options) {}
    // While `others` and these are as many as may be open, what would open is kept back. Valid until the next call.
    const RuleWarnings& decide(const Firings& firings, size_t others = 0);
    // Warnings that are open, but those of shadow rules.
    size_t count() const;
    // Every warning that is open after the slot, as it stands, but those of shadow rules. Valid until the next `decide`.
    const std::vector<WarningRevision>& open() const { return open_now_; }
    // What was kept back or let go in this slot; the SLO is the name of the rule.
    const std::vector<SuppressedWarning>& suppressed() const { return suppressed_; }
    void archive(Archive& a) { a(lives_, held_); }
    // What is open in bytes that `archive` saved; nothing where they are broken.
    static std::vector<OpenWarning> open_in(std::string_view archived, const std::string& app);

private:
    // An open warning, with what its end needs where the rule is gone by then.
    struct Life {
        std::string condition, title, service, resource, owner;
        std::vector<Label> labels, links;
        std::string said_definition;                // of the rule when it was last said …
        std::map<std::string, double> said_values;  // … and what was seen then, by entity
        bool shadow = false, critical = false;
        uint32_t version = 1, revision = 1;
        EventTime opened_start{}, opened_at{}, said_at{}, held_at{};

        void archive(Archive& a) {
            a(condition, title, service, resource, owner, labels, links, said_definition, said_values, shadow, critical, version, revision, opened_start, opened_at,
              said_at, held_at);
        }
    };
    // Kept back by maintenance, or the bound of open warnings.
    struct Held {
        std::string by, service, resource;
        EventTime held_at{};
        void archive(Archive& a) { a(by, service, resource, held_at); }
    };
    using Name = std::pair<std::string, std::string>;  // rule, key

    static const Rule* rule_of(const Firings& slot, const Name& name);
    static bool calm(const Firings& slot, const Rule& rule, EventTime held_at);
    static bool is_of(const Life& life, const Rule& rule);
    // True when there is something to say again that was not said before.
    static bool has_news(const Life& life, const Rule& rule, const std::vector<Evidence>& evidence);
    void hold(const Firings& slot, const RuleFiring& f);
    // True while maintenance of the calendar keeps quiet what the rule would open, or there is no place for it.
    bool keep_back(const Firings& slot, const Name& name, const Life& life);
    const CalendarEntry* maintenance(const Life& life, EventTime t) const;
    void note(SuppressedWarning::State state, const Firings& slot, const Name& name, const Held& held);
    void let_go(const Firings& slot);
    void resolve(const Firings& slot);
    void begin(const Firings& slot, const RuleFiring& f, const Rule& rule, Life& life) const;
    // Takes what may change in a rule that still waits for the same.
    static void refresh(Life& life, const Rule& rule);
    // Open still, though its rule does not hold at the moment.
    WarningRevision calming(const Firings& slot, const Name& name, const Life& life) const;
    WarningRevision revision(const Firings& slot, const Name& name, const Life& life, WarningState state) const;
    void add_firing(const RuleFiring& f, WarningRevision& w) const;
    void say(const Life& life, WarningRevision w);

    const Inventory& inventory_;
    const EngineOptions& options_;
    std::map<Name, Life> lives_;
    std::map<Name, Held> held_;
    size_t places_ = 0;  // left in this slot
    std::vector<SuppressedWarning> suppressed_;
    RuleWarnings out_;
    std::vector<WarningRevision> open_now_;
};

}  // namespace foreshock
