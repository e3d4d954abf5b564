#!/usr/bin/env bash
# foreshock whatif: foretells what a simulated surge then did, asked before it began; says what it does not know; refuses what makes no
# sense. The same over HTTP.
set -euo pipefail

work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
fail() { echo "failed: $1" >&2; exit 1; }

# A mailing: demand of the entry rises minutes after the question is asked, until a CPU behind it is full.
"$FORESHOCK" generate scenario --kind email_cpu --seed 5 --breadth planned --output . >/dev/null
dir=g000005-email_cpu
python3 - "$dir" <<'PY' || fail 'the scenario is not what it was'
import datetime, json, sys
t = json.load(open(sys.argv[1] + "/truth.json"))["breaches"]
at = lambda s: datetime.datetime.fromtimestamp(int(s), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
open("asked_at", "w").write(at(t[0]["onset_s"] - 15))
PY
inputs=(--input $dir/history.jsonl.zst --input $dir/events.jsonl.zst)
ask() { "$FORESHOCK" whatif $dir/model.yaml "${inputs[@]}" --to "$(cat asked_at)" "$@"; }

ask --service storefront --demand 1 --until 10m --json >usual.json
# What demand did: the minutes of the surge, and what the CPU that broke, and those that did not, were used in them.
zstd -dc $dir/events.jsonl.zst >events.jsonl
python3 - "$dir" <<'PY' || fail 'the surge cannot be counted'
import collections, json, re, sys
usual = json.load(open("usual.json"))["demand_usual_per_second"]
truth = json.load(open(sys.argv[1] + "/truth.json"))["breaches"]
start, broke, over = int(truth[0]["onset_s"]), min(int(b["breach_start_s"]) for b in truth), int(truth[0]["breach_end_s"])
import datetime
seconds = lambda ts: datetime.datetime.fromisoformat(ts.replace("Z", "+00:00")).timestamp()
count, used = collections.Counter(), collections.defaultdict(list)
for line in open("events.jsonl"):
    try: e = json.loads(line)
    except ValueError: continue
    s = seconds(e["ts"])
    if not start <= s < over: continue
    if e["type"] == "transaction" and e["service"] == "storefront": count[int(s) // 60] += 1
    if e["type"] == "metric" and e["metric"] == "cpu_used": used[e["resource"], int(s) // 60].append(e["value"] / e["limit"])
before = (broke - 60) // 60  # the last whole minute before
json.dump({"peak": max(count.values()) / 60 / usual, "before": count[before] / 60 / usual, "broke": truth[0]["binding_resource"],
           "used": {r: sum(v) / len(v) for (r, m), v in used.items() if m == before}}, open("happened.json", "w"))
PY
happened() { python3 -c "import json; print(json.load(open('happened.json'))['$1'])"; }
ask --service storefront --demand "$(happened peak)" --until 30m --json >peak.json
ask --service storefront --demand "$(happened before)" --until 5m --json >before.json
python3 - <<'PY' || fail 'what was foretold is not what happened'
import json
happened, peak, before = (json.load(open(f + ".json")) for f in ("happened", "peak", "before"))
assert peak["breaks_first"] == happened["broke"], (peak["breaks_first"], happened)
first = peak["resources"][0]
assert first["breaks_at_once"] and first["basis"] == "learned" and first["headroom"] < 0, first
assert {(p["service"], p["slo"]) for p in first["promises"]} >= {("order", "latency"), ("storefront", "latency")}, first
assert 1 < first["holds_to"] < happened["peak"], first
off = {r["resource"]: (r["peak_low"], happened["used"][r["resource"]], r["peak_high"]) for r in before["resources"] if r["metric"] == "cpu_used"}
assert len(off) == 6 and sum(low <= used <= high for low, used, high in off.values()) >= 5, off  # of 80 % intervals
PY

# What is written, for people.
ask --service storefront --demand 3 >said
grep -q '^order-cpu breaks first, at once: ' said && grep -q 'promises broken with it: storefront latency' said || { cat said; fail 'the text'; }
grep -q 'no response to demand has been learned' said || { cat said; fail 'what is unknown is not said'; }
for workers in 1 3; do ask --service storefront --demand 3 --workers $workers | cmp - said || fail "other bytes with $workers workers"; done

# A model with units, costs and a campaign.
cat >shop.yaml <<'YAML'
sources: [{files: ['-']}]
http: {listen: '127.0.0.1:0'}
services:
  shop: {currency: EUR, slos: {latency: {indicator: p95_latency_ms, below: 300}}}
resources:
  shop-cpu:
    service: shop
    kind: cpu
    metrics: {cores_used: {limit: 8}}
    scaling: {unit: node, lead_time: 10m, max: 9, cost_per_hour: 0.6}
  shop-disk: {service: shop, kind: disk, metrics: {bytes_used: {limit: 100}}}
calendar:
  - {name: sale, kind: campaign, services: [shop], start: 2026-01-01T04:30:00Z, end: 2026-01-01T06:30:00Z, expected_ratio: 5}
  - {name: aim, kind: campaign, services: [shop], start: 2026-01-01T04:30:00Z, end: 2026-01-01T06:30:00Z, value_target: 1800000}
  - {name: little, kind: campaign, services: [shop], start: 2026-01-01T04:30:00Z, end: 2026-01-01T06:30:00Z, value_target: 1000}
  - {name: past, kind: campaign, services: [shop], start: 2025-01-01T04:30:00Z, end: 2025-01-01T06:30:00Z, expected_ratio: 5}
YAML
# Two nodes of four cores, each at 0.2 + 0.02 cores for one transaction a second, which are 50 +- 20.
awk 'BEGIN { for (s = 0; s < 14400; s += 10) {
  rate = 50 + 20 * sin(s / 1146); t = 1767225600 + s
  printf "{\"ts\":%d,\"type\":\"transactions\",\"service\":\"shop\",\"interval_s\":10,\"count\":%d,\"value\":%d,\"p95_ms\":90}\n", t, rate * 10, 50 * 10
  for (n = 1; n <= 2; ++n) printf "{\"ts\":%d,\"type\":\"metric\",\"resource\":\"shop-cpu\",\"host\":\"n%d\",\"metric\":\"cores_used\",\"value\":%.3f,\"limit\":4}\n", t + 9, n, 0.2 + 0.02 * rate
  printf "{\"ts\":%d,\"type\":\"metric\",\"resource\":\"shop-disk\",\"metric\":\"bytes_used\",\"value\":40}\n", t + 9
} }' >shop.jsonl
shop() { "$FORESHOCK" whatif shop.yaml --input shop.jsonl "$@"; }
shop --campaign sale --json >sale.json
shop --campaign aim --json >aim.json
shop --resource shop-cpu --units -1 --json >fewer.json
python3 - <<'PY' || fail 'units, costs, campaign'
import json, math
sale, fewer = json.load(open("sale.json")), json.load(open("fewer.json"))
assert (sale["from"], sale["until"]) == ("2026-01-01T04:30:00.000Z", "2026-01-01T06:30:00.000Z"), sale
assert not sale["demand_shape_known"]
cpu = next(r for r in sale["resources"] if r["resource"] == "shop-cpu")
usual = sale["demand_usual_per_second"]
expected = 0.05 + 0.005 * usual * 5
assert abs(cpu["peak"] - expected) < 0.03 * expected, (cpu, expected)
assert cpu["breaks_at"] == sale["from"] and cpu["units"]["order_by"] == "2026-01-01T04:20:00.000Z", cpu
needed = math.ceil(2 * 0.005 * usual * 5 / (cpu["knee"] - 0.05))
assert cpu["units"]["have"] == 2 and abs(cpu["units"]["needed"] - needed) <= 1, (cpu, needed)
assert abs(cpu["units"]["cost_per_hour"] - 0.6 * cpu["units"]["more"]) < 1e-9, cpu
assert abs(cpu["units"]["cost"] - cpu["units"]["cost_per_hour"] * 130 / 60) < 1e-4, cpu
aim = json.load(open("aim.json"))  # EUR 50 a second are usual: 360,000 in its two hours
peak = next(r for r in aim["resources"] if r["resource"] == "shop-cpu")["peak"]
assert aim["from"] == sale["from"] and abs(peak - cpu["peak"]) < 0.02, (peak, cpu)
disk = next(r for r in sale["resources"] if r["resource"] == "shop-disk")
assert (disk["basis"], disk["outcome"]) != ("none", "holds"), disk
one = fewer["resources"][0]
assert len(fewer["resources"]) == 1 and abs(one["peak"] - (0.05 + 0.01 * usual)) < 0.02, fewer
PY

# refused DEFECT ARGUMENTS...: exit 2 and a word about it.
refused() {
  local word=$1 code=0
  shift
  shop "$@" >out 2>err || code=$?
  [ "$code" -eq 2 ] && [ ! -s out ] && grep -qF -- "$word" err || { cat err; fail "$*: exit $code"; }
}
refused "did you mean 'shop'?" --service shopp --demand 3
refused 'one of sale, aim, little, past' --campaign winter
refused 'aims at no more than what is usual' --campaign little
refused 'is over' --campaign past
refused 'nothing is asked' --service shop
refused 'of which service' --demand 3
refused 'of which resource' --units -1
refused 'how many units' --resource shop-cpu
refused 'is no time' --service shop --demand 3 --until soon
refused 'is not ahead' --service shop --demand 3 --until 2026-01-01T00:00:00Z
refused 'more than a week' --service shop --demand 3 --until 8d
refused '--from' --service shop --demand 3 --from yesterday
code=0; "$FORESHOCK" whatif shop.yaml --service shop --demand 3 --input /dev/null >out 2>err || code=$?
[ "$code" -eq 1 ] && grep -qF 'nothing was read' err || fail 'nothing to learn from'

# The running program answers the same question from what it has seen so far.
mkfifo feed
"$FORESHOCK" run shop.yaml <feed >out 2>log &
pid=$!
exec 3>feed
cat shop.jsonl >&3
tries=600
until address=$(sed -n 's|.*serving \(http://[^ ]*\).*|\1|p' log) && [ -n "$address" ] &&
  curl -sf "$address/api/v1/whatif?service=shop&demand=5" -o live.json && grep -q '2026-01-01T03:5' live.json; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || { cat log live.json; fail 'the running program does not answer'; }
  sleep 0.1
done
python3 - <<'PY' || fail 'the running program answers otherwise'
import json
live = json.load(open("live.json"))
cpu = next(r for r in live["resources"] if r["resource"] == "shop-cpu")
assert live["breaks_first"] == "shop-cpu" and cpu["basis"] == "learned" and cpu["units"]["unit"] == "node", live
PY
[ "$(curl -s -o answer -w '%{http_code}' "$address/api/v1/whatif?service=shopp&demand=3")" = 400 ] && grep -q 'did you mean' answer || fail 'a wrong name over HTTP'
[ "$(curl -s -o answer -w '%{http_code}' "$address/api/v1/whatif?service=shop&demand=many")" = 400 ] || fail 'no number over HTTP'
[ "$(curl -s -o answer -w '%{http_code}' "$address/api/v1/whatif?service=shop&demand=3&until=2d")" = 400 ] || fail 'too far ahead over HTTP'
exec 3>&-
wait "$pid"
pid=
echo 'foretold'
