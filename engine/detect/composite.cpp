#include "engine/detect/composite.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace foreshock {

Composites::Composites(const Inventory& inventory, const std::vector<SloState>& slos) : parts_(slos.size()) {
    const auto model_of = [&](const SloState& s) -> const Slo& { return inventory.services()[s.service].model->slos[s.slo]; };
    std::map<std::pair<std::string_view, std::string_view>, uint32_t> numbers;
    for (uint32_t k = 0; k < slos.size(); ++k) numbers[{inventory.services()[slos[k].service].name, model_of(slos[k]).name}] = k;
    for (uint32_t k = 0; k < slos.size(); ++k) {
        for (const SloPart& p : model_of(slos[k]).parts) {
            const auto at = numbers.find({p.service, p.slo});
            if (at != numbers.end()) parts_[k].push_back({at->second, p.weight});
        }
    }
    std::vector<uint8_t> mark(slos.size());
    for (uint32_t k = 0; k < slos.size(); ++k) place(k, mark);
}

// Depth is bounded by the model's check, which refuses cycles; `mark` stops at one all the same.
void Composites::place(uint32_t k, std::vector<uint8_t>& mark) {
    if (mark[k] != 0) return;
    mark[k] = 1;
    for (const Part& p : parts_[k]) place(p.slo, mark);
    order_.push_back(k);
}

bool Composites::excluded(uint32_t k, const std::vector<SloState>& slos) const {
    return !parts_[k].empty() && std::ranges::all_of(parts_[k], [&](const Part& p) { return slos[p.slo].excluded; });
}

double Composites::share(uint32_t k, const Slo& slo, const std::vector<SloState>& slos, bool owed) const {
    double all = 0, broken = 0, unknown = 0;
    for (const Part& p : parts_[k]) {
        const double weight = slo.weighted ? p.weight : 1;
        all += weight;
        if (owed && slos[p.slo].excluded) continue;
        if (slos[p.slo].violated) broken += weight;
        else if (std::isnan(slos[p.slo].value)) unknown += weight;
    }
    if (all <= 0) return kUnknown;
    if (slo.weighted) return unknown > 0 && broken / all < slo.below ? kUnknown : broken / all;
    const double needs = slo.needs > 0 ? slo.needs : all;
    if (all - broken < needs) return 1;
    return all - broken - unknown >= needs ? 0 : kUnknown;
}

}  // namespace foreshock
