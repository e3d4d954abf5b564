#include "tools/generate/scenario/kinds.h"

#include <algorithm>
#include <array>

namespace foreshock {
namespace {

constexpr std::array kKinds{
    ScenarioKind{"email_cpu", KindGroup::training, KindPromise::breach, "a mailing ramps up for minutes; CPU", build_email_cpu},
    ScenarioKind{"tv_pool", KindGroup::training, KindPromise::breach, "a TV spot, 100 s; connection pool", build_tv_pool},
    ScenarioKind{"flash_threads", KindGroup::training, KindPromise::breach, "a flash sale in steps; threads of the entry",
                 build_flash_threads},
    ScenarioKind{"influencer_cpu", KindGroup::training, KindPromise::breach, "a post is passed on, slow then fast; CPU",
                 build_influencer_cpu},
    ScenarioKind{"value_spike", KindGroup::training, KindPromise::breach, "dearer transactions, not more; CPU of who checks them",
                 build_value_spike},
    ScenarioKind{"mix_shift", KindGroup::training, KindPromise::breach, "the same visitors buy more; CPU or pool behind",
                 build_mix_shift},
    ScenarioKind{"queue_backlog", KindGroup::training, KindPromise::breach, "a campaign outruns a consumer; queue",
                 build_queue_backlog},
    ScenarioKind{"disk_fill", KindGroup::training, KindPromise::breach, "volume fills a disk", build_disk_fill},
    ScenarioKind{"heap_growth", KindGroup::training, KindPromise::breach, "sessions fill a heap under garbage collection",
                 build_heap_growth},
    ScenarioKind{"cache_storm", KindGroup::training, KindPromise::breach, "campaign traffic misses the cache; CPU of the database",
                 build_cache_storm},
    ScenarioKind{"cascade_retry", KindGroup::training, KindPromise::breach, "a pool runs out, callers try again",
                 build_cascade_retry},
    ScenarioKind{"two_campaigns", KindGroup::training, KindPromise::breach, "the second of two campaigns meets the first",
                 build_two_campaigns},
    ScenarioKind{"failover_step", KindGroup::training, KindPromise::breach, "another region's customers arrive at once",
                 build_failover_step},
    ScenarioKind{"evening_overload", KindGroup::training, KindPromise::breach, "an evening peak too high", build_evening_overload},
    ScenarioKind{"any_campaign", KindGroup::training, KindPromise::breach, "any shape of demand, any resource", build_any_campaign},
    ScenarioKind{"bots", KindGroup::training, KindPromise::quiet, "volume without value", build_bots},
    ScenarioKind{"evening_peak", KindGroup::training, KindPromise::quiet, "a usual high evening", build_evening_peak},
    ScenarioKind{"payday", KindGroup::training, KindPromise::quiet, "payday, within capacity", build_payday},
    ScenarioKind{"headroom", KindGroup::training, KindPromise::quiet, "a real campaign, capacity enough", build_headroom},
    ScenarioKind{"calendar_false", KindGroup::training, KindPromise::quiet, "an announced campaign does not come",
                 build_calendar_false},
    ScenarioKind{"quiet", KindGroup::training, KindPromise::quiet, "noise, jobs and small campaigns only", build_quiet},
    ScenarioKind{"autoscale_ok", KindGroup::training, KindPromise::quiet, "an autoscaler in time", build_autoscale_ok},
    ScenarioKind{"autoscale_late", KindGroup::training, KindPromise::breach, "an autoscaler too late", build_autoscale_late},
    ScenarioKind{"sensor_gap", KindGroup::training, KindPromise::breach, "metrics fall silent during the ramp", build_sensor_gap},
    ScenarioKind{"late_events", KindGroup::training, KindPromise::breach, "hosts that buffer, clocks ahead and behind",
                 build_late_events},
    ScenarioKind{"clock_skew", KindGroup::training, KindPromise::breach, "clocks minutes off on some hosts", build_clock_skew},
    ScenarioKind{"host_rename", KindGroup::training, KindPromise::breach, "all hosts replaced during the ramp", build_host_rename},
    ScenarioKind{"deploy_regression", KindGroup::training, KindPromise::breach, "a deployment makes transactions costlier",
                 build_deploy_regression},
    ScenarioKind{"connection_leak", KindGroup::training, KindPromise::breach, "connections do not come back", build_connection_leak},
    ScenarioKind{"lost_node", KindGroup::training, KindPromise::nothing, "hosts are lost at usual load", build_lost_node},
    ScenarioKind{"slow_dependency", KindGroup::training, KindPromise::breach, "a partner slows down; callers' pools",
                 build_slow_dependency},
    ScenarioKind{"log_burst", KindGroup::training, KindPromise::breach, "verbose logging fills a disk", build_log_burst},
    ScenarioKind{"background_work", KindGroup::at_limit, KindPromise::nothing,
                 "other work takes the CPU that is left, and gives way", build_background_work},
    ScenarioKind{"soft_limit", KindGroup::at_limit, KindPromise::nothing, "declared limits are less than what is there",
                 build_soft_limit},
    ScenarioKind{"session_pool", KindGroup::still, KindPromise::nothing,
                 "connections kept for sessions: latency keeps still until the pool is full", build_session_pool},
    ScenarioKind{"rate_limit", KindGroup::held_out, KindPromise::breach, "a partner's quota runs out", build_rate_limit},
    ScenarioKind{"herd_after_outage", KindGroup::held_out, KindPromise::breach, "all come back at once after an outage",
                 build_herd_after_outage},
    ScenarioKind{"cascade_two_pools", KindGroup::held_out, KindPromise::breach, "a pool behind a pool", build_cascade_two_pools},
    ScenarioKind{"node_loss_in_spike", KindGroup::held_out, KindPromise::breach, "a host is lost while a campaign runs",
                 build_node_loss_in_spike},
    ScenarioKind{"payday_heap", KindGroup::held_out, KindPromise::breach, "payday fills a heap slowly", build_payday_heap},
    ScenarioKind{"bottleneck_shift", KindGroup::held_out, KindPromise::breach,
                 "an autoscaler helps, the database behind does not follow", build_bottleneck_shift},
    ScenarioKind{"cancelled_near_capacity", KindGroup::held_out, KindPromise::quiet, "a campaign is stopped just below capacity",
                 build_cancelled_near_capacity},
    ScenarioKind{"cache_flush", KindGroup::held_out, KindPromise::breach, "a cache is emptied at usual load", build_cache_flush},
};

}  // namespace

std::span<const ScenarioKind> scenario_kinds() { return kKinds; }

const ScenarioKind* find_kind(std::string_view name) {
    const auto found = std::ranges::find(kKinds, name, &ScenarioKind::name);
    return found == kKinds.end() ? nullptr : &*found;
}

}  // namespace foreshock
