#!/usr/bin/env bash
# foreshock bench: a figure for every stage, and none where the answer is not right.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "failed: $1" >&2; exit 1; }

"$FORESHOCK" bench --services 10 --events 120000 --folder . --json >bench.json
python3 - <<'PY' || fail 'the figures'
import json
r = json.load(open("bench.json"))
costs = {(s["stage"], s["unit"].split()[0]): s["cost"] for s in r["stages"]}
for stage in ("decode", "ingest", "merge", "close", "detect", "correlate", "forecast", "match", "warn", "standing", "archive", "store"):
    assert costs[stage, "ns"] > 0, (stage, costs)
for what in ("open slot", "baseline and response", "checkpoint"): assert costs[what, "bytes"] > 0, (what, costs)
assert r["job"]["events"] == 120000 and r["job"]["warned"] == 1, r["job"]
PY
[ "$(ls)" = bench.json ] || fail 'something is left in the folder'

# The user's own model; what does not fit into its bounds is no measurement.
cat >model.yaml <<'YAML'
services:
  shop: {slos: {latency: {indicator: p95_latency_ms, below: 300}}}
  stock: {}
resources:
  pool: {service: stock, metrics: {used: {limit: 10}}}
YAML
"$FORESHOCK" bench model.yaml --events 50000 --only slots,job >own.txt
grep -q '^forecast' own.txt && grep -q '^whole job, 50000 events' own.txt && ! grep -q '^decode' own.txt || { cat own.txt; fail 'the own model'; }
echo 'bounds: {services: 1}' >>model.yaml
code=0; "$FORESHOCK" bench model.yaml --events 50000 >out 2>err || code=$?
[ "$code" -eq 1 ] && [ ! -s out ] && grep -q 'instead of' err || fail 'a wrong answer'
code=0; "$FORESHOCK" bench --services 10000 --only job >out 2>err || code=$?
[ "$code" -eq 1 ] && grep -q -- '--events [0-9]' err || fail 'too few events'
code=0; "$FORESHOCK" bench --folder none/there 2>err || code=$?
[ "$code" -eq 3 ] || fail 'no folder'
echo 'measured'
