#!/usr/bin/env bash
# foreshock learn: odds and intervals are fitted to a history, the same each time, and what is written is a configuration.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "failed: $1" >&2; exit 1; }

cat >model.yaml <<'YAML'
services:
  shop:
    slos:
      latency: {indicator: p95_latency_ms, below: 300, window: 1m}
resources:
  db-1:
    service: shop
    kind: connection_pool
    metrics: {connections_used: {limit: 600}}
YAML
# Rows of ten seconds. Demand rises every other hour, most times so far that the pool runs out.
awk 'BEGIN {
  srand(7)
  for (s = 0; s < 17 * 3600; s += 10) {
    h = int(s / 7200); m = (s % 7200) / 60
    top = h >= 1 && h != 4 ? 2.45 : 1.6
    rise = m < 60 ? 0 : m < 74 ? (m - 60) / 14 : m < 80 ? 1 : m < 86 ? (86 - m) / 6 : 0
    rate = 20 * (1 + (top - 1) * rise) * (0.97 + 0.06 * rand())
    used = 12 * rate; if (used > 580) used = 580
    slow = used > 560 ? 700 : 90 + 5 * rand()
    t = 1767225600 + s
    printf "{\"ts\":%d,\"type\":\"transactions\",\"service\":\"shop\",\"interval_s\":10,\"count\":%d,\"value\":%d,\"p95_ms\":%d}\n", t, rate * 10, rate * 400, slow
    printf "{\"ts\":%d,\"type\":\"metric\",\"resource\":\"db-1\",\"metric\":\"connections_used\",\"value\":%.1f,\"limit\":600}\n", t, used
  }
}' >events.jsonl

"$FORESHOCK" learn model.yaml --input events.jsonl --output calibration.yaml --json >learned.json 2>err || { cat err; fail 'nothing is learned'; }
python3 - <<'PY' || fail 'what was learned is not plausible'
import json
l = json.load(open("learned.json"))
assert l["breaches"] == 6, l
assert abs(l["hours"] - 17) < 0.1 and 500 < l["samples"] < 1000, l
assert l["log_loss"]["after"] < l["log_loss"]["before"], l
assert l["coverage"]["moments"] >= 20 and abs(l["coverage"]["after"] - 0.8) < 0.05, l
c = l["calibration"]
assert 0.1 <= c["slope"] <= 10 and abs(c["offset"]) <= 10 and 0.1 <= c["interval"] <= 10, c
text = open("calibration.yaml").read()
assert "events.jsonl: 6 breaches in 17.0 hours" in text and "Log loss" in text, text
assert f'slope: {c["slope"]:.4f}, offset: {c["offset"]:.4f}, interval: {c["interval"]:.4f}' in text, text
PY

# It is a configuration, and the learned decision's own word is learned from even where one is in force already.
cat model.yaml calibration.yaml >calibrated.yaml
"$FORESHOCK" check calibrated.yaml >out || { cat out; fail 'what is written does not check'; }
"$FORESHOCK" check --dump calibrated.yaml | grep -q 'calibration: {slope: 0' || fail 'the calibration is not in force'
for workers in 1 4; do
  "$FORESHOCK" learn calibrated.yaml --input events.jsonl --workers $workers >again.yaml
  cmp calibration.yaml again.yaml || fail "learned otherwise: with a calibration in force and $workers workers"
done
warnings() { "$FORESHOCK" replay "$1" --input events.jsonl --json; }
[ "$(warnings model.yaml | sed 's/"seconds.*second":[0-9.]*//')" != "$(warnings calibrated.yaml | sed 's/"seconds.*second":[0-9.]*//')" ] ||
  fail 'the calibration changes no warning'

# Too little to learn from is said, and nothing is written.
code=0; "$FORESHOCK" learn model.yaml --input events.jsonl --to 2026-01-01T05:30:00Z --output few.yaml >out 2>err || code=$?
[ "$code" -eq 1 ] && grep -qF '2 breaches in 5.5 hours' err && grep -qF 'at least 5' err || { cat err; fail "few breaches: exit $code"; }
[ ! -e few.yaml ] && [ ! -s out ] || fail 'something is learned from too little'
code=0; "$FORESHOCK" learn "$SOURCE_DIR/tests/recordings/flash_sale/model.yaml" --input "$SOURCE_DIR"/tests/recordings/flash_sale/{history,events}.jsonl.zst 2>err || code=$?
[ "$code" -eq 1 ] && grep -qF '1 breach in' err || { cat err; fail "a recording of one overload: exit $code"; }

code=0; "$FORESHOCK" learn model.yaml --input events.jsonl --from yesterday 2>err || code=$?
[ "$code" -eq 2 ] && grep -qF -- '--from' err || fail 'a time that is none'
code=0; "$FORESHOCK" learn model.yaml 2>err || code=$?
[ "$code" -eq 2 ] && grep -qF 'nothing to replay' err || fail 'no input'
code=0; "$FORESHOCK" learn model.yaml --input events.jsonl --output none/c.yaml 2>err || code=$?
[ "$code" -eq 3 ] && grep -qF 'none/c.yaml: cannot write' err || { cat err; fail 'an output that cannot be written'; }
echo 'learned'
