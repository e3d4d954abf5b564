// Any text as a model of the learned decision: it is read, or the problem has a name; what was read can be walked to a leaf whatever
// the readings are.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "engine/forecast/boosted_trees.h"

using namespace foreshock;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void walk(const BoostedTrees& trees, const std::vector<float>& x) {
    std::vector<double> moved(x.size());
    require(std::isfinite(trees.sum(x)));  // a number that is none is no model
    require(std::isfinite(trees.explain(x, moved)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    TreeFile file;
    std::string problem;
    if (!file.parse(text, problem)) {
        require(!problem.empty());
        return 0;
    }
    require(problem.empty());
    for (const char* name : {"probability", "seconds", ""}) {
        const BoostedTrees* trees = file.trees(name);
        if (trees == nullptr) continue;
        require(trees->nodes() >= trees->trees());
        for (const float x : {0.0F, -1e30F, 1e30F, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
            walk(*trees, std::vector<float>(file.features().size(), x));
        }
    }
    return 0;
}
