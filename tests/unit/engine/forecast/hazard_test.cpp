#include "engine/forecast/hazard.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <set>

#include "engine/base/archive.h"
#include "tests/support/catch.h"

using namespace foreshock;
using Catch::Approx;

namespace foreshock {
extern const char* const kHazardModelFile;
}

namespace {

// A pool at 60 % whose use rises, with everything that a well-known system tells.
FeatureVector rising_pool() {
    FeatureVector f;
    const std::vector<std::pair<Feature, float>> readings{
        {Feature::first_level, 0.6F}, {Feature::first_sensor, 0.6F}, {Feature::first_predicted, 0.6F}, {Feature::first_predicted_5min, 0.7F},
        {Feature::first_predicted_10min, 0.8F}, {Feature::first_usual, 0.4F}, {Feature::first_cost_ratio, 1}, {Feature::first_cost_drift, 1},
        {Feature::first_slope_fast, 2}, {Feature::first_slope, 2}, {Feature::first_slope_slow, 1.5F}, {Feature::first_significance, 8},
        {Feature::first_rise_age, 300}, {Feature::first_used_headroom, 0.4F}, {Feature::first_need_ratio, 2.2F}, {Feature::first_crossing, 0.4F},
        {Feature::first_crossing_minutes, 12}, {Feature::first_line_minutes, 15}, {Feature::first_kind, 3}, {Feature::first_hops, 0},
        {Feature::most_level, 0.6F}, {Feature::most_predicted_10min, 0.8F}, {Feature::any_crossing, 0.4F}, {Feature::full, 0},
        {Feature::volume_ratio, 1.5F}, {Feature::volume_z, 10}, {Feature::volume_slope, 0.04F}, {Feature::entry_ratio, 1.5F}, {Feature::entry_z, 10},
        {Feature::entry_age, 300}, {Feature::entry_slope, 0.04F}, {Feature::entry_slope_fast, 0.04F}, {Feature::indicator, 0.4F},
        {Feature::indicator_slope, 0}, {Feature::worst_below, 0.3F}, {Feature::metric_promise, 0}, {Feature::since_broken, 7200}};
    for (const auto& [reading, x] : readings) f[reading] = x;
    return f;
}

FeatureVector drawn(std::mt19937& random) {
    FeatureVector f;
    for (float& x : f.x) if (random() % 4 != 0) x = static_cast<float>(random() % 3000) * 0.001F;
    return f;
}

// The readings that the training holds to be monotone, as it lists them.
std::vector<Feature> rising() {
    const char* folder = std::getenv("SOURCE_DIR");
    std::ifstream file(std::string(folder == nullptr ? "." : folder) + "/tools/train/train.py");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const size_t from = text.find("RISING = {"), to = text.find('}', from);
    REQUIRE(from != std::string::npos);
    std::vector<Feature> out;
    for (size_t at = text.find('"', from); at < to; at = text.find('"', at + 1)) {
        const size_t end = text.find('"', at + 1);
        const std::string name = text.substr(at + 1, end - at - 1);
        const auto found = std::ranges::find(kFeatureTable, name, &FeatureInfo::name);
        INFO(name);
        REQUIRE(found != kFeatureTable.end());
        out.push_back(static_cast<Feature>(found - kFeatureTable.begin()));
        at = end;
    }
    return out;
}

}  // namespace

TEST_CASE("hazard: the built-in model reads, and asks for readings that there are, each once") {
    TreeFile file;
    std::string problem;
    REQUIRE(file.parse(kHazardModelFile, problem));
    CHECK(file.features().size() > 40);
    CHECK(std::set<std::string>(file.features().begin(), file.features().end()).size() == file.features().size());
    for (const std::string& name : file.features()) {
        INFO(name);
        CHECK(std::ranges::find(kFeatureTable, name, &FeatureInfo::name) != kFeatureTable.end());
    }
    CHECK(&HazardModel::builtin() == &HazardModel::builtin());
    CHECK(std::isfinite(HazardModel::builtin().logit(FeatureVector())));  // nothing known at all
}

TEST_CASE("hazard: what speaks for a breach never lowers its odds when it grows") {
    const HazardModel& model = HazardModel::builtin();
    const std::vector<Feature> readings = rising();
    CHECK(readings.size() > 10);
    std::mt19937 random(11);
    for (int i = 0; i < 40; ++i) {
        const FeatureVector plain = i == 0 ? rising_pool() : drawn(random);
        for (const Feature reading : readings) {
            INFO(kFeatureTable[static_cast<size_t>(reading)].name << ", vector " << i);
            double last = -1e9;
            bool falls = false;
            for (float x = -2; x < 8; x += 0.02F) {
                FeatureVector f = plain;
                f[reading] = x;
                const double now = model.logit(f);
                falls = falls || now < last;
                last = now;
            }
            CHECK_FALSE(falls);
        }
    }
}

TEST_CASE("hazard: a pool that is nearly full and rises is likelier to break than one at rest") {
    FeatureVector rest = rising_pool(), full = rising_pool();
    for (const Feature f : {Feature::first_slope, Feature::first_slope_fast, Feature::first_slope_slow, Feature::first_crossing, Feature::any_crossing}) rest[f] = 0;
    for (const Feature f : {Feature::first_level, Feature::first_sensor, Feature::most_level}) { rest[f] = 0.4F; full[f] = 0.85F; }
    const HazardModel& model = HazardModel::builtin();
    CHECK(model.logit(rest) + 1 < model.logit(full));
}

TEST_CASE("hazard: quantiles are in order and within an hour, whatever the readings") {
    std::mt19937 random(12);
    for (int i = 0; i < 500; ++i) {
        const HazardModel::Seconds s = HazardModel::builtin().seconds(i == 0 ? FeatureVector() : i == 1 ? rising_pool() : drawn(random));
        CHECK(s.early >= 5);
        CHECK(s.early <= s.median);
        CHECK(s.median <= s.late);
        CHECK(s.late <= 3600);
    }
}

TEST_CASE("hazard: reasons are the heaviest of what adds up to the odds") {
    const HazardModel& model = HazardModel::builtin();
    TreeFile file;
    std::string problem;
    REQUIRE(file.parse(kHazardModelFile, problem));
    std::vector<double> unmoved(file.features().size());
    const double base = file.number("probability") + file.trees("probability")->explain(std::vector<float>(unmoved.size()), unmoved);
    std::mt19937 random(13);
    for (int i = 0; i < 50; ++i) {
        const FeatureVector f = i == 0 ? rising_pool() : drawn(random);
        const std::vector<double> all = model.contributions(f);
        double sum = base;
        for (const double x : all) sum += x;
        CHECK(sum == Approx(model.logit(f)).epsilon(1e-9).margin(1e-9));
        const std::vector<Reason> reasons = model.reasons(f);
        REQUIRE(reasons.size() <= 8);
        for (size_t k = 0; k < reasons.size(); ++k) {
            CHECK(reasons[k].weight == all[static_cast<size_t>(reasons[k].reading)]);
            if (k > 0) CHECK(std::abs(reasons[k].weight) <= std::abs(reasons[k - 1].weight));
        }
    }
}

TEST_CASE("hazard: single slots are averaged, whatever their length") {
    const HazardModel& model = HazardModel::builtin();
    const auto odds = [](const Hazard::Estimate& e) { return std::log(e.probability / (1 - e.probability)); };
    FeatureVector high = rising_pool();
    for (const Feature f : {Feature::first_level, Feature::most_level, Feature::first_crossing, Feature::any_crossing}) high[f] = 0.95F;
    const double low = model.logit(FeatureVector()), top = model.logit(high);
    REQUIRE(low + 0.5 < top);
    Hazard hazard, finer;
    CHECK(odds(hazard.step(model, {}, FeatureVector(), 10)) == Approx(low));  // the first word is taken as it is
    finer.step(model, {}, FeatureVector(), 10);
    double last = low;
    for (int i = 0; i < 30; ++i) {
        const double now = odds(hazard.step(model, {}, high, 10));
        CHECK(now > last);
        CHECK(now < top + 1e-9);
        for (int k = 0; k < 9; ++k) finer.step(model, {}, high, 1);
        CHECK(odds(finer.step(model, {}, high, 1)) == Approx(now).margin(1e-9));
        if (i == 2) CHECK(now == Approx(top + (low - top) * std::exp(-1)));  // after 30 s
        last = now;
    }
    CHECK(last == Approx(top).margin(0.001));
    hazard.forget();
    CHECK(odds(hazard.step(model, {}, FeatureVector(), 10)) == Approx(low));
}

TEST_CASE("hazard: saved and restored it goes on the same; a calibration is put on top of it") {
    const HazardModel& model = HazardModel::builtin();
    Hazard hazard, copy;
    hazard.step(model, {}, FeatureVector(), 10);
    Archive save;
    save(hazard);
    const std::string bytes = save.take();
    Archive restore{std::string_view(bytes)};
    restore(copy);
    REQUIRE((restore.ok() && restore.at_end()));
    CHECK(hazard.step(model, {}, rising_pool(), 10).probability == copy.step(model, {}, rising_pool(), 10).probability);
    Hazard plain;
    const Hazard::Estimate sure = plain.step(model, {1, 30, 1}, rising_pool(), 10);
    CHECK(sure.probability > 0.99);
    CHECK(sure.seconds.median > 0);
    CHECK(plain.step(model, {1, -30, 1}, rising_pool(), 10).probability < 0.001);
}
