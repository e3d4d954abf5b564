#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "connectors/file/byte_stream.h"
#include "rules/config.h"
#include "tests/support/catch.h"
#include "tools/generate/scenario/demand.h"
#include "tools/generate/scenario/foreseeable.h"
#include "tools/generate/scenario/load.h"
#include "tools/generate/scenario/scenario.h"
#include "tools/generate/scenario/write_history.h"

using namespace foreshock;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

ScenarioRequest request(const char* kind, uint64_t seed, bool broad = false) {
    ScenarioRequest r;
    r.kind = find_kind(kind);
    r.seed = seed;
    r.broad = broad;
    r.live_minutes = 100;
    r.history_hours = 2;
    return r;
}

std::string text_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string unpacked(const std::filesystem::path& path) {
    auto stream = open_bytes(path.string());
    REQUIRE(stream);
    std::string text;
    std::vector<char> room(1 << 16);
    for (ReadStep step; (step = stream.value()->read(room.data(), room.size(), std::chrono::milliseconds{0})).state !=
                        ReadStep::State::end;) {
        REQUIRE(step.state == ReadStep::State::bytes);
        text.append(room.data(), step.bytes);
    }
    return text;
}

// A folder of its own, gone with the test.
struct Folder {
    std::filesystem::path path = std::filesystem::temp_directory_path() /
                                 ("foreshock-scenarios-" + std::to_string(reinterpret_cast<uintptr_t>(this)));
    ~Folder() { std::filesystem::remove_all(path); }
};

constexpr std::array kFiles{"model.yaml", "model.json", "history.jsonl.zst", "events.jsonl.zst", "truth.json"};

}  // namespace

TEST_CASE("scenario generator: kinds are found by name, and some are held out") {
    std::set<std::string_view> names;
    size_t held_out = 0;
    for (const ScenarioKind& kind : scenario_kinds()) {
        CHECK(names.insert(kind.name).second);
        CHECK(find_kind(kind.name) == &kind);
        held_out += kind.group == KindGroup::held_out;
    }
    CHECK(held_out >= 5);
    CHECK(find_kind("no such kind") == nullptr);
}

TEST_CASE("scenario generator: what is declared may be less than what is there, and other work comes again") {
    const ScenarioSpec soft = plan_scenario(request("soft_limit", 5, false));
    const std::vector<ServiceLoad> loads = loads_at(soft, 0, ~uint64_t{0}, ~uint64_t{0});
    size_t declared = 0;
    for (const ServiceSpec& s : soft.services)
        for (const Declared& d : {s.declared_cpu, s.declared_threads, s.declared_connections}) {
            CHECK(d.share > 0);
            CHECK((d.shown > 0 || d.share == 1));
            declared += d.share < 1;
        }
    CHECK(declared >= 1);
    CapacityEvent e;
    e.start_s = -100;
    e.end_s = -50;
    e.period_s = 1000;
    CHECK(height(e, -101) == 0);
    CHECK(height(e, -60) == 1);
    CHECK(height(e, 0) == 0);
    CHECK(height(e, 1940) == 1);
}

TEST_CASE("scenario generator: draws have the distributions they are named after") {
    RandomStream random(7);
    double sum = 0, squares = 0, few = 0, many = 0;
    constexpr int kDraws = 20000;
    for (int i = 0; i < kDraws; ++i) {
        const double z = random.normal();
        sum += z;
        squares += z * z;
        few += random.poisson(3);
        many += random.poisson(300);
    }
    CHECK_THAT(sum / kDraws, WithinAbs(0, 0.03));
    CHECK_THAT(squares / kDraws, WithinAbs(1, 0.04));
    CHECK_THAT(few / kDraws, WithinAbs(3, 0.05));
    CHECK_THAT(many / kDraws, WithinAbs(300, 0.5));
    CHECK(RandomStream(7).next() == 0xb358faf74ef9765aU);  // the same numbers on every machine
}

TEST_CASE("scenario generator: heights of demand events") {
    DemandEvent e;
    e.start_s = 100;
    e.rise_s = 60;
    e.hold_s = 120;
    e.fall_s = 60;
    e.form = DemandForm::ramp;
    CHECK(height(e, 99) == 0);
    CHECK_THAT(height(e, 130), WithinAbs(0.5, 1e-9));
    CHECK(height(e, 200) == 1);
    CHECK_THAT(height(e, 340), WithinAbs(0, 1e-9));
    e.form = DemandForm::spot;
    CHECK_THAT(height(e, 220), WithinAbs(std::exp(-1.0), 1e-9));
    e.form = DemandForm::exponential;
    CHECK(height(e, 130) < 0.25);
    CHECK_THAT(height(e, 160), WithinAbs(1, 1e-9));
    e.form = DemandForm::herd;  // an outage first
    CHECK(height(e, 150) == -1);
    CHECK(onset(e) == 220);
}

TEST_CASE("scenario generator: every kind is planned, its resources are not full on a usual day") {
    for (const ScenarioKind& kind : scenario_kinds())
        for (const bool broad : {false, true}) {
            INFO(kind.name);
            const ScenarioSpec spec = plan_scenario(request(kind.name.data(), 5, broad));
            CHECK(spec.services.size() >= 3);
            CHECK(spec.services.size() <= 11);
            for (double t = -86400; t < static_cast<double>(spec.live_s); t += 3600) {
                const std::vector<ServiceLoad> loads = loads_at(spec, t, ~uint64_t{0}, ~uint64_t{0});
                for (size_t s = 0; s < loads.size(); ++s) {
                    const ServiceSpec& service = spec.services[s];
                    CHECK(loads[s].cores < 0.75 * service.cores);
                    if (service.threads > 0) CHECK(loads[s].total * loads[s].hold_s < 0.75 * service.threads);
                    if (service.connections > 0) CHECK(loads[s].total * loads[s].pooled_s < 0.75 * service.connections);
                    CHECK(service.timeout_s * 1000 > service.slo_ms);
                }
            }
        }
}

TEST_CASE("scenario generator: the simulation obeys Little's law and utilization at rest") {
    const ScenarioSpec spec = plan_scenario(request("quiet", 3));
    ScenarioSpec calm = spec;
    calm.demand.clear();
    const ServiceSimulation before = run_history(calm, nullptr);
    const LiveRun run(calm, before, {});
    const std::vector<ServiceLoad> expected = loads_at(calm, 300, 0, 0);
    for (uint32_t s = 0; s < calm.services.size(); ++s) {
        if (calm.services[s].role == ServiceRole::consumer) continue;
        double out = 0, jobs = 0, cpu = 0;
        for (int64_t t = 0; t < 600; ++t) {
            const ServiceMoment& x = run.at(t, s);
            out += x.out() / 600;
            jobs += x.threads / 600;
            cpu += x.cpu / 600;
        }
        INFO(calm.services[s].name);
        CHECK_THAT(out, WithinRel(expected[s].total, 0.2));
        CHECK_THAT(jobs, WithinRel(out * run.at(300, s).response_s, 0.2));
        CHECK(cpu > 0.7 * out * expected[s].work_s / calm.services[s].cores);
    }
}

TEST_CASE("scenario generator: a run without its events differs only by them") {
    const ScenarioSpec spec = plan_scenario(request("email_cpu", 11));
    const ServiceSimulation before = run_history(spec, nullptr);
    const LiveRun with(spec, before, {}), without(spec, before, {~uint64_t{0}, 0});
    double first = static_cast<double>(spec.live_s);
    for (const DemandEvent& e : spec.demand) first = std::min(first, e.start_s);
    for (uint32_t s = 0; s < spec.services.size(); ++s) CHECK(with.at(100, s).out() == without.at(100, s).out());
    REQUIRE(first > 100);
    const auto peak = static_cast<int64_t>(spec.demand.front().start_s + spec.demand.front().rise_s);
    CHECK(with.at(peak, 0).out() > 1.2 * without.at(peak, 0).out());
}

TEST_CASE("scenario generator: a planned campaign breaches by demand, is foreseeable and names the bottleneck") {
    const SimulatedScenario s = run_scenario(request("email_cpu", 11), nullptr);
    REQUIRE_FALSE(s.truth.breaches.empty());
    const TrueBreach& b = s.truth.breaches.front();
    CHECK(b.cause == "demand");
    CHECK(b.driver == std::vector<std::string>{"volume"});
    CHECK(b.binding_resource == resource_name(s.spec.services[s.spec.bottleneck], SimulatedResource::cpu));
    CHECK(b.onset_s < b.foreseeable_s);
    CHECK(b.foreseeable_s < b.start_s);
    CHECK(b.start_s < b.end_s);
}

TEST_CASE("scenario generator: what a kind promises to harm nobody does not") {
    for (const char* kind : {"headroom", "quiet", "bots"})
        CHECK(run_scenario(request(kind, 21), nullptr).truth.breaches.empty());
}

TEST_CASE("scenario generator: a leak of connections is a loss of capacity") {
    const SimulatedScenario s = run_scenario(request("connection_leak", 4), nullptr);
    REQUIRE_FALSE(s.truth.breaches.empty());
    CHECK(s.truth.breaches.front().cause == "capacity_loss");
    CHECK(s.truth.breaches.front().binding_resource.ends_with("-conn"));
    CHECK(s.truth.breaches.front().demand_start_s == -1);
}

TEST_CASE("scenario generator: the same request writes the same bytes, and the program can read them") {
    Folder one, two;
    const ScenarioRequest r = request("host_rename", 9, true);
    const auto made = generate_scenario(r, one.path.string());
    REQUIRE(made);
    REQUIRE(generate_scenario(r, two.path.string()));
    const std::string id = made.value().id;
    for (const char* file : kFiles) CHECK(text_of(one.path / id / file) == text_of(two.path / id / file));
    CHECK(load_config((one.path / id / "model.yaml").string()));

    const std::string events = unpacked(one.path / id / "events.jsonl.zst");
    CHECK(events.find(R"("type":"transaction")") != std::string::npos);
    std::istringstream lines(events.substr(0, 200000));
    std::string line;
    for (int i = 0; i < 500 && std::getline(lines, line); ++i) CHECK(nlohmann::json::parse(line).contains("ts"));
    const std::string history = unpacked(one.path / id / "history.jsonl.zst");
    CHECK(nlohmann::json::parse(history.substr(0, history.find('\n')))["interval_s"] == 60);
    const auto truth = nlohmann::json::parse(text_of(one.path / id / "truth.json"));
    for (const char* key :
         {"scenario", "kind", "live_start_s", "live_end_s", "breaches", "harmless", "n_services", "calendar_true"})
        CHECK(truth.contains(key));
}

TEST_CASE("scenario generator: a folder that cannot be made is a problem, not a crash") {
    CHECK_FALSE(generate_scenario(request("quiet", 1), "/proc/none"));
}
