// What the learned decision sees of one promise in one slot: physical readings, each causal and of event time only. The table is the
// contract between the engine, the training script and the model file: a model names the features that it was trained on.
// Unknown readings are NaN. Times are seconds or minutes of event time, whatever the slots' length.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

namespace foreshock {

// X(name, what it says). Readings of a resource come three times: of the most urgent one that the promise depends on
// among those that follow demand (CPU, pools), of the next of them, and of the most urgent that fills up (queue, memory, disk).
#define FORESHOCK_RESOURCE_READINGS(X)                                                                        \
    X(level, "utilization now, sensor and demand joined")                                                     \
    X(sensor, "utilization by its own filter of 45 s")                                                        \
    X(predicted, "utilization that the present demand explains")                                              \
    X(predicted_5min, "the same, 5 min ahead on the demand's trend")                                          \
    X(predicted_10min, "the same, 10 min ahead, at the present cost per transaction")                         \
    X(usual, "utilization 30 to 60 min ago")                                                                  \
    X(peak, "highest utilization of the last 30 min")                                                         \
    X(usual_high, "utilization that 99.5 % of the past days' minutes stayed below")                           \
    X(cost_ratio, "cost per transaction against its usual: utilization / predicted")                          \
    X(cost_drift, "the same now against 20 to 40 min ago")                                                    \
    X(slope_fast, "utilization points a minute, over about 45 s")                                             \
    X(slope, "utilization points a minute, over about 150 s")                                                 \
    X(slope_slow, "utilization points a minute, over about 300 s")                                            \
    X(filled_20min, "level in 20 min by balance of what fills and drains")                                    \
    X(significance, "rise over the usual in deviations")                                                      \
    X(noise, "usual deviation of the level")                                                                  \
    X(rise_age, "seconds that the rise has lasted")                                                           \
    X(used_headroom, "share of the way from the usual level to the knee that is used up")                     \
    X(need_ratio, "demand, against its usual, at which the knee is reached")                                  \
    X(crossing, "probability of reaching the knee by physics alone")                                          \
    X(crossing_minutes, "minutes until then")                                                                 \
    X(line_minutes, "minutes until its line crosses the knee, at most 120")                                   \
    X(demand_minutes, "the same for the line of the utilization that demand explains")                        \
    X(lost_instances, "share of the instances of 30 to 60 min ago that are gone")                             \
    X(scale_room, "what an autoscaler may still multiply capacity by")                                        \
    X(silent, "seconds since the last sample")                                                                \
    X(kind, "0 other, 1 cpu, 2 threads, 3 connections, 4 queue, 5 memory, 6 disk, 7 rate limit")             \
    X(hops, "calls between the promise's service and the resource's owner")                                   \
    X(growth, "utilization that demand makes, over about 45 s, against 30 to 60 min ago")                     \
    X(growth_recent, "the same against 4 to 8 min ago")                                                       \
    X(apart, "its growth over that of all resources behind the same entry")                                   \
    X(over_usual_high, "utilization less its usual high")                                                     \
    X(over_proven, "utilization less the highest that has been borne without a broken promise")               \
    X(high_minutes, "minutes for which it has been above 0.9 of its knee")                                    \
    X(safe_minutes, "minutes of the past days for which it was so and no promise was broken")                 \
    X(owner_latency, "its owner's p95 over about 60 s against the usual")

#define FORESHOCK_SERVICE_READINGS(X)                                                                         \
    X(most_level, "highest utilization of all that the promise depends on")                                   \
    X(most_predicted_10min, "highest predicted utilization 10 min ahead")                                     \
    X(most_cost_drift, "greatest drift of cost per transaction")                                              \
    X(any_crossing, "probability that any of them reaches its knee, by physics")                              \
    X(full, "how many of them are above 0.85 of their knee")                                                  \
    X(volume_ratio, "the service's volume against its baseline")                                              \
    X(volume_z, "the same in deviations")                                                                     \
    X(volume_slope, "relative change of its volume a minute, over about 150 s")                               \
    X(value_ratio, "its value against the baseline")                                                          \
    X(value_z, "the same in deviations")                                                                      \
    X(value_slope, "relative change of its value a minute, over about 150 s")                                 \
    X(value_each_ratio, "value of one transaction against the usual")                                         \
    X(entry_ratio, "volume of the entry that brings it demand, against its baseline")                         \
    X(entry_z, "the same in deviations")                                                                      \
    X(entry_age, "seconds that the entry's rise has lasted")                                                  \
    X(entry_slope_fast, "relative change of the entry's volume a minute, over about 45 s")                    \
    X(entry_slope, "the same, over about 150 s")                                                              \
    X(entry_slope_slow, "the same, over about 300 s")                                                         \
    X(entry_to_past, "entry's volume against 30 to 60 min ago")                                               \
    X(entry_to_10min, "entry's volume against 8 to 12 min ago")                                               \
    X(entry_to_profile, "entry's volume against what this time of the day and week usually brings")           \
    X(entry_ahead, "what the profile brings in 20 min against now")                                           \
    X(entry_fast_ratio, "entry's volume over about 45 s against its baseline")                                \
    X(entry_peak, "highest entry volume of the last hour against now")                                        \
    X(entry_value_ratio, "entry's value against its baseline")                                                \
    X(entry_noise, "usual deviation of the entry's volume, as a share of it")                                 \
    X(indicator, "the promise's indicator over its limit")                                                    \
    X(indicator_usual, "the same, usually")                                                                   \
    X(indicator_slope, "change of the indicator over its limit a minute")                                     \
    X(worst_below, "greatest indicator over its limit among services that are waited for")                    \
    X(indicator_rise, "the indicator against the usual")                                                      \
    X(worst_latency, "greatest p95 against the usual of the service and those it waits for")                  \
    X(most_used, "highest utilization over its knee")                                                         \
    X(most_slope, "fastest rise, utilization points a minute over about 150 s")                               \
    X(soonest_minutes, "fewest minutes until a line crosses a knee")                                          \
    X(common_growth, "growth of the middle one of all resources behind the same entry")                       \
    X(common_recent, "the same against 4 to 8 min ago")                                                       \
    X(common_slope, "its relative change a minute, over about 45 s")                                          \
    X(common_slope_slow, "the same, over about 300 s")                                                        \
    X(entry_to_record, "entry's volume against the highest of the past days")                                 \
    X(errors, "share of failed transactions in this slot")                                                    \
    X(since_broken, "seconds since the promise was broken last")                                              \
    X(campaign_minutes, "minutes until the nearest campaign of the calendar; negative: since its start")      \
    X(campaign_level, "utilization that the campaign's expected demand would make of the most urgent resource over its knee") \
    X(campaign_came, "share of the campaign's expected rise that has come")                                   \
    X(metric_promise, "1: the promise is made of a metric itself, 0: of latency or errors")                   \
    X(known_minutes, "minutes of past, at most 240")

enum class Feature : uint8_t {
#define X(name, says) first_##name,
    FORESHOCK_RESOURCE_READINGS(X)
#undef X
#define X(name, says) second_##name,
    FORESHOCK_RESOURCE_READINGS(X)
#undef X
#define X(name, says) filling_##name,
    FORESHOCK_RESOURCE_READINGS(X)
#undef X
#define X(name, says) name,
    FORESHOCK_SERVICE_READINGS(X)
#undef X
    count_
};
inline constexpr size_t kFeatures = static_cast<size_t>(Feature::count_);

struct FeatureInfo {
    std::string_view name, says;
};
inline constexpr std::array<FeatureInfo, kFeatures> kFeatureTable{{
#define X(name, says) {"first." #name, says},
    FORESHOCK_RESOURCE_READINGS(X)
#undef X
#define X(name, says) {"second." #name, says},
    FORESHOCK_RESOURCE_READINGS(X)
#undef X
#define X(name, says) {"filling." #name, says},
    FORESHOCK_RESOURCE_READINGS(X)
#undef X
#define X(name, says) {#name, says},
    FORESHOCK_SERVICE_READINGS(X)
#undef X
}};

struct FeatureVector {
    std::array<float, kFeatures> x;

    FeatureVector() { x.fill(std::numeric_limits<float>::quiet_NaN()); }
    float& operator[](Feature f) { return x[static_cast<size_t>(f)]; }
    float operator[](Feature f) const { return x[static_cast<size_t>(f)]; }
};
inline const FeatureVector kNoFeatures;

}  // namespace foreshock
