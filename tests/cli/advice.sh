#!/usr/bin/env bash
# Capacity advice: said when the needed units change, before a campaign and in a rise; the same bytes in every run and after a kill;
# never among the warnings.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "failed: $1" >&2; exit 1; }

cat >model.yaml <<'YAML'
services:
  shop: {slos: {latency: {indicator: p95_latency_ms, below: 300}}}
resources:
  shop-conn:
    service: shop
    kind: connection_pool
    metrics: {connections_used: {limit: 100}}
    scaling: {unit: connection, step: 10, min: 50, max: 300, lead_time: 5m, cost_per_hour: 0.5}
calendar:
  - {name: sale, kind: campaign, services: [shop], start: 2026-01-01T06:00:00Z, end: 2026-01-01T07:00:00Z, expected_ratio: 3}
YAML
# 10 connections, and 1 for each of 40 +- 10 transactions a second. The campaign comes, and demand is back to the usual after it.
awk 'BEGIN { for (s = 0; s < 36000; s += 10) {
  rate = 40 + 10 * sin(s / 1500)
  if (s >= 21600 && s < 25200) rate *= 1 + 2 * (s < 21900 ? (s - 21600) / 300 : 1)
  used = 10 + rate; if (used > 100) used = 100
  t = 1767225600 + s
  printf "{\"ts\":%d,\"type\":\"transactions\",\"service\":\"shop\",\"interval_s\":10,\"count\":%d,\"p95_ms\":%d}\n", t, rate * 10, (used > 95 ? 700 : 90)
  printf "{\"ts\":%d,\"type\":\"metric\",\"resource\":\"shop-conn\",\"metric\":\"connections_used\",\"value\":%.2f}\n", t + 9, used
} }' >events.jsonl
replay() { "$FORESHOCK" replay model.yaml --input events.jsonl "$@" 2>log; }
replay --advice advice.jsonl --warnings warnings.jsonl
python3 - <<'PY' || { cut -c1-600 advice.jsonl; fail 'the advice is not plausible'; }
import json
events = [json.loads(l) for l in open("advice.jsonl")]
assert {e["type"] for e in events} == {"foreshock.capacity.advised.v1"}
assert len({e["id"] for e in events}) == len(events) and len({e["subject"] for e in events}) == 1
assert all(e["id"].startswith(e["subject"] + ".") for e in events)
said = [(e["time"][11:16], e["data"]) for e in events]
assert all(a["needed_units"] != b["needed_units"] for (_, a), (_, b) in zip(said, said[1:])), said
for _, d in said:
    assert d["units"] == 100 and d["needed_units"] % 10 == 0 and 50 <= d["needed_units"] <= 300, d
    assert d["difference"] == d["needed_units"] - 100 and d["cost_per_hour"] == 0.5 * d["difference"]
    assert d["learned"] or d["needed_units"] >= 100, d
# A quarter of an hour before the campaign, which is the lead time and ten minutes: three times the demand wants some 130 to 180.
ahead = [d["needed_units"] for t, d in said if "05:44" <= t <= "05:46"]
assert len(ahead) == 1 and 120 <= ahead[0] <= 180, said
# Below half an hour after a rise nothing goes down.
times = [int(t[:2]) * 60 + int(t[3:]) for t, _ in said]
for (a, before), (b, after) in zip(zip(times, (d["needed_units"] for _, d in said)), list(zip(times, (d["needed_units"] for _, d in said)))[1:]):
    assert after > before or b - a >= 30, (a, before, b, after)
assert said[-1][1]["needed_units"] <= 70, said[-1]
assert len(said) < 25, len(said)
# A warning in the rise asks for what is advised then.
warnings = [json.loads(l) for l in open("warnings.jsonl")]
assert warnings and all(w["type"].startswith("foreshock.warning.") for w in warnings)
for w in warnings:
    now = [e["data"]["needed_units"] for e in events if e["time"] <= w["time"]][-1]
    for a in w["data"]["advice"]:
        if a["action"] == "raise": assert a["amount"] == now - 100, (w["time"], a, now)
PY

for workers in 1 3; do
  replay --advice again.jsonl --workers $workers --json >/dev/null
  cmp advice.jsonl again.jsonl || fail "other advice with $workers workers"
done

# As an output of its own, killed on the way and resumed.
cat >config.yaml <<'YAML'
model: model.yaml
sources: [{files: [events.jsonl]}]
outputs: [{file: said.jsonl}]
advice: {file: advised.jsonl}
state: {directory: state, checkpoint_every: 100ms}
YAML
"$FORESHOCK" check config.yaml >/dev/null && "$FORESHOCK" check --dump config.yaml | grep -q '^advice: {file: ' || fail 'the output does not check'
"$FORESHOCK" run config.yaml --until-end >/dev/null 2>&1 &
pid=$!
sleep 0.05
kill -9 $pid 2>/dev/null || true
wait $pid 2>/dev/null || true
"$FORESHOCK" run config.yaml --until-end >/dev/null 2>&1
payload() { python3 -c 'import json, sys; [print(json.dumps({k: v for k, v in json.loads(l)["data"].items() if k not in ("config_hash", "inputs")}), json.loads(l)["time"]) for l in open(sys.argv[1])]' "$1"; }
cmp <(payload advice.jsonl) <(payload advised.jsonl) || fail 'a run advises otherwise than a replay'
grep -q capacity said.jsonl && fail 'advice among the warnings'
echo 'advised'
