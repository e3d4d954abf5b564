#!/usr/bin/env bash
# foreshock report cost: finds again the use of a transaction that the events were made with, and shares out all that is paid for.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "failed: $1" >&2; exit 1; }

cat >model.yaml <<'YAML'
services:
  shop: {currency: EUR, calls: [stock]}
  app: {calls: [stock]}
  stock: {}
resources:
  stock-pool:
    service: stock
    kind: connection_pool
    metrics: {connections_used: {limit: 100}}
    scaling: {unit: connection, cost_per_hour: 0.02}
  shop-cpu:
    service: shop
    kind: cpu
    metrics: {cores_used: {limit: 4}}
    scaling: {unit: node, cost_per_hour: 0.6}
  shop-lb: {service: shop, kind: other, metrics: {slots_used: {limit: 1000}}}
  app-cpu: {service: app, kind: cpu, metrics: {cores_used: {limit: 4}}, scaling: {unit: node, cost_per_hour: 0.3}}
YAML
# A third as much of the app as of the shop. The pool: 10 connections, and 0.4 for each transaction a second of both; each of two
# nodes: 0.2 cores, and 0.01 for one of the shop. What the app's CPU does has nothing to do with demand.
awk 'BEGIN {
  srand(3)
  for (s = 0; s < 43200; s += 10) {
    shop = (60 + 20 * sin(s / 4000)) * (0.97 + 0.06 * rand()); app = shop / 3; t = 1767225600 + s
    printf "{\"ts\":%d,\"type\":\"transactions\",\"service\":\"shop\",\"interval_s\":10,\"count\":%d,\"value\":%d,\"currency\":\"EUR\"}\n", t, shop * 10, shop * 200
    printf "{\"ts\":%d,\"type\":\"transactions\",\"service\":\"app\",\"interval_s\":10,\"count\":%d}\n", t, app * 10
    printf "{\"ts\":%d,\"type\":\"transactions\",\"service\":\"stock\",\"interval_s\":10,\"count\":%d}\n", t, (shop + app) * 10
    printf "{\"ts\":%d,\"type\":\"metric\",\"resource\":\"stock-pool\",\"metric\":\"connections_used\",\"value\":%.2f}\n", t + 9, 10 + 0.4 * (shop + app)
    for (n = 1; n <= 2; ++n) printf "{\"ts\":%d,\"type\":\"metric\",\"resource\":\"shop-cpu\",\"host\":\"n%d\",\"metric\":\"cores_used\",\"value\":%.3f}\n", t + 9, n, 0.2 + 0.01 * shop
    printf "{\"ts\":%d,\"type\":\"metric\",\"resource\":\"shop-lb\",\"metric\":\"slots_used\",\"value\":%.3f}\n", t + 9, 50 + shop
    printf "{\"ts\":%d,\"type\":\"metric\",\"resource\":\"app-cpu\",\"metric\":\"cores_used\",\"value\":%.3f}\n", t + 9, 1 + rand()
  }
}' >events.jsonl

"$FORESHOCK" report cost model.yaml --input events.jsonl --json --csv cost.csv >cost.json
python3 - <<'PY' || fail 'the report counts otherwise'
import csv, json
r = json.load(open("cost.json"))
near = lambda a, b, by=0.05: abs(a - b) <= by * abs(b)
uses = {(u["service"], u["resource"]): u for u in r["uses"]}
assert set(uses) == {("shop", "stock-pool"), ("app", "stock-pool"), ("shop", "shop-cpu"), ("shop", "shop-lb")}, uses.keys()
# Connection-seconds, core-seconds and slot-seconds of a transaction.
for who in ("shop", "app"): assert near(uses[who, "stock-pool"]["metric_seconds_per_transaction"], 0.4), uses[who, "stock-pool"]
assert near(uses["shop", "shop-cpu"]["metric_seconds_per_transaction"], 0.02), uses["shop", "shop-cpu"]
assert near(uses["shop", "shop-cpu"]["unit_seconds_per_transaction"], 0.005), uses["shop", "shop-cpu"]
assert near(uses["shop", "stock-pool"]["demand_share"], 0.75, 0.01) and uses["shop", "stock-pool"]["demand_share_guessed"]
assert uses["shop", "shop-cpu"]["demand_share"] == 1
resources = {x["resource"]: x for x in r["resources"]}
pool = resources["stock-pool"]
assert near(pool["utilization_idle"], 0.1, 0.2) and near(pool["cost"], 12 * 100 * 0.02, 0.01), pool
assert resources["app-cpu"]["unknown"] == "no learned response" and resources["shop-lb"]["unknown"] == "no cost_per_hour in the model"
# What is used, idles and is not used adds up to what the learned time was paid for.
paid = sum(u[k] for u in r["uses"] if u["resource"] == "stock-pool" for k in ("demand_cost", "idle_cost", "unused_cost"))
assert near(paid, pool["learned_hours"] * 100 * 0.02, 0.001), (paid, pool)
shop, app = {s["service"]: s for s in r["services"]}["shop"], {s["service"]: s for s in r["services"]}["app"]
cost = shop["per_thousand_transactions"]
assert near(cost["demand"], 1000 * (0.4 * 0.02 + 0.005 * 0.6) / 3600), cost
assert abs(cost["all"] - cost["demand"] - cost["idle"] - cost["unused"]) < 1e-6, cost
assert near(shop["value_per_cost"], 20 * 1000 / cost["all"], 0.01) and shop["currency"] == "EUR", shop
assert not shop["complete"] and shop["unknown"] == ["shop-lb"], shop
assert not app["complete"] and app["unknown"] == ["app-cpu"] and "value_per_cost" not in app, app
# The same by the service that uses it: its own transactions, its own resources. Added up it is the same money, once.
own = {(u["service"], u["resource"]): u for u in r["own_uses"]}
assert set(own) == {("stock", "stock-pool"), ("shop", "shop-cpu"), ("shop", "shop-lb")}, own.keys()
assert near(own["stock", "stock-pool"]["metric_seconds_per_transaction"], 0.4) and own["stock", "stock-pool"]["demand_share"] == 1, own
owners = {o["service"]: o for o in r["owners"]}
assert set(owners) == {"shop", "app", "stock"}, owners
stock = owners["stock"]
assert near(stock["per_thousand_transactions"]["demand"], 1000 * 0.4 * 0.02 / 3600) and stock["complete"], stock
assert [p["service"] for p in stock["passed_on"]] == ["shop", "app"] and near(stock["passed_on"][0]["share"], 0.75, 0.01), stock
assert owners["shop"]["passed_on"] == [{"service": "shop", "share": 1}] and owners["shop"]["unknown"] == ["shop-lb"], owners["shop"]
assert near(owners["shop"]["per_thousand_transactions"]["demand"], 1000 * 0.005 * 0.6 / 3600), owners["shop"]
for part in ("demand_cost", "idle_cost", "unused_cost"):
    assert near(sum(u.get(part, 0) for u in r["uses"]), sum(u.get(part, 0) for u in r["own_uses"]), 1e-4), part
rows = list(csv.DictReader(open("cost.csv")))
assert len(rows) == 4 and {(x["service"], x["resource"]) for x in rows} == set(uses), rows
assert {(x["resource"], x["owner"]) for x in rows} == {("stock-pool", "stock"), ("shop-cpu", "shop"), ("shop-lb", "shop")}, rows
assert rows[-1]["config_hash"] == r["config_hash"] and [x["demand_cost"] for x in rows if x["resource"] == "shop-lb"] == [""]
PY
"$FORESHOCK" report cost model.yaml --input events.jsonl >cost.txt
grep -q 'at least; unknown: app-cpu' cost.txt && grep -qE '0\.(39|40?)[0-9]* connections_used' cost.txt || { cat cost.txt; fail 'the text'; }
for workers in 1 3; do "$FORESHOCK" report cost model.yaml --input events.jsonl --workers $workers | cmp - cost.txt || fail "other bytes with $workers workers"; done

# Nothing is learned from an hour: nothing is said to cost nothing.
"$FORESHOCK" report cost model.yaml --input events.jsonl --to 2026-01-01T01:00:00Z --json >hour.json
python3 -c '
import json
r = json.load(open("hour.json"))
assert not r["uses"] and not r["own_uses"] and all(not s["complete"] and s["per_thousand_transactions"] == {} for s in r["services"]), r
assert {x["unknown"] for x in r["resources"]} == {"no learned response"}, r["resources"]' || fail 'an hour of events'

code=0; "$FORESHOCK" report cost model.yaml --input events.jsonl --csv none/cost.csv >out 2>err || code=$?
[ "$code" -eq 3 ] && grep -qF 'none/cost.csv: cannot write' err || fail 'a file that cannot be written'
code=0; "$FORESHOCK" report cost model.yaml 2>err || code=$?
[ "$code" -eq 2 ] && grep -qF 'nothing to replay' err || fail 'no input'
echo 'counted'
