#!/usr/bin/env bash
# New rules and another model for a running program: by signal, by HTTP and by a changed file; a bad one never replaces a good one; what came of it
# is logged and counted. Shadow rules are recorded, and reported.
set -euo pipefail

work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
fail() { echo "failed: $1" >&2; cat log >&2 || true; exit 1; }

rule() { printf '  - {name: %s, when: {event: %s}, text: "%s of {service}"%s}\n' "$1" "$2" "$2" "${3:-}"; }
{ echo 'rules:'; rule restarts restart; } >rules.yaml
cat >config.yaml <<'YAML'
app: reload
sources: [{files: ['-']}]
outputs: [{file: warnings.jsonl}]
state: {directory: state, checkpoint_every: 100ms}
http: {listen: '127.0.0.1:0'}
reload: {watch_every: 0s}
rules: [rules.yaml]
services: {shop: {}}
YAML

mkfifo events
"$FORESHOCK" run config.yaml <events >out 2>log &
pid=$!
exec 3>events
# await WHAT COMMAND...: until it succeeds, for a minute at most.
await() {
  local what=$1 tries=600
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || fail "$what"
    sleep 0.1
  done
}
await 'it does not start' grep -q 'serving http' log
address=$(sed -n 's|.*serving \(http://[^ ]*\).*|\1|p' log)
second=0
# event NAME: one event of the shop, then enough time passes for its slot to close.
event() {
  second=$((second + 60))
  local at later
  at=$(date -u -d "2026-11-20T09:00:00Z + $second seconds" +%Y-%m-%dT%H:%M:%SZ)
  later=$(date -u -d "2026-11-20T09:00:00Z + $((second + 30)) seconds" +%Y-%m-%dT%H:%M:%SZ)
  printf '{"ts":"%s","type":"event","name":"%s","service":"shop"}\n' "$at" "$1" >&3
  printf '{"ts":"%s","type":"transaction","service":"shop"}\n' "$later" "$later" >&3
}
reload() { curl -s -o answer -w '%{http_code}' -X POST "$address/api/v1/reload"; }
said() { grep -c "\"rule\":\"$1\"" warnings.jsonl || true; }

event restart
await 'the first rule says nothing' grep -q '"rule":"restarts"' warnings.jsonl

# by HTTP
{ echo 'rules:'; rule restarts restart; rule deploys deploy; rule trial restart ', shadow: true'; } >rules.yaml
code=$(reload)
[ "$code" = 200 ] || { cat answer; fail "POST /api/v1/reload: $code"; }
grep -qF '"result":"applied","added":["deploys","trial"],"changed":[],"removed":[],"kept":1' answer || { cat answer; fail 'the difference is not said'; }
[ "$(reload)" = 200 ] && grep -q '"unchanged"' answer || fail 'nothing has changed'
event deploy
await 'the new rule says nothing' grep -q '"rule":"deploys"' warnings.jsonl

# a bad one
{ echo 'rules:'; rule deploys deploy; echo '  - {name: broken, when: {any: [spkie, drop]}}'; } >rules.yaml
[ "$(reload)" = 422 ] || fail 'a bad configuration is taken'
grep -qF "rules.yaml:3:33: 'spkie' is no condition (did you mean 'spike'?)" answer || { cat answer; fail 'the problem is not said'; }
event restart
await 'the shadow rule is not recorded' grep -q '"rule":"trial"' state.shadow.jsonl
[ "$(said trial)" = 0 ] || fail 'a shadow rule was sent'

# by signal, and what needs a restart
{ echo 'rules:'; rule deploys deploy; } >rules.yaml
kill -HUP "$pid"
await 'SIGHUP does nothing' grep -q 'reload (SIGHUP): rules 0 added, 0 changed, 2 removed (restarts, trial), 1 kept' log
echo 'bounds: {services: 9}' >>config.yaml
[ "$(reload)" = 422 ] && grep -q 'restart' answer || fail 'other bounds are taken while running'
sed -i '/^bounds/d; s/shop: {}/web: {}, shop: {owner: team}/' config.yaml
echo 'warn: {raise_probability: 0.6}' >>config.yaml
[ "$(reload)" = 200 ] || { cat answer; fail 'another model is not taken'; }
grep -qF '"model":{"services":{"added":["web"],"changed":["shop"],"removed":[],"kept":0}' answer || { cat answer; fail 'what is other in the model is not said'; }
grep -qF '"limits_changed":true' answer && grep -qF '"restart_needed":false' answer || { cat answer; fail 'limits of warnings are not taken'; }
event deploy
model_taken() { curl -s "$address/metrics" >metrics && grep -qx 'foreshock_model_changes_total 1' metrics; }
await 'the model does not change' model_taken
curl -s "$address/api/v1/state" | grep -q '"web"' || fail 'the new service is not shown'
curl -s "$address/metrics" >metrics
for line in 'foreshock_reload_total{result="applied"} 3' 'foreshock_reload_total{result="unchanged"} 1' 'foreshock_reload_total{result="refused"} 2' \
  'foreshock_reload_rules_total{change="added"} 2' 'foreshock_reload_rules_total{change="removed"} 2'; do
  grep -qF "$line" metrics || { grep foreshock_reload metrics; fail "not counted: $line"; }
done
exec 3>&-
wait "$pid" || fail 'it does not end well'
pid=
grep -q 'reload (asked over HTTP): refused' log || fail 'a refusal is not logged'
grep -q 'reload (asked over HTTP): services 1 added (web), 1 changed (shop), 0 removed, 0 kept' log || fail 'the new model is not logged'

# the record of shadow rules
"$FORESHOCK" report shadow config.yaml >report
grep -q '^trial: would have opened 1 warning' report || { cat report; fail 'the report does not say what the shadow rule would have sent'; }
"$FORESHOCK" report shadow config.yaml --json >report.json
grep -qF '"rule":"trial","opened":1' report.json || { cat report.json; fail 'the JSON does not say it'; }

# by a changed file
sed -i 's/watch_every: 0s/watch_every: 100ms/; s/web: {}, //' config.yaml
rm log # it is awaited below, and would be the one of before until the shell has opened the new one
"$FORESHOCK" run config.yaml <events >out 2>log &
pid=$!
exec 3>events
await 'it does not start again' grep -q 'serving http' log
{ echo 'rules:'; rule deploys deploy; rule more restart; } >rules.new && mv rules.new rules.yaml
await 'a changed file is not seen' grep -q 'reload (a file has changed): rules 1 added (more)' log
cp config.yaml config.kept
sed -i '/^services:/d' config.yaml
await 'an emptied model is not refused' grep -q 'the model names no service and no resource any more' log
mv config.kept config.yaml
await 'the model that came back is not read' grep -q 'reload (a file has changed): nothing that can be taken while running has changed' log
exec 3>&-
wait "$pid" || fail 'the second run does not end well'
pid=
echo "reloads by HTTP, signal and file"
