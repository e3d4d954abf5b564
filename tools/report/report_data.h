// What the HTML report knows of a run: demand, capacity, promises, signals and warnings over its time, in bounded
// memory.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/run/observer.h"
#include "tools/lead_times.h"
#include "tools/report/track.h"

namespace foreshock {

struct SloTrack {
    std::string name, text;  // text: "p95 latency < 300 ms"
    Indicator indicator = Indicator::latency_quantile;
    double below = 0;
    Track value;
};

struct GaugeTrack {
    std::string resource, metric;
    ServiceIndex service = kNoIndex;
    Track utilization;        // 0..1 and beyond
    double limit = kUnknown;  // last known
};

struct Span {
    EventTime start, end;  // end: kEndOfTime while it lasts
    Micros length() const { return end == kEndOfTime ? Micros::max() : end - start; }
};
// Drops the shortest so that `n` are left, in the order in which they were.
void keep_longest(std::vector<Span>& spans, size_t n);

struct ServiceTrack {
    std::string name, title;
    Track volume, volume_baseline;  // per minute
    Track value, value_baseline;    // per minute
    Track p95_ms, error_ratio;
    std::vector<SloTrack> slos;
    std::vector<Span> volume_spikes, value_spikes;
    std::string currency;
    double peak_ratio = 0;  // greatest level over baseline during a spike
};

// One warning from its opening to its end.
struct WarningStory {
    std::string id, service, slo, slo_text, resource;
    EventTime opened_at{}, resolved_at = kEndOfTime;
    EventTime breach_at{}, act_before{};  // as said at the opening
    std::string sentence;                 // of the opening
    double greatest_probability = 0;
    Severity severity = Severity::warning;  // the greatest
    Verdict verdict = Verdict::none;
    double value_per_minute = 0;
    std::string currency;
    bool breached_when_opened = false;
};

// Filled by the deciding thread. Bounds: services, gauges and warnings beyond these are counted and left out.
class ReportData {
public:
    static constexpr size_t kMaxServices = 150, kMaxGauges = 500, kMaxWarnings = 2000, kMaxSpans = 400;

    void decided(const DecidedSlot& slot);

    const Timeline& timeline() const { return timeline_; }
    const std::map<ServiceIndex, ServiceTrack>& services() const { return services_; }
    const std::map<GaugeIndex, GaugeTrack>& gauges() const { return gauges_; }
    const std::vector<WarningStory>& warnings() const { return warnings_; }
    // In the order of their start. Only what was said before the promise broke counts as a warning of it: not what was
    // opened because something was broken, nor during another breach of the service or the minutes after it, nor what
    // an earlier breach has fulfilled already.
    std::vector<Breach> breaches() const;
    size_t spikes() const { return spikes_; }
    uint64_t events() const { return events_; }
    size_t services_left_out() const { return services_left_out_; }
    size_t warnings_left_out() const { return warnings_left_out_; }

private:
    void extend(const DecidedSlot& slot);
    ServiceTrack* service(const Inventory& inventory, ServiceIndex index);
    GaugeTrack* gauge(const Inventory& inventory, GaugeIndex index);
    void add_services(const DecidedSlot& slot, size_t bucket);
    void add_gauges(const DecidedSlot& slot, size_t bucket);
    void add_promises(const DecidedSlot& slot, size_t bucket);
    void add_spikes(const DecidedSlot& slot);
    void add_warning(const WarningRevision& w);

    Timeline timeline_;
    std::map<ServiceIndex, ServiceTrack> services_;
    std::map<GaugeIndex, GaugeTrack> gauges_;
    std::vector<WarningStory> warnings_;
    std::map<std::string, size_t> warning_by_id_;
    LeadTimes lead_times_;
    size_t spikes_ = 0, services_left_out_ = 0, warnings_left_out_ = 0;
    uint64_t events_ = 0;
};

}  // namespace foreshock
