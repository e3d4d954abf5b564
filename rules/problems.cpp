#include "rules/problems.h"

#include <algorithm>
#include <tuple>

namespace foreshock {
namespace {

constexpr size_t kLongestQuote = 60;
constexpr size_t kFewCandidates = 12;

auto order_of(const Place& p) { return std::tuple(p.file, p.line, p.column); }

}  // namespace

uint32_t Problems::add_file(std::string name) {
    files_.push_back(std::move(name));
    return static_cast<uint32_t>(files_.size() - 1);
}

void Problems::add(Place place, std::string message, std::string hint) {
    Diagnostic d{.file = place.file < files_.size() ? files_[place.file] : std::string{},
                 .line = place.line,
                 .column = place.column,
                 .message = std::move(message),
                 .hint = std::move(hint)};
    found_.push_back({place, std::move(d)});
}

Diagnostics Problems::take() {
    std::ranges::stable_sort(found_, {}, [](const Found& f) { return order_of(f.place); });
    Diagnostics out;
    for (Found& f : found_) {
        const bool again = !out.empty() && out.back().text() == f.diagnostic.text();
        if (!again) out.push_back(std::move(f.diagnostic));
    }
    found_.clear();
    return out;
}

// Damerau-Levenshtein (optimal string alignment) over three rows.
size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            const size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

std::string_view nearest(std::string_view text, std::span<const std::string_view> candidates) {
    if (text.size() > 100) return {};
    std::string_view best;
    size_t best_distance = 0;
    for (const std::string_view candidate : candidates) {
        if (candidate.size() > 100) continue;
        const size_t distance = edit_distance(text, candidate);
        if (distance > std::max<size_t>(1, std::max(text.size(), candidate.size()) / 3)) continue;
        if (best.empty() || distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    if (!best.empty()) return best;
    for (const std::string_view candidate : candidates) {  // "lateness" for "allowed_lateness"
        const bool inside = text.size() >= 4 && candidate.find(text) != candidate.npos;
        if (inside || (candidate.size() >= 4 && text.find(candidate) != text.npos)) return candidate;
    }
    return {};
}

std::string suggest(std::string_view text, std::span<const std::string_view> candidates) {
    if (const std::string_view near = nearest(text, candidates); !near.empty()) return "did you mean '" + std::string(near) + "'?";
    if (candidates.empty() || candidates.size() > kFewCandidates) return {};
    std::string out = "one of ";
    for (size_t i = 0; i < candidates.size(); ++i) {
        if (i > 0) out += ", ";
        out += candidates[i];
    }
    return out;
}

std::string in_quotes(std::string_view text) {
    std::string out = "'";
    for (const char c : text.substr(0, kLongestQuote)) out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    if (text.size() > kLongestQuote) out += "...";
    return out + "'";
}

}  // namespace foreshock
