#include "tools/generate/scenario/write_events.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "tools/generate/scenario/demand.h"
#include "tools/generate/scenario/observe.h"

namespace foreshock {
namespace {

constexpr uint64_t kDelivery = 31, kReading = 32;

// Times in ms since the start of the live part.
struct Line {
    int64_t arrival_ms = 0, stamp_ms = 0;
    uint32_t service = 0, host = 0;
    int32_t gauge = -1;  // -1: a transaction
    double reading = 0;
    RecordedTransaction transaction;
    uint32_t number = 0;
};

class EventWriter {
  public:
    EventWriter(const ScenarioSpec& spec, const LiveRun& run, ZstdFile& file) : spec_(spec), run_(run), file_(file) {
        for (const ServiceSpec& s : spec.services) gauges_.push_back(gauges_of(s));
    }

    void write() {
        for (uint32_t s = 0; s < spec_.services.size(); ++s) {
            transactions(s);
            for (size_t g = 0; g < gauges_[s].size(); ++g) readings(s, g);
        }
        std::ranges::stable_sort(lines_, {}, &Line::arrival_ms);
        for (const Line& line : lines_) line.gauge < 0 ? put_transaction(line) : put_metric(line);
    }

  private:
    static int64_t ms(double seconds) { return static_cast<int64_t>(std::round(seconds * 1000)); }

    // A host that buffers sends everything of a period at its end.
    int64_t flushed(uint32_t s, uint32_t host, int64_t at_ms, int64_t arrival_ms) const {
        const double t = static_cast<double>(at_ms) / 1000;
        for (const Nuisance& n : spec_.nuisances)
            if (n.type == Nuisance::Type::late_flush && n.service == s && n.host == host && t >= n.start_s &&
                t < n.end_s)
                return std::max(arrival_ms,
                                ms(n.start_s + std::ceil((t - n.start_s) / n.size) * n.size) + arrival_ms % 700);
        return arrival_ms;
    }

    void transactions(uint32_t s) {
        std::vector<RecordedTransaction> recorded;
        RandomStream delivery = RandomStream::stream(spec_.seed, kDelivery, s);
        uint32_t number = 0;
        for (int64_t t = 0; t < run_.seconds(); ++t) {
            recorded.clear();
            record_transactions(spec_, run_, s, t, recorded);
            for (const RecordedTransaction& r : recorded) {
                Line line;
                line.service = s;
                line.host = r.host;
                line.transaction = r;
                line.number = number++;
                const int64_t arrival = r.completed_ms + 40 + static_cast<int64_t>(delivery.exponential(260));
                line.arrival_ms = flushed(s, r.host, r.completed_ms, arrival);
                line.stamp_ms = r.completed_ms + ms(clock_ahead(spec_, s, r.host, static_cast<double>(t)));
                lines_.push_back(line);
            }
        }
    }

    bool silent(uint32_t s, double t) const {
        return std::ranges::any_of(spec_.nuisances, [&](const Nuisance& n) {
            return n.type == Nuisance::Type::sensor_gap && n.service == s && t >= n.start_s && t < n.end_s;
        });
    }

    void readings(uint32_t s, size_t g) {
        const ObservedGauge& gauge = gauges_[s][g];
        RandomStream random = RandomStream::stream(spec_.seed, kReading + (uint64_t{s} << 8), g);
        const double bias_of_hosts = 0.04;
        for (int64_t t = 0; t < run_.seconds(); t += spec_.metric_interval_s) {
            const ServiceMoment& state = run_.at(t, s);
            const uint32_t first = gauge.per_host ? state.first_host : spec_.services[s].hosts - 1;
            const uint32_t end = gauge.per_host ? state.hosts : first + 1;
            for (uint32_t host = first; host < end; ++host) {
                const double z = random.normal(), delay = random.exponential(350);
                if (silent(s, static_cast<double>(t))) continue;
                const double value = gauge.read(state);
                const double bias =
                    gauge.per_host ? 1 + bias_of_hosts * std::sin(1.0 + 2.3 * host + s) * (1 - value / gauge.limit) : 1;
                Line line;
                line.service = s;
                line.host = host;
                line.gauge = static_cast<int32_t>(g);
                line.reading = std::clamp(
                    value * bias + z * (gauge.noise * value + gauge.root_noise * std::sqrt(value)), 0.0, gauge.limit);
                line.arrival_ms = t * 1000 + 60 + static_cast<int64_t>(delay);
                line.stamp_ms = t * 1000 + ms(clock_ahead(spec_, s, host, static_cast<double>(t)));
                lines_.push_back(line);
            }
        }
    }

    // The tag of the campaign that is highest now.
    const std::string& campaign(int64_t at_ms) const {
        static const std::string none;
        const std::string* tag = &none;
        double most = 0;
        for (const DemandEvent& e : spec_.demand)
            if (const double h = height(e, static_cast<double>(at_ms) / 1000) * e.excess[kOrder];
                !e.campaign.empty() && h > most)
                most = h, tag = &e.campaign;
        return *tag;
    }

    const std::string& host(uint32_t s, uint32_t index, int64_t at_ms) {
        const double t = static_cast<double>(at_ms) / 1000;
        uint32_t generation = 0;
        for (const Nuisance& n : spec_.nuisances)
            generation += n.type == Nuisance::Type::rename && n.service == s && t >= n.start_s + 15.0 * index;
        std::string& name = hosts_[{s, index, generation}];
        if (name.empty()) name = host_name(spec_, s, index, t);
        return name;
    }

    void put_transaction(const Line& line) {
        static constexpr const char* kOutcomes[]{"ok", "error", "timeout"};
        const RecordedTransaction& r = line.transaction;
        text_.clear();
        auto to = std::back_inserter(text_);
        fmt::format_to(to, R"({{"ts":"{}","type":"transaction","id":"{:08x}-{:06}","service":"{}","channel":"{}",)",
                       iso_time(spec_.live_start * 1000 + line.stamp_ms, true),
                       static_cast<uint32_t>(mix_bits(spec_.seed) + line.service), line.number,
                       spec_.services[line.service].name, r.app ? "app" : "web");
        if (const std::string& tag = campaign(r.completed_ms); r.campaign && !tag.empty())
            fmt::format_to(to, R"("campaign":"{}",)", tag);
        fmt::format_to(
            to, R"("value":{:.2f},"currency":"EUR","duration_ms":{:.{}f},"outcome":"{}","user":"u-{}","host":"{}"}})",
            r.value, r.duration_ms, r.duration_ms < 1000 ? 1 : 0, kOutcomes[static_cast<size_t>(r.outcome)], r.user,
            host(line.service, r.host, r.completed_ms));
        text_ += '\n';
        file_.write(text_);
    }

    void put_metric(const Line& line) {
        const ObservedGauge& gauge = gauges_[line.service][static_cast<size_t>(line.gauge)];
        const std::string& name = spec_.services[line.service].name;
        const bool by_host = named_by_host(spec_);
        const int64_t read_ms =
            line.stamp_ms - ms(clock_ahead(spec_, line.service, line.host, static_cast<double>(line.stamp_ms) / 1000));
        const std::string reporter =
            by_host && !gauge.per_host ? "pool-" + name : host(line.service, line.host, read_ms);
        const std::string resource =
            by_host && gauge.per_host ? host_resource(gauge.resource, reporter) : gauge.resource;
        text_.clear();
        fmt::format_to(
            std::back_inserter(text_),
            R"({{"ts":"{}","type":"metric","resource":"{}","host":"{}","service":"{}","metric":"{}","value":{:.{}f},"limit":{:.0f}}})",
            iso_time(spec_.live_start * 1000 + line.stamp_ms, true), resource, reporter, name, gauge.metric,
            line.reading, gauge.decimals, gauge.limit);
        text_ += '\n';
        file_.write(text_);
    }

    const ScenarioSpec& spec_;
    const LiveRun& run_;
    ZstdFile& file_;
    std::vector<std::vector<ObservedGauge>> gauges_;
    std::vector<Line> lines_;
    std::map<std::array<uint32_t, 3>, std::string> hosts_;
    std::string text_;
};

}  // namespace

void write_events(const ScenarioSpec& spec, const LiveRun& run, ZstdFile& file) {
    EventWriter(spec, run, file).write();
}

}  // namespace foreshock
