#!/usr/bin/env bash
# foreshock check: good configurations, every problem at once with its place, exit codes and streams.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() { echo "failed: $1" >&2; exit 1; }
# expect CODE ARGUMENTS...: runs it, output in out and err.
expect() {
  local code=$1 got=0
  shift
  "$FORESHOCK" "$@" >out 2>err || got=$?
  [ "$got" -eq "$code" ] || { cat out err; fail "exit $got instead of $code: foreshock $*"; }
}

cat >good.yaml <<'YAML'
app: shop
model: model.yaml
sources:
  - kafka: {brokers: 'localhost:9092', topics: [transactions, capacity], properties: {sasl.password: '${TEST_PASSWORD}'}}
outputs: [{kafka: {brokers: 'localhost:9092', topic: warnings}}, {stdout: json}]
YAML
cat >model.yaml <<'YAML'
services:
  web: {calls: [payment], slos: {latency: {indicator: p95_latency_ms, below: 300}}}
  payment: {}
resources:
  db: {service: payment, match: {resource: '^db-1$'}, metrics: {used: {limit: 600}}}
YAML

export TEST_PASSWORD=hunter2
expect 0 check good.yaml model.yaml
expect 0 check --dump good.yaml
grep -q 'hunter2' out err && fail 'a secret is shown'
grep -qF '${TEST_PASSWORD}' out || fail 'the dump names no reference to the secret'
unset TEST_PASSWORD
expect 2 check good.yaml
grep -qF 'good.yaml:4:' err || fail 'no place of a variable that is not set'

cat >bad.yaml <<'YAML'
slots: {length: 7s}
servces: {}
services:
  web: {calls: [payment]}
YAML
expect 2 check bad.yaml model.yaml
[ ! -s out ] || { cat out; fail 'problems belong on standard error'; }
[ "$(grep -c '^bad.yaml:' err)" -eq 3 ] || { cat err; fail 'not all problems at once'; }
grep -qF "bad.yaml:2:1: unknown key 'servces' (did you mean 'services'?)" err || { cat err; fail 'no hint at the right key'; }
grep -qF "bad.yaml:4:17: calls: unknown service 'payment'" err || { cat err; fail 'no place of an unknown service'; }

printf 'services:\n\tweb: {}\n' >tab.yaml
expect 2 check tab.yaml
grep -qF 'tab.yaml:2:' err || { cat err; fail 'no place in broken YAML'; }
expect 2 check nowhere.yaml
grep -qF 'nowhere.yaml: cannot read' err || { cat err; fail 'a missing file is not named'; }
expect 2 check

expect 0 check --reference
grep -qF '| `slots.length` |' out || fail 'the reference lacks a key'

cat >events.jsonl <<'JSON'
{"ts":"2026-11-20T09:00:00Z","type":"transaction","service":"web","value":1,"duration_ms":5,"outcome":"ok"}
{"ts":"2026-11-20T09:00:00Z","type":"metric","resource":"db-2","metric":"used","value":412}
JSON
if "$FORESHOCK" check --help | grep -q -- --sample; then
  expect 1 check model.yaml --sample events.jsonl
  cat out err | grep -qF "this matcher of 'db' matches nothing in the sample" || { cat out err; fail 'no word of a matcher that matches nothing'; }
  sed -i 's/db-2/db-1/' events.jsonl
  expect 0 check model.yaml --sample events.jsonl
fi

cat >built.yaml <<'YAML'
services:
  db: {slos: {ok: {indicator: availability, objective: 99%}}}
  web: {calls: [db], slos: {ok: {indicator: availability, objective: 99.9%}}}
YAML
expect 0 check built.yaml
grep -qF 'built.yaml:3:29: notice: objective: 99.9% is more than what it calls allows: 99% (db.ok 99%)' err || { cat err; fail 'no word of a promise better than what it is built on'; }

cat >rules.yaml <<'YAML'
services: {web: {}}
conditions: {surge: spike}
rules:
  - {name: a, when: {event: deplyo}}
  - {name: b, when: {spike: {on: callees}}}
YAML
expect 1 check rules.yaml
grep -qF "rules.yaml:2:14: no rule uses the condition 'surge' (remove it, or write use: surge)" err || { cat err; fail 'no word of a condition that nobody uses'; }
grep -qF "rules.yaml:5:22: the rule 'b' can never fire: nothing that the rule is for has callees in the model" err || { cat err; fail 'no word of a rule that can never fire'; }
sed -i '/conditions/d; /name: b/d' rules.yaml
expect 0 check rules.yaml
printf '{"ts":"2026-11-20T09:00:00Z","type":"event","name":"deploy","service":"web"}\n' >events.jsonl
expect 1 check rules.yaml --sample events.jsonl
grep -qF "rules.yaml:3:22: no event 'deplyo' in the sample, so that this condition matches nothing (did you mean 'deploy'?)" err || { cat err; fail 'no word of a condition that matches nothing'; }

printf 'garbage\n' >>events.jsonl
expect 1 check rules.yaml --sample events.jsonl
grep -qF "events.jsonl:2: 1 of 2 records cannot be read, this one first: " err || { cat err; fail 'no word of records that cannot be read'; }

# for programs
expect 1 check rules.yaml --sample events.jsonl --json
[ ! -s err ] || { cat err; fail 'JSON and text'; }
python3 - <<'PY' || fail 'the JSON is wrong'
import json
o = json.load(open("out"))
assert o["fine"] is False and [f["kind"] for f in o["findings"]] == ["unmet", "unmet"], o
assert (o["findings"][1]["file"], o["findings"][1]["line"], o["findings"][1]["column"]) == ("rules.yaml", 3, 22), o
assert o["findings"][1]["hint"] == "did you mean 'deploy'?", o
PY
expect 2 check bad.yaml built.yaml --json
python3 -c 'import json; o = json.load(open("out")); assert [f["kind"] for f in o["findings"]] == ["error"] * 3, o' || fail 'errors are not in the JSON'
expect 0 check built.yaml --json
python3 -c 'import json; o = json.load(open("out")); assert o["fine"] and o["findings"][0]["kind"] == "notice", o' || fail 'notices are not in the JSON'
expect 2 check built.yaml --json --dump

# coverage of rules by scenarios
sed -i 's/deplyo/deploy/' rules.yaml
echo '  - {name: untested, when: {event: rollback}}' >>rules.yaml
cat >rules.scenario <<'SCENARIO'
name: A deployment is said
rules: [rules.yaml]
series:
  raw at 0s: {"ts":"{now}","type":"event","name":"deploy","service":"web"}
expect warnings opened:
  09:00 opened web a
SCENARIO
sed -i '/^services/d' rules.yaml
expect 0 test rules.scenario --coverage-json coverage.json --junit junit.xml
grep -qF 'rules covered: 1 of 2' out || { cat out; fail 'the coverage of rules is not said'; }
grep -qF 'not covered: untested (never fires)' out || { cat out; fail 'the rule that is not covered is not named'; }
grep -qF '"ratio": 0.5' coverage.json || { cat coverage.json; fail 'no coverage as JSON'; }
grep -qF '<testcase' junit.xml || fail 'no JUnit'
expect 1 test rules.scenario --least-coverage 0.6
expect 0 test rules.scenario --least-coverage 0.5
