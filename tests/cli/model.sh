#!/usr/bin/env bash
# foreshock model: imports check, and what is learned from a history is proposed, not done.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "failed: $1" >&2; exit 1; }

cat >slo.yaml <<'YAML'
apiVersion: openslo/v1
kind: SLO
metadata: {name: ok}
spec:
  service: shop
  indicator: {metadata: {name: good}, spec: {ratioMetric: {counter: true, good: {}, total: {}}}}
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{targetPercent: 99.9}]
YAML
"$FORESHOCK" model import slo.yaml >model.yaml
"$FORESHOCK" check model.yaml >out || fail 'an imported model does not check'
grep -qF 'objective: 99.9%' model.yaml || { cat model.yaml; fail 'no objective'; }
printf 'name,type,depends_on\nshop,service,db-1\ndb-1,database,\n' >cmdb.csv
"$FORESHOCK" model import cmdb.csv >cmdb.yaml
"$FORESHOCK" check cmdb.yaml >out || fail 'a model from CSV does not check'
"$FORESHOCK" model import - <cmdb.csv >other.yaml
cmp cmdb.yaml other.yaml || fail 'standard input gives another model'
printf 'name,type,depends_on\na,service,b\nb,service,a\n' >cycle.txt
code=0; "$FORESHOCK" model import cycle.txt >out 2>err || code=$?
[ "$code" -eq 1 ] && grep -qF 'cycle.txt:3:1: calls: services wait for each other: a -> b -> a' err || { cat err; fail 'what makes no model is not named where it was read'; }
printf 'apiVersion: openslo/v2\nkind: SLO\n' >other.yaml
code=0; "$FORESHOCK" model import other.yaml >out 2>err || code=$?
[ "$code" -eq 2 ] && grep -qF 'other.yaml:1:1: apiVersion' err || fail 'another version is not refused with its place'

# web calls payment (each call makes one), other goes its own way; db-9 carries payment.
awk 'BEGIN {
  srand(7)
  for (m = 0; m < 360; ++m) {
    web = 300 + int(120 * rand()); other = 300 + int(120 * rand())
    t = 1767225600 + 60 * m
    printf "{\"ts\":%d,\"type\":\"transactions\",\"service\":\"web\",\"interval_s\":60,\"count\":%d,\"p95_ms\":210}\n", t, web
    printf "{\"ts\":%d,\"type\":\"transactions\",\"service\":\"payment\",\"interval_s\":60,\"count\":%d,\"p95_ms\":60}\n", t, web * 0.8
    printf "{\"ts\":%d,\"type\":\"transactions\",\"service\":\"other\",\"interval_s\":60,\"count\":%d,\"p95_ms\":90}\n", t, other
    printf "{\"ts\":%d,\"type\":\"metric\",\"resource\":\"db-9\",\"metric\":\"connections_used\",\"interval_s\":60,\"value\":%.2f,\"limit\":600}\n", t, other * 0.5 + 5 * rand()
  }
}' >history.jsonl
echo 'services: {web: {}, payment: {}, other: {}}' >known.yaml
before=$(cksum known.yaml)
"$FORESHOCK" model learn known.yaml --input history.jsonl >diff.txt
grep -qE '^\+ +calls: \[payment\]' diff.txt || { cat diff.txt; fail 'no call proposed'; }
grep -qE '^\+ +service: other' diff.txt || { cat diff.txt; fail 'no carrier proposed'; }
[ "$(grep -c '^+ *calls' diff.txt)" -eq 1 ] || { cat diff.txt; fail 'calls that are none'; }
[ "$before" = "$(cksum known.yaml)" ] || fail 'the model was changed'
echo 'services: {web: {calls: [payment]}, payment: {}, other: {}}' >known.yaml
"$FORESHOCK" model learn known.yaml --input history.jsonl --json >proposals.json
grep -q '"call"' proposals.json && fail 'a known call is proposed again'

# A chain with a fan-in: shop and app call payment, payment calls ledger. What shop says of the ledger, payment says better.
awk 'BEGIN {
  srand(11)
  for (m = 0; m < 720; ++m) {
    shop = 300 + int(120 * rand()); app = 200 + int(90 * rand()); payment = int(shop * 0.8 + app * 0.5 + 12 * rand()); ledger = int(payment * 1.5 + 10 * rand())
    t = 1767225600 + 60 * m
    n = split("shop 310 " shop " app 280 " app " payment 190 " payment " ledger 80 " ledger, x, " ")
    for (i = 1; i < n; i += 3) printf "{\"ts\":%d,\"type\":\"transactions\",\"service\":\"%s\",\"interval_s\":60,\"count\":%d,\"p95_ms\":%d}\n", t, x[i], x[i + 2], x[i + 1]
  }
}' >chain.jsonl
"$FORESHOCK" model learn known.yaml --input chain.jsonl --json >chain.json
python3 -c '
import json
calls = sorted((p["from"], p["to"]) for p in json.load(open("chain.json")) if p["kind"] == "call")
assert calls == [("app", "payment"), ("payment", "ledger"), ("shop", "payment")], calls' || fail 'a chain is not found as a chain'
echo 'services: {shop: {calls: [payment]}, payment: {}}' >part.yaml
"$FORESHOCK" model learn part.yaml --input chain.jsonl >diff.txt
[ "$(grep -c '^+ *calls' diff.txt)" -eq 2 ] && grep -qF 'calls: [payment]' diff.txt && grep -qF 'calls: [ledger]' diff.txt || { cat diff.txt; fail 'what a known call leaves over'; }
echo 'models are made'
