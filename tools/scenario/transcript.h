// What the engine said in a run, as entries of named fields: what expectations are compared with, and what every mode of a
// run must say alike.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/time.h"
#include "engine/run/dead_letter.h"
#include "engine/run/metrics.h"
#include "engine/run/observer.h"

namespace foreshock {

enum class EntryKind : uint8_t { slots, signals, budgets, states, suppressed, ranking, warnings, revisions, shadow, dropped, dead_letters, totals, count_ };
std::string_view to_string(EntryKind k);

struct FieldValue {
    enum class Type : uint8_t { number, time, text };
    Type type = Type::text;
    double number = 0;  // NaN: unknown
    EventTime time{};   // zero: none
    std::string text;

    static FieldValue of(double x);
    static FieldValue of(EventTime t);
    static FieldValue of(std::string_view s);
};

// One line of output. The first `lead` fields stand without their names.
struct Entry {
    EntryKind kind = EntryKind::slots;
    size_t lead = 0;
    size_t shown = 0;  // fields after the lead that --update writes; the others are compared only where a test names them
    std::vector<std::pair<std::string, FieldValue>> fields;

    const FieldValue* find(std::string_view name) const;
    EventTime at() const;  // of the leading time; zero when there is none
};

// As --update writes it. `start` is the scenario's, for times of day.
std::string entry_text(const Entry& e, EventTime start);
std::string value_text(const FieldValue& v, EventTime start);

// Everything said about one decided slot. `exact` holds every digit and the warnings as they leave the program.
struct SlotRecord {
    SlotIndex slot;
    std::vector<Entry> entries;
    std::string exact;
    std::string inputs;  // of the warnings; empty where the records came in another order
};

struct Transcript {
    std::vector<SlotRecord> slots;   // in the order in which they were decided
    std::map<std::string, Entry> dead_letters;  // by partition and offset
    RunTotals totals;                // counts; of the last run where there were several
    bool whole = true;               // totals cover the whole input

    // Entries of one kind, in order. `revisions` are all warnings, `warnings` those that open, acknowledge or resolve one.
    std::vector<Entry> entries(EntryKind kind) const;
};

// Writes a transcript while a pipeline runs. The pipeline's thread rules hold: `decided` by the deciding thread,
// `write` by any.
class TranscriptWriter : public Observer, public DeadLetterOutput {
public:
    // `trace`: forecasts of every promise in every slot go to standard error.
    explicit TranscriptWriter(std::vector<std::string> dimensions, bool trace = false);
    ~TranscriptWriter() override;
    void decided(const DecidedSlot& slot) override;
    void write(std::string_view partition, const BadRecord& record) override;
    void write(const UndeliveredWarning&) override {}  // a scenario has no receivers
    Transcript take(const RunTotals& totals);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace foreshock
