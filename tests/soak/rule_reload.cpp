// Reloads rules, and every other time the service model, again and again while slots are decided, as a running program does: YAML,
// check, plan, boundary of a slot.
// Memory has to stay flat. `rule_reload N` reloads N times and prints one JSON line; exit 1 when memory grows or a rule that stays as
// it is loses its state.
#include <malloc.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "engine/plan/changes.h"
#include "engine/run/checkpoint.h"
#include "engine/run/decider.h"
#include "engine/run/shared_names.h"
#include "rules/config.h"

using namespace foreshock;

namespace {

constexpr int kServices = 20;
constexpr long kAllowedGrowth_kib = 2048;

// Two versions in turn: of ten rules five stay as they are, four change, and the last has another name each time.
std::string config_text(int version) {
    std::string text = "services:\n";
    if (version % 4 == 1) text += "  guest: {slos: {latency: {indicator: p95_latency_ms, below: 300}}}\n";  // every other number moves
    for (int s = 0; s < kServices; ++s) text += "  s" + std::to_string(s) + ": {calls: [" + (s + 1 < kServices ? "s" + std::to_string(s + 1) : "") + "]}\n";
    text += "conditions:\n  surge: {spike: {measure: volume, ratio: 1.5}}\nrules:\n";
    const std::string turn = std::to_string(version % 2);
    for (int r = 0; r < 10; ++r) {
        const std::string name = r == 9 ? "turn-" + std::to_string(version) : "rule-" + std::to_string(r);
        const std::string within = r < 5 ? "10m" : turn + "5m";
        text += "  - name: " + name + "\n    text: 'rule {rule} at {service} " + (r < 5 ? "" : turn) + "'\n    when:\n      any:\n";
        text += "        - sequence: [{event: deploy}, {not: {event: rollback}}, {use: surge}]\n          within: " + within + "\n";
        text += "        - count: {of: {event: restart}, at_least: 3}\n          within: " + within + "\n";
        text += "        - all: [{absent: {}, for: 30m}, {not: {event: maintenance}}]\n          within: 1h\n";
    }
    return text;
}

long resident_kib() {
    malloc_trim(0);  // what is free is no growth
    std::ifstream statm("/proc/self/statm");
    long whole = 0, resident = 0;
    statm >> whole >> resident;
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

Config load(int version) {
    auto config = load_config_text(config_text(version), "soak.yaml");
    if (!config) {
        std::fprintf(stderr, "%s\n", config.problems().front().text().c_str());
        std::exit(2);
    }
    return std::move(config.value());
}

// One slot with transactions of every service, and a restart of one of them: rule-0 to rule-4 see three within ten minutes.
SlotPartial slot_sums(SharedNames& names, int64_t slot) {
    SlotPartial sums;
    sums.services.resize(kServices + 1);
    for (int s = 0; s < kServices; ++s) {
        const NameId id = names.intern(NameSpace::service, "s" + std::to_string(s));
        if (id >= sums.services.size()) sums.services.resize(id + 1);
        sums.services[id].rows = 200;
        sums.services[id].count = 200;
    }
    std::string name;
    OccurrenceName::join(name, {"restart", "s3", "", {{"by", "soak"}}});
    const NameId id = names.intern(NameSpace::occurrence, name);
    sums.occurrences.resize(id + 1);
    const int64_t at = slot * 10'000'000 + 5;
    if (slot % 12 == 0) sums.occurrences[id].add({1, at, at});
    return sums;
}

// Keeps what is open, by rule.
class OpenRules : public Observer {
public:
    void decided(const DecidedSlot& slot) override {
        for (const WarningRevision& w : slot.warnings) {
            opened += w.state == WarningState::open && w.rule == "rule-0";
            resolved += w.state == WarningState::resolved && w.rule == "rule-0";
        }
    }
    int opened = 0, resolved = 0;
};

}  // namespace

int main(int argc, char** argv) {
    const int reloads = argc > 1 ? std::atoi(argv[1]) : 300;
    Config first = load(0);
    SharedNames names(first.engine.bounds);
    auto decider = std::make_unique<Decider>(borrowed(first.model), first.engine);
    decider->use(first.rules);
    OpenRules open;
    decider->add(open);
    constexpr int64_t kFirstSlot = 179'516'520;
    long warm = 0, most = 0;
    size_t changed = 0;
    RulePlan before = first.rules;
    for (int i = 1; i <= reloads; ++i) {
        Config loaded = load(i);
        RulePlan next = loaded.rules;
        const Changes changes = changes_between(before.rules, next.rules);
        changed += changes.changed.size() + changes.added.size() + changes.removed.size();
        before = next;
        if (i % 2 == 0) decider->use(std::move(next));
        else decider = under_model(*decider, std::make_shared<const Model>(std::move(loaded.model)), first.engine, std::move(next));
        decider->decide({kFirstSlot + i}, slot_sums(names, kFirstSlot + i), names);
        if (i == reloads / 5) warm = resident_kib();  // caches, baselines and names are there by then
        if (i > reloads / 5 && i % (reloads / 5) == 0) most = std::max(most, resident_kib());
    }
    const long growth = most - warm;
    std::printf("{\"reloads\":%d,\"changes\":%zu,\"resident_kib_after_a_fifth\":%ld,\"resident_kib_greatest_after\":%ld,\"growth_kib\":%ld,\"opened\":%d,\"resolved\":%d}\n",
                reloads, changed, warm, most, growth, open.opened, open.resolved);
    if (open.opened != 1 || open.resolved != 0) std::fprintf(stderr, "rule-0 stays as it is and holds all the time: it should open once and not resolve\n");
    if (growth > kAllowedGrowth_kib) std::fprintf(stderr, "memory grows by %ld KiB\n", growth);
    return growth > kAllowedGrowth_kib || open.opened != 1 || open.resolved != 0 ? 1 : 0;
}
