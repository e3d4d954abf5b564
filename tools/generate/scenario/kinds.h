// The kinds of scenario, one table. A kind says what is meant to happen; half of the scenarios of every kind are *broad* and
// promise nothing (draft.h). Kinds held out never train anything: they show what the observer makes of the unknown.
#pragma once

#include <span>
#include <string_view>

namespace foreshock {

class Draft;

enum class Promise { breach, quiet, nothing };

struct ScenarioKind {
    std::string_view name;
    bool held_out;
    Promise promise;  // of a scenario that is not broad
    std::string_view summary;
    void (*build)(Draft&);
};

std::span<const ScenarioKind> scenario_kinds();
const ScenarioKind* find_kind(std::string_view name);

// The builders, by file: kinds_demand.cpp, kinds_capacity.cpp, kinds_held_out.cpp.
void build_email_cpu(Draft&);
void build_tv_pool(Draft&);
void build_flash_threads(Draft&);
void build_influencer_cpu(Draft&);
void build_value_spike(Draft&);
void build_mix_shift(Draft&);
void build_queue_backlog(Draft&);
void build_disk_fill(Draft&);
void build_heap_growth(Draft&);
void build_cache_storm(Draft&);
void build_cascade_retry(Draft&);
void build_two_campaigns(Draft&);
void build_failover_step(Draft&);
void build_evening_overload(Draft&);
void build_any_campaign(Draft&);
void build_bots(Draft&);
void build_evening_peak(Draft&);
void build_payday(Draft&);
void build_headroom(Draft&);
void build_calendar_false(Draft&);
void build_quiet(Draft&);
void build_autoscale_ok(Draft&);
void build_autoscale_late(Draft&);
void build_sensor_gap(Draft&);
void build_late_events(Draft&);
void build_clock_skew(Draft&);
void build_host_rename(Draft&);

void build_deploy_regression(Draft&);
void build_connection_leak(Draft&);
void build_lost_node(Draft&);
void build_slow_dependency(Draft&);
void build_log_burst(Draft&);

void build_rate_limit(Draft&);
void build_herd_after_outage(Draft&);
void build_cascade_two_pools(Draft&);
void build_node_loss_in_spike(Draft&);
void build_payday_heap(Draft&);
void build_bottleneck_shift(Draft&);
void build_cancelled_near_capacity(Draft&);
void build_cache_flush(Draft&);

}  // namespace foreshock
