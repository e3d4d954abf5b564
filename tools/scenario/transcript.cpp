#include "tools/scenario/transcript.h"

#include <cmath>
#include <cstdio>
#include <mutex>

#include "tools/scenario/entries.h"
#include "tools/scenario/words.h"

namespace foreshock {
namespace {

// A number as people write it: whole, or to about three digits that matter.
std::string number_text(double x) {
    if (std::isnan(x)) return "unknown";
    const double size = std::fabs(x);
    const int decimals = size == std::floor(size) ? 0 : size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : size >= 0.01 ? 3 : 6;
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, x);
    std::string s = text;
    if (s.find('.') == s.npos) return s;
    s.erase(s.find_last_not_of('0') + 1);
    if (s.back() == '.') s.pop_back();
    return s;
}

}  // namespace

std::string_view to_string(EntryKind k) {
    constexpr std::string_view kNames[]{"slots", "signals", "budgets", "states", "suppressed", "ranking", "warnings", "revisions", "shadow", "dropped", "dead_letters", "totals"};
    return kNames[static_cast<size_t>(k)];
}

FieldValue FieldValue::of(double x) {
    FieldValue v;
    v.type = Type::number;
    v.number = x;
    return v;
}
FieldValue FieldValue::of(EventTime t) {
    FieldValue v;
    v.type = Type::time;
    v.time = t;
    return v;
}
FieldValue FieldValue::of(std::string_view s) {
    FieldValue v;
    v.text = s;
    return v;
}

const FieldValue* Entry::find(std::string_view name) const {
    for (const auto& [field, value] : fields)
        if (field == name) return &value;
    return nullptr;
}

EventTime Entry::at() const {
    return !fields.empty() && fields[0].second.type == FieldValue::Type::time ? fields[0].second.time : EventTime{};
}

std::string value_text(const FieldValue& v, EventTime start) {
    if (v.type == FieldValue::Type::number) return number_text(v.number);
    if (v.type == FieldValue::Type::time) return moment_text(v.time, start);
    const bool bare = !v.text.empty() && v.text.find_first_of(" \t\"#,:[]") == v.text.npos;
    return bare ? v.text : '"' + v.text + '"';
}

std::string entry_text(const Entry& e, EventTime start) {
    std::string text;
    for (size_t i = 0; i < std::min(e.fields.size(), e.lead + e.shown); ++i) {
        if (i > 0) text += ' ';
        if (i >= e.lead) text += e.fields[i].first + ' ';
        text += value_text(e.fields[i].second, start);
    }
    return text;
}

std::vector<Entry> Transcript::entries(EntryKind kind) const {
    std::vector<Entry> found;
    if (kind == EntryKind::dropped) return dropped_entries(totals);
    if (kind == EntryKind::totals) return {totals_entry(totals)};
    if (kind == EntryKind::dead_letters) {
        for (const auto& [key, entry] : dead_letters) found.push_back(entry);
        return found;
    }
    const bool life_only = kind == EntryKind::warnings || kind == EntryKind::shadow;
    for (const SlotRecord& slot : slots) {
        for (const Entry& e : slot.entries) {
            if (e.kind != (kind == EntryKind::warnings ? EntryKind::revisions : kind)) continue;
            if (life_only && e.find("state")->text == to_string(WarningState::updated)) continue;
            found.push_back(e);
        }
    }
    return found;
}

struct TranscriptWriter::State {
    std::vector<std::string> dimensions;
    bool trace = false;
    std::mutex mutex;  // of what other threads write
    Transcript transcript;
};

TranscriptWriter::TranscriptWriter(std::vector<std::string> dimensions, bool trace) : state_(std::make_unique<State>()) {
    state_->dimensions = std::move(dimensions);
    state_->trace = trace;
}
TranscriptWriter::~TranscriptWriter() = default;

void TranscriptWriter::decided(const DecidedSlot& slot) {
    SlotRecord record;
    record.slot = slot.slot.index;
    append_slot_entries(record.entries, slot, state_->dimensions);
    append_signal_entries(record.entries, slot);
    append_budget_entries(record.entries, slot);
    append_state_entries(record.entries, slot);
    append_suppressed_entries(record.entries, slot);
    append_ranking_entries(record.entries, slot);
    for (const WarningRevision& w : slot.warnings) record.entries.push_back(warning_entry(w, EntryKind::revisions));
    for (const WarningRevision& w : slot.shadow) record.entries.push_back(warning_entry(w, EntryKind::shadow));
    record.exact = exact_text(slot, record.entries);
    record.inputs = inputs_text(slot);
    if (state_->trace) std::fputs(trace_text(slot).c_str(), stderr);
    state_->transcript.slots.push_back(std::move(record));
}

void TranscriptWriter::write(std::string_view partition, const BadRecord& record) {
    const std::lock_guard lock(state_->mutex);
    char offset[24];
    std::snprintf(offset, sizeof offset, " %019lld", static_cast<long long>(record.offset));
    state_->transcript.dead_letters.emplace(std::string(partition) + offset, dead_letter_entry(partition, record));
}

Transcript TranscriptWriter::take(const RunTotals& totals) {
    const std::lock_guard lock(state_->mutex);
    Transcript taken = std::move(state_->transcript);
    state_->transcript = {};
    taken.totals = totals;
    return taken;
}

}  // namespace foreshock
