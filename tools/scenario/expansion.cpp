#include "tools/scenario/expansion.h"

#include <algorithm>

#include "engine/event/record.h"
#include "tools/scenario/rows.h"

namespace foreshock {
namespace {

constexpr int64_t kStep_us = 100'000;  // rates are constant over a tenth of a second
constexpr int64_t kNoisePiece_us = 10'000'000;  // scatter of a rate is drawn anew every ten seconds
constexpr uint64_t kEvent = 1'000'000'000'000;  // 10^6 of rate times 10^6 of microseconds

// Expands one series into records; keeps what goes on from segment to segment.
class SeriesExpander {
public:
    SeriesExpander(const SeriesSpec& spec, EventTime start, Expansion& out)
        : spec_(spec), start_us_(start.time_since_epoch().count()), seed_(seed_of(spec.name + ' ' + spec.metric)), writer_(spec, out) {}

    void run() {
        int64_t at = start_us_;
        for (const Segment& s : spec_.segments) {
            if (s.kind == Segment::Kind::burst) {
                for (uint64_t i = 0; i < s.count; ++i) writer_.transaction(s, at, 0);
            } else if (spec_.kind == SeriesSpec::Kind::metric) {
                samples(s, at);
            } else {
                transactions(s, at);
            }
            at += s.length.count();
        }
        writer_.finish(at);
    }

private:
    void transactions(const Segment& s, int64_t begin) {
        if (s.kind == Segment::Kind::gap) return writer_.pause(begin);
        const int64_t end = begin + s.length.count();
        for (int64_t at = begin; at < end; at += kStep_us) {
            const int64_t step = std::min(kStep_us, end - at);
            const double along = part_of(s, at + step / 2, begin);
            const double noise = scatter(s.course, seed_ + static_cast<uint64_t>((at - start_us_) / kNoisePiece_us));
            due_ += micro(course_at(s.course, along) * noise) * static_cast<uint64_t>(step);
            const uint64_t n = due_ / kEvent;
            due_ %= kEvent;
            if (n == 0) writer_.nothing(s, at);
            for (uint64_t i = 0; i < n; ++i)
                writer_.transaction(s, at + step * static_cast<int64_t>(i) / static_cast<int64_t>(n), along);
        }
    }
    void samples(const Segment& s, int64_t begin) {
        const int64_t every = spec_.summary.count() > 0 ? std::min<int64_t>(spec_.every.count(), 1'000'000) : spec_.every.count();
        const int64_t end = begin + s.length.count();
        int64_t at = start_us_ + (begin - start_us_ + every - 1) / every * every;
        for (; at < end; at += every) {
            if (s.kind == Segment::Kind::gap) continue;
            const double along = part_of(s, at, begin);
            const double noise = scatter(s.course, seed_ + static_cast<uint64_t>((at - start_us_) / every));
            writer_.sample(s, at, along, course_at(s.course, along) * noise);
        }
    }
    static double part_of(const Segment& s, int64_t at, int64_t begin) {
        const double x = static_cast<double>(at - begin) / static_cast<double>(s.length.count());
        return s.kind == Segment::Kind::smooth ? x * x * (3 - 2 * x) : x;
    }
    static double scatter(const Course& c, uint64_t piece) { return 1 + c.scatter * (2 * drawn(piece) - 1); }
    static uint64_t micro(double rate) { return rate > 0 ? static_cast<uint64_t>(rate * 1e6 + 0.5) : 0; }

    const SeriesSpec& spec_;
    int64_t start_us_;
    uint64_t seed_;
    uint64_t due_ = 0;  // of the next event, in 1 / kEvent
    RowWriter writer_;
};

void expand_raw(const SeriesSpec& spec, EventTime start, Expansion& out) {
    std::string text = spec.text;
    const EventTime at = start + spec.at;
    for (size_t i; (i = text.find("{now}")) != text.npos;) text.replace(i, 5, to_rfc3339(at));
    append_record(out, at.time_since_epoch().count(), spec.partition, text);
}

}  // namespace

Expansion expand(const std::vector<SeriesSpec>& series, EventTime start) {
    Expansion out;
    for (const SeriesSpec& spec : series) {
        out.partitions = std::max(out.partitions, spec.partition + 1);
        if (spec.kind == SeriesSpec::Kind::raw) {
            expand_raw(spec, start, out);
            continue;
        }
        SeriesExpander(spec, start, out).run();
        for (const Segment& s : spec.segments) out.latest = std::max(out.latest, s.traits.late);
    }
    std::stable_sort(out.records.begin(), out.records.end(),
                     [](const TimedRecord& a, const TimedRecord& b) { return a.arrival_us < b.arrival_us; });
    out.bytes.append(kRecordPadding, ' ');
    return out;
}

std::vector<TimedRecord> shuffled(const Expansion& expansion, Micros within, uint64_t seed) {
    std::vector<std::pair<int64_t, TimedRecord>> keyed;
    keyed.reserve(expansion.records.size());
    std::vector<int64_t> behind(expansion.partitions);  // each partition runs behind the others by its own time
    for (size_t p = 0; p < behind.size(); ++p) behind[p] = static_cast<int64_t>(drawn(seed + 77 * p) * 20e6);
    for (size_t i = 0; i < expansion.records.size(); ++i) {
        const TimedRecord& r = expansion.records[i];
        const auto moved = static_cast<int64_t>(drawn(seed ^ (i * 0x9e3779b97f4a7c15ull)) * static_cast<double>(within.count()));
        keyed.emplace_back(r.arrival_us + moved + behind[r.partition], r);
    }
    std::stable_sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<TimedRecord> records;
    records.reserve(keyed.size());
    for (const auto& [key, r] : keyed) records.push_back(r);
    return records;
}

}  // namespace foreshock
