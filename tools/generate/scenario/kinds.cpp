#include "tools/generate/scenario/kinds.h"

#include <algorithm>
#include <array>

namespace foreshock {
namespace {

constexpr std::array kKinds{
    ScenarioKind{"email_cpu", false, KindPromise::breach, "a mailing ramps up for minutes; CPU", build_email_cpu},
    ScenarioKind{"tv_pool", false, KindPromise::breach, "a TV spot, 100 s; connection pool", build_tv_pool},
    ScenarioKind{"flash_threads", false, KindPromise::breach, "a flash sale in steps; threads of the entry",
                 build_flash_threads},
    ScenarioKind{"influencer_cpu", false, KindPromise::breach, "a post is passed on, slow then fast; CPU",
                 build_influencer_cpu},
    ScenarioKind{"value_spike", false, KindPromise::breach, "dearer transactions, not more; CPU of who checks them",
                 build_value_spike},
    ScenarioKind{"mix_shift", false, KindPromise::breach, "the same visitors buy more; CPU or pool behind",
                 build_mix_shift},
    ScenarioKind{"queue_backlog", false, KindPromise::breach, "a campaign outruns a consumer; queue",
                 build_queue_backlog},
    ScenarioKind{"disk_fill", false, KindPromise::breach, "volume fills a disk", build_disk_fill},
    ScenarioKind{"heap_growth", false, KindPromise::breach, "sessions fill a heap under garbage collection",
                 build_heap_growth},
    ScenarioKind{"cache_storm", false, KindPromise::breach, "campaign traffic misses the cache; CPU of the database",
                 build_cache_storm},
    ScenarioKind{"cascade_retry", false, KindPromise::breach, "a pool runs out, callers try again",
                 build_cascade_retry},
    ScenarioKind{"two_campaigns", false, KindPromise::breach, "the second of two campaigns meets the first",
                 build_two_campaigns},
    ScenarioKind{"failover_step", false, KindPromise::breach, "another region's customers arrive at once",
                 build_failover_step},
    ScenarioKind{"evening_overload", false, KindPromise::breach, "an evening peak too high", build_evening_overload},
    ScenarioKind{"any_campaign", false, KindPromise::breach, "any shape of demand, any resource", build_any_campaign},
    ScenarioKind{"bots", false, KindPromise::quiet, "volume without value", build_bots},
    ScenarioKind{"evening_peak", false, KindPromise::quiet, "a usual high evening", build_evening_peak},
    ScenarioKind{"payday", false, KindPromise::quiet, "payday, within capacity", build_payday},
    ScenarioKind{"headroom", false, KindPromise::quiet, "a real campaign, capacity enough", build_headroom},
    ScenarioKind{"calendar_false", false, KindPromise::quiet, "an announced campaign does not come",
                 build_calendar_false},
    ScenarioKind{"quiet", false, KindPromise::quiet, "noise, jobs and small campaigns only", build_quiet},
    ScenarioKind{"autoscale_ok", false, KindPromise::quiet, "an autoscaler in time", build_autoscale_ok},
    ScenarioKind{"autoscale_late", false, KindPromise::breach, "an autoscaler too late", build_autoscale_late},
    ScenarioKind{"sensor_gap", false, KindPromise::breach, "metrics fall silent during the ramp", build_sensor_gap},
    ScenarioKind{"late_events", false, KindPromise::breach, "hosts that buffer, clocks ahead and behind",
                 build_late_events},
    ScenarioKind{"clock_skew", false, KindPromise::breach, "clocks minutes off on some hosts", build_clock_skew},
    ScenarioKind{"host_rename", false, KindPromise::breach, "all hosts replaced during the ramp", build_host_rename},
    ScenarioKind{"deploy_regression", false, KindPromise::breach, "a deployment makes transactions costlier",
                 build_deploy_regression},
    ScenarioKind{"connection_leak", false, KindPromise::breach, "connections do not come back", build_connection_leak},
    ScenarioKind{"lost_node", false, KindPromise::nothing, "hosts are lost at usual load", build_lost_node},
    ScenarioKind{"slow_dependency", false, KindPromise::breach, "a partner slows down; callers' pools",
                 build_slow_dependency},
    ScenarioKind{"log_burst", false, KindPromise::breach, "verbose logging fills a disk", build_log_burst},
    ScenarioKind{"rate_limit", true, KindPromise::breach, "a partner's quota runs out", build_rate_limit},
    ScenarioKind{"herd_after_outage", true, KindPromise::breach, "all come back at once after an outage",
                 build_herd_after_outage},
    ScenarioKind{"cascade_two_pools", true, KindPromise::breach, "a pool behind a pool", build_cascade_two_pools},
    ScenarioKind{"node_loss_in_spike", true, KindPromise::breach, "a host is lost while a campaign runs",
                 build_node_loss_in_spike},
    ScenarioKind{"payday_heap", true, KindPromise::breach, "payday fills a heap slowly", build_payday_heap},
    ScenarioKind{"bottleneck_shift", true, KindPromise::breach,
                 "an autoscaler helps, the database behind does not follow", build_bottleneck_shift},
    ScenarioKind{"cancelled_near_capacity", true, KindPromise::quiet, "a campaign is stopped just below capacity",
                 build_cancelled_near_capacity},
    ScenarioKind{"cache_flush", true, KindPromise::breach, "a cache is emptied at usual load", build_cache_flush},
};

}  // namespace

std::span<const ScenarioKind> scenario_kinds() { return kKinds; }

const ScenarioKind* find_kind(std::string_view name) {
    const auto found = std::ranges::find(kKinds, name, &ScenarioKind::name);
    return found == kKinds.end() ? nullptr : &*found;
}

}  // namespace foreshock
