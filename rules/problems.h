// Problems found while reading configuration: collected, so that a person sees all of them at once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace foreshock {

// A place in one of the files that were read.
struct Place {
    uint32_t file = 0;    // as numbered by Problems::add_file
    uint32_t line = 0;    // from 1; 0: the file as a whole
    uint32_t column = 0;  // from 1
};

// One worker only.
class Problems {
public:
    // Gives a file its number. `name` is what messages say.
    uint32_t add_file(std::string name);
    const std::string& file_name(uint32_t file) const { return files_[file]; }

    void add(Place place, std::string message, std::string hint = {});
    bool empty() const { return found_.empty(); }
    size_t size() const { return found_.size(); }
    // All of them, in the order of files, lines and columns, each once. Empties the collection.
    Diagnostics take();

private:
    struct Found {
        Place place;
        Diagnostic diagnostic;
    };
    std::vector<std::string> files_;
    std::vector<Found> found_;
};

// Number of single-character edits (insert, delete, replace, swap of neighbors) that turn one text into the other.
size_t edit_distance(std::string_view a, std::string_view b);

// The candidate that was most likely meant; empty when none is near (more than a third of the letters differ).
std::string_view nearest(std::string_view text, std::span<const std::string_view> candidates);

// "did you mean 'x'?" for the nearest candidate; else all of them, when they are few: "one of x, y, z"; else empty.
std::string suggest(std::string_view text, std::span<const std::string_view> candidates);

// 'text' in single quotes, cut to a readable length and without control characters.
std::string in_quotes(std::string_view text);

}  // namespace foreshock
