#!/usr/bin/env bash
# Every bound of what is kept, at it and beyond it, from a file and from a real broker in both ways of reading: at the bound nothing is
# said and nothing lost; what is beyond is counted by its bound, and said once in the log.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "failed: $*" >&2; exit 1; }
broker=127.0.0.1:$(cat "$FORESHOCK_KAFKA_DIR/port")
"$SOURCE_DIR/tools/kafka" topics --dir "$FORESHOCK_KAFKA_DIR" "at-$$:1" "beyond-$$:1" >/dev/null

# FIRST LAST: two of each are within the bounds
python3 - <<'PY'
import json
def of(n):
    at = {"ts": "2026-11-20T09:00:%02dZ" % n}
    yield {**at, "type": "transaction", "service": f"s{n}"}
    yield {**at, "type": "transaction", "service": "s0", "host": f"h{n}"}
    yield {**at, "type": "transaction", "service": "s0", "campaign": f"c{n}", "value": 1}
    yield {**at, "type": "metric", "resource": "r", "metric": f"m{n}", "value": 1}
    yield {**at, "type": "event", "name": f"e{n}"}
def sized(size):
    record = {"ts": "2026-11-20T09:00:05Z", "type": "transaction", "service": "s0", "note": ""}
    record["note"] = "x" * (size - len(json.dumps(record)))
    return record
at = [r for n in range(2) for r in of(n)] + [sized(1024)]
beyond = at + [r for n in range(2, 4) for r in of(n)] + [sized(1025)]
for name, records in ("at", at), ("beyond", beyond):
    with open(name + ".jsonl", "w") as out: out.write("".join(json.dumps(r) + "\n" for r in records))
PY

play() { # WHAT SOURCE: its totals in $1.json, its log in $1.log, its dead letters in $1.dead
  cat >"$1.yaml" <<YAML
app: $1-$$
sources: [$2]
outputs: [{file: $1.warnings}]
dead_letter: {file: $1.dead}
bounds: {services: 2, hosts: 2, metric_instances: 2, dimension_values: 2, occurrences: 2, record_size: 1KiB}
YAML
  "$FORESHOCK" run "$1.yaml" --until-end >"$1.json" 2>"$1.log" || fail "$1 ends with $?: $(tail -n 1 "$1.log")"
}
has() { grep -q "$2" "$1" || fail "$1 has not $2: $(cat "$1")"; }
judge() { # AT BEYOND
  has "$1.json" '"records":11,"events":11,'
  has "$1.json" '"dropped":0,'
  ! grep 'bounds\.' "$1.log" || fail "$1: a bound that was kept is said to be reached"
  [ ! -s "$1.dead" ] || fail "$1: something within the bounds is a dead letter"
  has "$2.json" '"records":22,"events":15,'
  has "$2.json" '"dropped":7,"dropped_by_reason":{"oversized":1,"too_many_series":6}'
  has "$2.dead" '"offset":21,"reason":"oversized"'
  [ "$(wc -l <"$2.dead")" = 1 ] || fail "$2: more than one dead letter"
  local bound
  for bound in services hosts metric_instances dimension_values occurrences; do
    [ "$(grep -c "bounds\.$bound is reached" "$2.log")" = 1 ] || fail "$2: bounds.$bound is not said once: $(cat "$2.log")"
  done
}
for name in at beyond; do
  kcat -P -b "$broker" -t "$name-$$" -X enable.idempotence=true <$name.jsonl
  play $name-file "{files: [$name.jsonl]}"
  for fetch in client direct; do play $name-$fetch "{kafka: {brokers: '$broker', topics: [$name-$$], start: earliest, fetch: $fetch}}"; done
done
for way in file client direct; do judge at-$way beyond-$way; done

# Open warnings: as many as there are at once in a recording, and one less.
recording=$SOURCE_DIR/tests/recordings/flash_sale
zstd -qdc "$recording/history.jsonl.zst" "$recording/events.jsonl.zst" >events.jsonl
warn() { # BOUND
  cp "$recording/model.yaml" "$1.model"
  printf 'model: %s\nbounds: {open_warnings: %s}\n' "$1.model" "$1" >"$1.yaml"
  "$FORESHOCK" replay "$1.yaml" --input events.jsonl --warnings "$1.warnings" --json >"$1.json" 2>"$1.log"
  sed -i 's/"config_hash":"[^"]*"//' "$1.warnings"
}
warn 10000
most=$(awk 'match($0, /"subject":"[^"]*"/) {id = substr($0, RSTART, RLENGTH)} /warning.opened/ {open[id]; n = length(open); if (n > most) most = n} /warning.resolved/ {delete open[id]} END {print most}' 10000.warnings)
[ "$most" -gt 1 ] || fail 'no two warnings are open at once'
warn "$most"
cmp "$most.warnings" 10000.warnings || fail 'at the bound something else is said'
! grep 'bounds\.' "$most.log" || fail 'at the bound it is said to be reached'
warn $((most - 1))
less=$((most - 1))
has $less.json '"warnings_beyond_bound":[1-9]'
has $less.warnings '"by":"bounds.open_warnings"'
[ "$(grep -c 'bounds.open_warnings is reached' $less.log)" = 1 ] || fail "bounds.open_warnings is not said once: $(cat $less.log)"
echo "five names, a size and $most open warnings, at their bounds and beyond"
