#include "engine/forecast/boosted_trees.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <type_traits>

namespace foreshock {
namespace {

constexpr std::string_view kMagic = "foreshock-trees 1";

std::string_view line_of(std::string_view& text) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
}

std::string_view word_of(std::string_view& line) {
    while (line.starts_with(' ')) line.remove_prefix(1);
    const size_t end = line.find(' ');
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(word.size());
    return word;
}

template <class T>
bool number_of(std::string_view& line, T& x) {
    const std::string_view word = word_of(line);
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), x);
    if constexpr (std::is_floating_point_v<T>) if (!std::isfinite(x)) return false;
    return error == std::errc{} && end == word.data() + word.size();
}

}  // namespace

const BoostedTrees::Node* BoostedTrees::next(const Node* n, std::span<const float> x) {
    const float v = x[n->feature];
    const bool left = std::isnan(v) ? n->missing_left : v <= n->threshold;
    return n + (left ? 1 : n->right);
}

double BoostedTrees::sum(std::span<const float> x) const {
    double sum = 0;
    for (const uint32_t root : roots_) {
        const Node* n = &nodes_[root];
        while (n->right != 0) n = next(n, x);
        sum += static_cast<double>(n->value);
    }
    return sum;
}

double BoostedTrees::explain(std::span<const float> x, std::span<double> out) const {
    double base = 0;
    for (const uint32_t root : roots_) {
        const Node* n = &nodes_[root];
        base += static_cast<double>(n->value);
        while (n->right != 0) {
            const Node* below = next(n, x);
            out[n->feature] += static_cast<double>(below->value) - static_cast<double>(n->value);
            n = below;
        }
    }
    return base;
}

// One line a tree: for each node, in the order of a walk that goes left first, either `v value` (a leaf) or
// `s feature threshold missing(l|r) right mean`.
bool TreeFile::parse_trees(std::string_view& text, BoostedTrees& out, size_t count) const {
    for (size_t t = 0; t < count; ++t) {
        std::string_view line = line_of(text);
        const auto root = static_cast<uint32_t>(out.nodes_.size());
        out.roots_.push_back(root);
        for (std::string_view kind = word_of(line); !kind.empty(); kind = word_of(line)) {
            BoostedTrees::Node n;
            if (kind == "s") {
                if (!number_of(line, n.feature) || !number_of(line, n.threshold)) return false;
                n.missing_left = word_of(line) == "l";
                if (!number_of(line, n.right) || !number_of(line, n.value) || n.right < 2 || n.feature >= features_.size()) return false;
            } else if (kind != "v" || !number_of(line, n.value)) {
                return false;
            }
            out.nodes_.push_back(n);
        }
        // Every walk ends inside the tree, on a leaf.
        const size_t size = out.nodes_.size() - root;
        for (size_t i = 0; i < size; ++i) {
            const BoostedTrees::Node& n = out.nodes_[root + i];
            if (n.right != 0 && i + n.right >= size) return false;
        }
        if (size == 0 || out.nodes_.back().right != 0) return false;
    }
    return true;
}

bool TreeFile::parse(std::string_view text, std::string& problem) {
    if (line_of(text) != kMagic) return problem = "does not begin with '" + std::string(kMagic) + "'", false;
    while (!text.empty()) {
        std::string_view line = line_of(text);
        const std::string_view word = word_of(line);
        if (word.empty() || word.starts_with('#')) continue;
        const std::string name(word_of(line));
        size_t count = 0;
        double number = 0;
        if (word == "feature") {
            if (std::ranges::find(features_, name) != features_.end()) return problem = "feature '" + name + "' stands twice", false;
            features_.push_back(name);
        } else if (word == "number" && number_of(line, number)) {
            numbers_.emplace_back(name, number);
        } else if (word == "trees" && number_of(line, count)) {
            if (!parse_trees(text, sums_.emplace_back(name, BoostedTrees{}).second, count)) return problem = "a tree of '" + name + "' cannot be read", false;
        } else {
            return problem = "cannot read '" + std::string(word) + "'", false;
        }
    }
    return true;
}

const BoostedTrees* TreeFile::trees(std::string_view name) const {
    for (const auto& [n, t] : sums_) if (n == name) return &t;
    return nullptr;
}

double TreeFile::number(std::string_view name) const {
    for (const auto& [n, x] : numbers_) if (n == name) return x;
    return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace foreshock
