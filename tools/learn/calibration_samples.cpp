#include "tools/learn/calibration_samples.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace foreshock {
namespace {

constexpr Micros kEvery = std::chrono::minutes{1};
constexpr double kLeastLeft = 10;  // seconds: nearer than that an interval says nothing

// How many they are; what breaks together in a service, or one right after the other, counts once.
size_t episodes(std::vector<Breach> breaches) {
    std::ranges::sort(breaches, {}, [](const Breach& b) { return std::tie(b.service, b.start); });
    size_t n = 0;
    const Breach* last = nullptr;
    EventTime until{};
    for (const Breach& b : breaches) {
        if (last == nullptr || last->service != b.service || b.start > until + LeadTimes::kGrace) {
            ++n;
            until = b.end;
        }
        until = std::max(until, b.end);
        last = &b;
    }
    return n;
}

}  // namespace

void CalibrationSamples::decided(const DecidedSlot& slot) {
    breaches_.decided(slot);
    const double seconds = to_seconds(slot.forecasts.end - (started_ ? last_ : slot.forecasts.start));
    if (!started_) first_ = slot.forecasts.start;
    started_ = true;
    last_ = slot.forecasts.end;
    for (size_t k = 0; k < slot.signals.slos.size(); ++k) decided(slot, k, seconds);
}

// The decision is made once more beside the forecaster's, for its odds alone: what the forecast holds has more put into it.
void CalibrationSamples::decided(const DecidedSlot& slot, size_t k, double seconds) {
    const SloState& state = slot.signals.slos[k];
    const BreachForecast& f = slot.forecasts.promises[k];
    const ServiceEntry& service = slot.inventory.services()[state.service];
    if (!f.learned || service.model == nullptr || state.slo >= service.model->slos.size()) return;
    Promise& p = promises_[{service.name, service.model->slos[state.slo].name}];
    if (state.violated) return p.hazard.forget();
    const double odds = p.hazard.step(HazardModel::builtin(), Calibration{}, *f.features, seconds).probability;
    if (slot.forecasts.end < p.next || std::isnan(state.value) || !(odds > 0 && odds < 1)) return;
    p.next = slot.forecasts.end + kEvery;
    const double share = std::min(1.0, f.probability / odds);
    if (!(share > 0)) return;  // maintenance
    p.said.push_back({slot.forecasts.end, {static_cast<float>(std::log(odds / (1 - odds))), static_cast<float>(share), false},
                      HazardModel::builtin().seconds(*f.features)});
}

CalibrationSamples::Outcome CalibrationSamples::outcome() const {
    Outcome out;
    out.hours = to_seconds(last_ - first_) / 3600;
    std::map<std::pair<std::string, std::string>, std::vector<Breach>> all;
    for (Breach& b : breaches_.breaches()) all[{b.service, b.slo}].push_back(b);
    std::vector<Breach> foreseen;
    for (const auto& [name, p] : promises_) {
        const std::vector<Breach>& breaches = all[name];
        size_t b = 0;  // the first that is not yet over, with its aftermath
        size_t counted = breaches.size();
        for (const Said& s : p.said) {
            if (s.at + LeadTimes::kHorizon > last_) break;
            while (b < breaches.size() && s.at > breaches[b].end + LeadTimes::kGrace) ++b;
            const bool comes = b < breaches.size() && breaches[b].start <= s.at + LeadTimes::kHorizon;
            if (comes && s.at >= breaches[b].start) continue;
            SaidOdds odds = s.odds;
            odds.broke = comes;
            out.odds.push_back(odds);
            if (!comes) continue;
            if (counted != b) foreseen.push_back(breaches[b]);
            counted = b;
            const double left = to_seconds(breaches[b].start - s.at);
            if (left < kLeastLeft) continue;
            out.ahead.push_back({odds, {static_cast<float>(s.seconds.early), static_cast<float>(s.seconds.median),
                                        static_cast<float>(s.seconds.late), static_cast<float>(left)}});
        }
    }
    out.breaches = episodes(std::move(foreseen));
    return out;
}

}  // namespace foreshock
