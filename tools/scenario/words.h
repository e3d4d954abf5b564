// Words of a scenario file with their places, and the problems found in them. What every reader of the format shares.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"

namespace foreshock {

// A word: what stands between blanks, or between double quotes. Trailing commas, trailing colons of a head and square
// brackets are words of their own.
struct Word {
    std::string text;
    uint32_t line = 0, column = 0;  // from 1
    bool quoted = false;

    bool is(std::string_view s) const { return !quoted && text == s; }
};

// Appends the words of one line. `column` is where `line` begins in its file. A `#` after a blank begins a comment.
void append_words(std::vector<Word>& words, std::string_view line, uint32_t line_number, uint32_t column = 1);

// Walks over words; the first problem of a reader ends its work, so that one mistake gives one message.
class WordReader {
public:
    WordReader(const std::vector<Word>& words, const std::string& file, Diagnostics& problems)
        : words_(words), file_(file), problems_(problems) {}

    bool at_end() const { return at_ >= words_.size(); }
    bool ok() const { return ok_; }
    size_t left() const { return words_.size() - at_; }
    const Word& peek(size_t ahead = 0) const;
    // The next word; a problem, "expected ...", when there is none.
    const Word& take(std::string_view expected);
    // Takes the next word if it is `s`.
    bool take_if(std::string_view s);
    void skip() { ++at_; }
    void fail(const Word& where, std::string message, std::string hint = {});

private:
    const std::vector<Word>& words_;
    const std::string& file_;
    Diagnostics& problems_;
    size_t at_ = 0;
    bool ok_ = true;
};

// "09:21", "09:21:40", "+21m40s" (from `start`) or RFC 3339. A time of day is the first one not before `start`.
// `precision`, where wanted, becomes how much of the time was written: a minute, a second or less.
std::optional<EventTime> parse_moment(std::string_view text, EventTime start, Micros* precision = nullptr);
// The shortest form that parse_moment reads back.
std::string moment_text(EventTime t, EventTime start);

}  // namespace foreshock
