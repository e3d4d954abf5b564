// The kinds of scenario, one table. A kind says what is meant to happen; half of the scenarios of every kind are
// *broad* and promise nothing (draft.h). Kinds held out never train anything: they show what the observer makes of the
// unknown.
#pragma once

#include <span>
#include <string_view>

namespace foreshock {

class ScenarioDraft;

enum class KindPromise { breach, quiet, nothing };

// at_limit: resources are at their limit without harm. still: they fill while latency keeps still. Both train, and are asked for
// by name, so that what `random` draws stays.
enum class KindGroup { training, at_limit, still, held_out };
constexpr std::string_view to_string(KindGroup g) {
    constexpr std::string_view kNames[]{"random", "at_limit", "still", "held_out"};
    return kNames[static_cast<size_t>(g)];
}

struct ScenarioKind {
    std::string_view name;
    KindGroup group;
    KindPromise promise;  // of a scenario that is not broad
    std::string_view summary;
    void (*build)(ScenarioDraft&);
};

std::span<const ScenarioKind> scenario_kinds();
const ScenarioKind* find_kind(std::string_view name);

// The builders, by file: kinds_demand.cpp, kinds_capacity.cpp, kinds_at_limit.cpp, kinds_held_out.cpp.
void build_email_cpu(ScenarioDraft&);
void build_tv_pool(ScenarioDraft&);
void build_flash_threads(ScenarioDraft&);
void build_influencer_cpu(ScenarioDraft&);
void build_value_spike(ScenarioDraft&);
void build_mix_shift(ScenarioDraft&);
void build_queue_backlog(ScenarioDraft&);
void build_disk_fill(ScenarioDraft&);
void build_heap_growth(ScenarioDraft&);
void build_cache_storm(ScenarioDraft&);
void build_cascade_retry(ScenarioDraft&);
void build_two_campaigns(ScenarioDraft&);
void build_failover_step(ScenarioDraft&);
void build_evening_overload(ScenarioDraft&);
void build_any_campaign(ScenarioDraft&);
void build_bots(ScenarioDraft&);
void build_evening_peak(ScenarioDraft&);
void build_payday(ScenarioDraft&);
void build_headroom(ScenarioDraft&);
void build_calendar_false(ScenarioDraft&);
void build_quiet(ScenarioDraft&);
void build_autoscale_ok(ScenarioDraft&);
void build_autoscale_late(ScenarioDraft&);
void build_sensor_gap(ScenarioDraft&);
void build_late_events(ScenarioDraft&);
void build_clock_skew(ScenarioDraft&);
void build_host_rename(ScenarioDraft&);

void build_deploy_regression(ScenarioDraft&);
void build_connection_leak(ScenarioDraft&);
void build_lost_node(ScenarioDraft&);
void build_slow_dependency(ScenarioDraft&);
void build_log_burst(ScenarioDraft&);

void build_background_work(ScenarioDraft&);
void build_soft_limit(ScenarioDraft&);
void build_session_pool(ScenarioDraft&);

void build_rate_limit(ScenarioDraft&);
void build_herd_after_outage(ScenarioDraft&);
void build_cascade_two_pools(ScenarioDraft&);
void build_node_loss_in_spike(ScenarioDraft&);
void build_payday_heap(ScenarioDraft&);
void build_bottleneck_shift(ScenarioDraft&);
void build_cancelled_near_capacity(ScenarioDraft&);
void build_cache_flush(ScenarioDraft&);

}  // namespace foreshock
