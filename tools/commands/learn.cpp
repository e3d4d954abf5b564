#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/commands/commands.h"
#include "tools/commands/past.h"
#include "tools/commands/session.h"
#include "tools/exit_codes.h"
#include "tools/learn/calibration_samples.h"
#include "tools/wiring.h"
#include "tools/write_file.h"

namespace foreshock {

namespace {

constexpr size_t kLeastBreaches = 5;
constexpr size_t kLeastMoments = 20;  // ahead of breaches, to say how wide intervals should be

struct Learned {
    Calibration calibration;
    size_t breaches = 0, samples = 0, moments = 0;
    double hours = 0;
    double loss_before = 0, loss_after = 0, coverage_before = 0, coverage_after = 0;
};

// As many decimals as a configuration needs; what is written is what is judged.
double rounded(double x) { return std::round(x * 1e4) / 1e4; }

Learned fit(const CalibrationSamples::Outcome& o, double clear_probability) {
    Learned l;
    l.breaches = o.breaches;
    l.samples = o.odds.size();
    l.hours = o.hours;
    l.calibration = fit_odds(o.odds);
    l.calibration.slope = rounded(l.calibration.slope);
    l.calibration.offset = rounded(l.calibration.offset);
    l.loss_before = log_loss(o.odds, Calibration{});
    l.loss_after = log_loss(o.odds, l.calibration);
    std::vector<SaidInterval> said;
    for (const auto& [odds, interval] : o.ahead)
        if (calibrated(odds, l.calibration) >= clear_probability) said.push_back(interval);
    l.moments = said.size();
    if (l.moments >= kLeastMoments) l.calibration.interval = std::min(10.0, std::ceil(fit_interval(said) * 1e4) / 1e4);
    l.coverage_before = coverage(said, 1);
    l.coverage_after = coverage(said, l.calibration.interval);
    return l;
}

std::string names(const LearnOptions& o) {
    std::string out;
    for (const std::string& name : o.inputs) out += (out.empty() ? "" : ", ") + name;
    if (out.empty()) out = "the sources of " + o.config;
    std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < ' '; }, '?');  // it stands in one line
    return out;
}

std::string as_yaml(const Learned& l, const LearnOptions& o) {
    std::string out = fmt::format("# Learned by `foreshock learn` from {}: {} breaches in {:.1f} hours, {} minutes of promises.\n", names(o), l.breaches, l.hours, l.samples);
    out += fmt::format("# Log loss {:.4f} before, {:.4f} after", l.loss_before, l.loss_after);
    if (l.moments >= kLeastMoments) {
        out += fmt::format("; 80 % intervals held {:.0f} % of {} moments ahead of breaches before, {:.0f} % after", 100 * l.coverage_before, l.moments, 100 * l.coverage_after);
    } else {
        out += fmt::format("; intervals are left as they are: only {} moments ahead of breaches were warned of", l.moments);
    }
    out += ".\n# Both are judged on what it was learned from.\nwarn:\n";
    out += fmt::format("  calibration: {{slope: {:.4f}, offset: {:.4f}, interval: {:.4f}}}\n", l.calibration.slope, l.calibration.offset, l.calibration.interval);
    return out;
}

std::string as_json(const Learned& l, const LearnOptions& o) {
    const auto r = [](double x) { return std::round(x * 1e6) / 1e6; };
    const nlohmann::ordered_json out{
        {"inputs", o.inputs}, {"breaches", l.breaches}, {"hours", r(l.hours)}, {"samples", l.samples},
        {"calibration", {{"slope", l.calibration.slope}, {"offset", l.calibration.offset}, {"interval", l.calibration.interval}}},
        {"log_loss", {{"before", r(l.loss_before)}, {"after", r(l.loss_after)}}},
        {"coverage", {{"before", r(l.coverage_before)}, {"after", r(l.coverage_after)}, {"moments", l.moments}}}};
    return out.dump(2) + "\n";
}

}  // namespace

int learn_command(const LearnOptions& o) {
    auto config = load_config(o.config);
    if (!config) return print(config.problems()), kWrongUsage;
    set_up_log(o, config.value());
    config.value().engine.warn.calibration = {};
    const auto past = open_past(o.inputs, o.from, o.to, config.value());
    if (!past) return print(past.problems()), kWrongUsage;
    CalibrationSamples samples;
    const auto played = play(past.value(), config.value(), workers(o, config.value()), {{}, {&samples}});
    if (!played) return print(played.problems()), kOutsideFailed;
    if (played.value().stopped) return std::fputs("foreshock learn: stopped before the end; nothing is learned\n", stderr), kDidNotHold;
    const CalibrationSamples::Outcome outcome = samples.outcome();
    if (outcome.breaches < kLeastBreaches) {
        std::fprintf(stderr,
                     "foreshock learn: %zu breach%s in %.1f hours, and at least %zu are needed: give a longer history with --input, or leave "
                     "warn.calibration as it is\n",
                     outcome.breaches, outcome.breaches == 1 ? "" : "es", outcome.hours, kLeastBreaches);
        return kDidNotHold;
    }
    const Learned learned = fit(outcome, config.value().engine.warn.clear_probability);
    const std::string yaml = as_yaml(learned, o);
    if (!o.output.empty())
        if (Status s = write_file(o.output, yaml, "what was learned"); !s) return print(s.problems()), kOutsideFailed;
    if (o.json) std::fputs(as_json(learned, o).c_str(), stdout);
    else if (o.output.empty()) std::fputs(yaml.c_str(), stdout);
    return kFine;
}

}  // namespace foreshock
