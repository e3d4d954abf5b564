// A warning with every field set, for tests of what is said outside.
#pragma once

#include "engine/warn/warning.h"

namespace foreshock {

inline WarningRevision sample_warning() {
    WarningRevision w;
    w.id = "w-00000000000000af";
    w.revision = 3;
    w.state = WarningState::updated;
    w.time = *parse_rfc3339("2026-11-20T09:35:15Z");
    w.opened_at = *parse_rfc3339("2026-11-20T09:33:15Z");
    w.config_hash = "c0ffee";
    w.service = "checkout";
    w.slo = "latency";
    w.slo_text = "p95 latency < 300 ms";
    w.severity = Severity::critical;
    w.breach_at = *parse_rfc3339("2026-11-20T09:44:00Z");
    w.breach_earliest = *parse_rfc3339("2026-11-20T09:41:00Z");
    w.breach_latest = *parse_rfc3339("2026-11-20T09:49:00Z");
    w.act_before = *parse_rfc3339("2026-11-20T09:41:00Z");
    w.probability = 0.81234567;
    w.driver.kind = "value";
    w.driver.series = "checkout value";
    w.driver.value = 340.0 / 3;
    w.driver.baseline = 100.0 / 3;
    w.driver.ratio = 3.4;
    w.driver.since = *parse_rfc3339("2026-11-20T09:30:00Z");
    w.driver.contributors.push_back({"campaign", "bf26", 0.82});
    w.resource.name = "db-1";
    w.resource.metric = "connections_used";
    w.resource.kind = "connection_pool";
    w.resource.utilization = 0.71;
    w.resource.limit = 600;
    w.resource.slope_per_min = 0.026;
    w.resource.headroom = 0.29;
    w.causes.push_back({"checkout", "value", 1});
    w.impact.value_per_minute = 4100;
    w.impact.at_risk = 20500.5;
    w.impact.currency = "EUR";
    w.priority = 12.5;
    w.incident = {"i-00000000000000af", "", {"checkout", "web"}, 20500.5, false, "EUR"};
    w.rank = 2;
    w.rank_reason = "EUR 20,500 at risk, 6 min left";
    w.after = "w-1";
    w.levels = {0.5, 0.35};
    w.grounds.indicator = {180, 300};
    w.grounds.demand.level = 113.333;
    w.grounds.resource.level = 0.71;
    w.grounds.resource.predicted = 0.7;
    w.grounds.law.probability = 0.64;
    w.grounds.law.seconds = 480;
    w.grounds.without = {{"db-1", "room", 0, std::numeric_limits<double>::quiet_NaN()}, {"bf26", "campaign", 0.12, 2460}};
    w.advice.push_back({"add", "db-1", "replica", 3, 300, 1.2});
    w.owner = "team-shop";
    w.sentence = "checkout: raise `db-1` connections before 09:41";
    w.inputs = {{"transactions/0", 10, 99}};
    return w;
}

}  // namespace foreshock
