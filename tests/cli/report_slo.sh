#!/usr/bin/env bash
# foreshock report slo: its numbers are those that anybody can count in the same file, and it says what to count again with.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "failed: $1" >&2; exit 1; }

cat >model.yaml <<'YAML'
services:
  shop:
    owner: team-shop
    slos:
      ok:
        indicator: availability
        objective: 99.9%
        corrections:
          - {start: '2026-01-01T00:30:00Z', end: '2026-01-01T00:40:00Z', exclude: true, author: jane, reason: power test}
          - {start: '2026-01-01T01:00:00Z', bad: -5, author: joe, reason: 'load test, "agreed"'}
      paid: {indicator: value_availability, objective: 99%}
      slow: {indicator: p95_latency_ms, below: 180, objective: 99%, budget: transactions, calendar: month}
calendar:
  - {name: mail, services: [shop], start: '2026-01-01T00:30:00Z', end: '2026-01-01T01:00:00Z', expected_ratio: 2, value_target: 100000}
  - {name: night, services: [shop], start: '2026-01-01T02:00:00Z', end: '2026-01-01T05:00:00Z', value_target: 2000000}
YAML
awk 'BEGIN {
  for (i = 0; i < 20000; ++i) {
    value = 40 + i % 7; slow = i % 50 == 0 ? 400 : 100; failed = i % 300 == 0
    printf "{\"ts\":%.1f,\"type\":\"transaction\",\"service\":\"shop\",\"value\":%d,\"currency\":\"EUR\",\"duration_ms\":%d,\"outcome\":\"%s\"}\n", \
      1767225600 + i / 2, value, slow, failed ? "failed" : "ok"
    money += value; if (failed) lost += value
    if (i < 3600 || i >= 4800) { all += 1; bad += failed }
    slows += slow == 400; if (i >= 3600 && i < 7200) mail += value; if (i >= 14400) night += value
  }
  print all, bad - 5, money, lost, slows, mail, night > "counted"
}' >events.jsonl
read -r all bad money lost slows mail night <counted

"$FORESHOCK" report slo model.yaml --input events.jsonl --json --csv slo.csv --html slo.html >slo.json
python3 - "$all" "$bad" "$money" "$lost" "$slows" "$mail" "$night" <<'PY' || fail 'the report counts otherwise'
import json, sys
all_, bad, money, lost, slows, mail, night = map(float, sys.argv[1:])
r = json.load(open("slo.json"))
ok, paid, slow = r["objectives"]
assert (ok["total"], ok["bad"]) == (all_, bad), ok
assert abs(ok["kept"] - (1 - bad / all_)) < 1e-6, ok
assert ok["excluded_seconds"] == 600
assert [c["author"] for c in ok["corrections"]] == ["jane", "joe"], ok
assert (paid["total"], paid["bad"]) == (money, lost), paid
assert (slow["total"], slow["bad"]) == (20000, slows), slow
assert [x["state"] for x in (ok, paid, slow)] == ["at_risk", "kept", "at_risk"], (ok, slow)
assert r["services"][0]["failed_value"] == lost
assert r["inputs"] == [{"partition": "events.jsonl", "next_offset": 20000}], r["inputs"]
assert len(r["config_hash"]) == 16 and r["version"]
first, second = r["campaigns"]
assert (first["campaign"], first["owner"], first["value"], first["value_target"], first["state"]) == ("mail", "team-shop", mail, 100000, "reached"), (first, mail)
assert first["best_ratio"] < 1.5 and first["currency"] == "EUR", first
assert (second["campaign"], second["value"], second["state"]) == ("night", night, "short") and 800000 < second["value_projected"] < 1100000, (second, night)
PY

"$FORESHOCK" report slo model.yaml --input events.jsonl >slo.txt
grep -qF 'load test, "agreed"' slo.txt || fail 'no reason of a correction'
grep -q 'campaign night, 2026-01-01T02:00:00.000Z to 2026-01-01T05:00:00.000Z: EUR .* came so far of EUR 2,000,000 aimed at' slo.txt || { cat slo.txt; fail 'no campaign in the text'; }
grep -qF '<h2>Campaigns</h2>' slo.html || fail 'no campaign on the page'
grep -qF 'input events.jsonl to offset 20000' slo.txt || fail 'no input in the text'
[ "$(python3 -c 'import csv; r = list(csv.reader(open("slo.csv"))); print(len(r), len(set(map(len, r))))')" = '4 1' ] || fail 'the CSV is broken'
hash=$(python3 -c 'import json; print(json.load(open("slo.json"))["config_hash"])')
grep -q "$hash" slo.csv && grep -q "$hash" slo.html && grep -q "$hash" slo.txt || fail 'no configuration hash'
grep -qE '<script|http://|https://' slo.html && fail 'the page needs something else'

"$FORESHOCK" report slo model.yaml --input events.jsonl --workers 8 --json >again.json
cmp -s slo.json again.json || fail 'another number of workers, another report'
echo 'services: {shop: {}}' >nothing.yaml
"$FORESHOCK" report slo nothing.yaml --input events.jsonl --html nothing.html >out
grep -qF 'The model promises nothing' out && grep -qF 'The model promises nothing' nothing.html || { cat out; fail 'no word of a model without promises'; }
"$FORESHOCK" report shadow nothing.yaml --input events.jsonl >out
grep -qF 'No rule is a shadow rule' out || { cat out; fail 'no word of shadow rules that are not there'; }
echo 'rules: [{name: trial, shadow: true, when: {event: never}}]' >>nothing.yaml
"$FORESHOCK" report shadow nothing.yaml --input events.jsonl >out
grep -qF 'No shadow rule would have said anything' out || { cat out; fail 'a shadow rule that said nothing is not there'; }
code=0; "$FORESHOCK" report slo model.yaml >out 2>err || code=$?
[ "$code" -eq 2 ] && grep -qF 'nothing to replay' err || fail 'no word of a missing input'
echo 'the report holds'
