// Sums of regression trees over a vector of readings, read from a model file (model/README.md has its layout). Evaluation walks arrays,
// allocates nothing and adds in a fixed order: the same file and readings give the same bits. Read-only after parsing; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace foreshock {

class BoostedTrees {
public:
    // Sum over all trees for `x`, whose length is that of the file's features. NaN takes each split's own branch for what is missing.
    double sum(std::span<const float> x) const;
    // Adds to `out` (as long as `x`) what each reading moved the sum by on its way down the trees; returns the sum that no reading moves.
    // After A. Saabas: at a split, the difference of the mean outcomes below and above it belongs to the reading that is asked there.
    double explain(std::span<const float> x, std::span<double> out) const;
    size_t trees() const { return roots_.size(); }
    size_t nodes() const { return nodes_.size(); }

private:
    friend class TreeFile;
    struct Node {
        float threshold = 0;   // left when the reading is at most this
        float value = 0;       // of a leaf; of a split: mean of what is below it
        uint16_t feature = 0;
        uint16_t right = 0;    // distance to the right child; the left one is next. 0: a leaf
        bool missing_left = false;
    };
    static const Node* next(const Node* n, std::span<const float> x);

    std::vector<Node> nodes_;
    std::vector<uint32_t> roots_;
};

// A model file: its features by name, and sums of trees by name.
class TreeFile {
public:
    // False, with `problem` set, for text that is no model file or one of another version.
    bool parse(std::string_view text, std::string& problem);
    const std::vector<std::string>& features() const { return features_; }
    // Null when the file has none of that name.
    const BoostedTrees* trees(std::string_view name) const;
    // A number of the file's head, NaN when it has none.
    double number(std::string_view name) const;

private:
    bool parse_trees(std::string_view& text, BoostedTrees& out, size_t count) const;
    std::vector<std::string> features_;
    std::vector<std::pair<std::string, double>> numbers_;
    std::vector<std::pair<std::string, BoostedTrees>> sums_;
};

}  // namespace foreshock
