// From what the stages hand on to entries of a transcript: the fields that a scenario may name, per kind of entry.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/scenario/transcript.h"

namespace foreshock {

void append_slot_entries(std::vector<Entry>& entries, const DecidedSlot& slot, const std::vector<std::string>& dimensions);
void append_signal_entries(std::vector<Entry>& entries, const DecidedSlot& slot);
void append_suppressed_entries(std::vector<Entry>& entries, const DecidedSlot& slot);
void append_ranking_entries(std::vector<Entry>& entries, const DecidedSlot& slot);
void append_state_entries(std::vector<Entry>& entries, const DecidedSlot& slot);
void append_budget_entries(std::vector<Entry>& entries, const DecidedSlot& slot);
Entry warning_entry(const WarningRevision& w, EntryKind kind);
Entry dead_letter_entry(std::string_view partition, const BadRecord& record);
std::vector<Entry> dropped_entries(const RunTotals& totals);
Entry totals_entry(const RunTotals& totals);

// Every field of the entries to the last digit, the warnings as they leave the program, and the probability of every promise.
std::string exact_text(const DecidedSlot& slot, const std::vector<Entry>& entries);
// The records that each warning names as its inputs.
std::string inputs_text(const DecidedSlot& slot);
// One line a promise: what led to its probability. One line a rule that holds: since when, and because of what.
std::string trace_text(const DecidedSlot& slot);

// Names of the fields of a service's or a resource's slot, to tell names of fields from names of series.
bool is_slot_field(std::string_view name);

}  // namespace foreshock
