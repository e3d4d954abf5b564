#!/usr/bin/env bash
# Tells Debian's real Alertmanager of a warning through the real sink, and reads back what it made of it: labels,
# annotations, the change of severity, the end.
set -euo pipefail

alertmanager=$(command -v prometheus-alertmanager) || { echo "skipped: no prometheus-alertmanager (tools/setup --test)"; exit 77; }
tests=$(dirname "$FORESHOCK")/foreshock_tests
[ -x "$tests" ] || { echo "skipped: no $tests"; exit 77; }

work=$(mktemp -d)
trap '[ -z "${pid:-}" ] || kill "$pid" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT

cat >"$work/alertmanager.yml" <<'YAML'
route: {receiver: nobody, group_by: [service], group_wait: 1s}
receivers: [{name: nobody}]
YAML

# On a port of the system's choice; the log names it.
"$alertmanager" --config.file="$work/alertmanager.yml" --storage.path="$work/data" --cluster.listen-address= \
  --web.listen-address=127.0.0.1:0 >"$work/log" 2>&1 &
pid=$!
for _ in $(seq 300); do
  port=$(grep -i 'listening on' "$work/log" | grep -o '127\.0\.0\.1:[0-9]*' | tail -1 | cut -d: -f2 || true)
  [ -n "$port" ] && curl -fs "http://127.0.0.1:$port/-/ready" >/dev/null && break
  kill -0 "$pid" || { cat "$work/log"; exit 1; }
  sleep 0.1
done
url=http://127.0.0.1:$port

tell() { ALERTMANAGER_URL=$url ALERTMANAGER_STEP=$1 "$tests" 'a real Alertmanager is told'; }
alerts() { curl -fsS "$url/api/v2/alerts"; }

tell open
alerts | python3 -c '
import datetime, json, sys
alerts = json.load(sys.stdin)
assert len(alerts) == 1, alerts
a = alerts[0]
assert a["labels"] == {"alertname": "CapacityBreachAhead", "service": "checkout", "slo": "latency", "resource": "db-1",
                       "metric": "connections_used", "severity": "warning", "warning_id": "w-00000000000000af"}, a
for key, value in {"summary": "checkout: raise `db-1` connections before 09:41", "probability": "0.812346",
                   "breach_at": "2026-11-20T09:44:00.000Z", "act_before": "2026-11-20T09:41:00.000Z", "utilization": "0.71",
                   "limit": "600", "value_at_risk": "EUR 20501", "advice": "add db-1 +3 replica", "state": "opened"}.items():
    assert a["annotations"].get(key) == value, (key, a["annotations"])
assert a["generatorURL"] == "https://foreshock.example/warnings/w-00000000000000af", a
assert a["status"]["state"] in ("active", "unprocessed"), a
now = datetime.datetime.now(datetime.timezone.utc)
ends = datetime.datetime.fromisoformat(a["endsAt"].replace("Z", "+00:00"))
assert datetime.timedelta(minutes=4) < ends - now < datetime.timedelta(minutes=6), (a["endsAt"], now)
'

tell severity
alerts | python3 -c '
import json, sys
alerts = json.load(sys.stdin)
assert [a["labels"]["severity"] for a in alerts] == ["critical"], alerts
assert alerts[0]["annotations"]["state"] == "updated", alerts
'

tell resolve
alerts | python3 -c '
import json, sys
alerts = json.load(sys.stdin)
assert alerts == [], alerts
'

if grep -iE 'level=(error|warn)|"level":"(error|warn)' "$work/log"; then
  echo "Alertmanager complained, see above"
  exit 1
fi
echo "Alertmanager at $url understood opening, change of severity and end"
