// What a scenario says must come out, and how it is compared. Only the fields that are written are compared, each to the
// digits that are written; the number and the order of the entries always are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "tools/scenario/transcript.h"
#include "tools/scenario/words.h"

namespace foreshock {

// One expected entry.
struct Pattern {
    uint32_t line = 0;
    std::string text;         // as written
    std::vector<Word> lead;   // values that stand without a name
    std::vector<std::pair<Word, Word>> fields;
};

// One `expect KIND [WORD] [of NAME] [from TIME] [to TIME]:` block: everything of the kind that it covers.
struct Expectation {
    EntryKind kind = EntryKind::slots;
    std::string second;       // `spike`, `opened`: the word after the time; empty: any
    std::string of;           // a glob on the names of services and resources; empty: any
    std::optional<EventTime> from, to;  // of the leading time, `to` not included
    uint32_t line = 0;        // of the head
    uint32_t body_end = 0;    // last line of the block
    std::vector<Pattern> patterns;

    bool covers(const Entry& e) const;
};

Expectation parse_expectation_head(const std::vector<Word>& words, EventTime start, const std::string& file, Diagnostics& problems);
Pattern parse_pattern(EntryKind kind, const std::string& line, uint32_t line_number, const std::string& file, Diagnostics& problems);

// Empty when `got` is what the pattern says; else what differs: "count: expected 200, got 201".
std::string difference(const Pattern& expected, const Entry& got, EventTime start);

// One step of going through both sides: an expected entry, one that was said, or both where they belong together.
struct Pairing {
    const Pattern* expected = nullptr;
    const Entry* got = nullptr;
    std::string difference;  // empty: they agree
};

// Pairs what was expected with what was said so that as many as possible agree. The pairs point into both arguments.
std::vector<Pairing> compare(const Expectation& expectation, const std::vector<Entry>& said, EventTime start);
std::vector<Pairing> compare(const Expectation&, std::vector<Entry>&&, EventTime) = delete;

}  // namespace foreshock
