#!/usr/bin/env bash
# A live run on a slow disk, with a slow receiver, while events come at twenty times the usual rate, and with the disk hanging in the
# middle of that. Reading slows down and waits, memory stays within what the configuration allows, nothing is dropped; in the end every
# output has what an undisturbed run says. The disk is real, its slowness comes from slow_disk.cpp.
set -euo pipefail

work=$(mktemp -d)
pids=()
trap 'rm -f "$work/disk.hangs"; kill -9 "${pids[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
fail() { echo "failed: $*" >&2; tail -n 5 ./*.log >&2; exit 1; }
broker=127.0.0.1:$(cat "$FORESHOCK_KAFKA_DIR/port")
transactions=transactions-$$ capacity=capacity-$$
"$SOURCE_DIR/tools/kafka" topics --dir "$FORESHOCK_KAFKA_DIR" "$transactions:3" "$capacity:3" "expected-$$:1" "warnings-$$:1" >/dev/null
c++ -O1 -shared -fPIC -o slow_disk.so "$SOURCE_DIR/tests/cli/slow_disk.cpp" -ldl

# START RATE EVENTS
generate() {
  "$FORESHOCK" generate --brokers "$broker" --transactions-topic "$transactions" --capacity-topic "$capacity" --codec lz4 --services 50 --metrics-every 5 \
    --start "$1" --rate "$2" --events "$3" >/dev/null
}
usual=180000 burst=1000000 all=1180000  # 100 transactions a second for 11 minutes; 2000 for 7 more: 230 MB
python3 "$SOURCE_DIR/tests/cli/receiver.py" 0 got 0.2 >receiver.port & pids+=($!)
until [ -s receiver.port ]; do sleep 0.05; done
http=$("$SOURCE_DIR/tools/kafka.d/free_ports" 1)

# NAME FOLDER [MORE_OUTPUTS]
configure() {
  mkdir -p "$2"
  cat >"$1.yaml" <<YAML
app: pressure
workers: 1
sources:
  - kafka:
      brokers: '$broker'
      topics: [$transactions, $capacity]
      group: $1-$$
      start: earliest
      fetch: ${FORESHOCK_FETCH:-client}
      properties: {queued.max.messages.kbytes: 8192}
slots: {length: 1s, max_open: 16, idle_timeout: 1h}
outputs: [{kafka: {brokers: '$broker', topic: $1-$$}}, {file: $2/warnings.jsonl}${3:-}]
dead_letter: {file: $2/dead.jsonl}
state: {directory: $2/state, checkpoint_every: 500ms}
YAML
}
configure expected plain
configure warnings "$work/disk" ", {webhook: {url: 'http://127.0.0.1:$(cat receiver.port)', timeout: 10s}}"
echo "http: {listen: '127.0.0.1:$http'}" >>warnings.yaml

metric() { curl -s "http://127.0.0.1:$http/metrics" | awk -v name="$1" '$1 == name {print $2}'; }
within() { # WHAT CONDITION...: tries for two minutes
  local tick
  for ((tick = 0; tick < 1200; ++tick)); do "${@:2}" && return; sleep 0.1; done
  fail "$1 takes too long"
}
has_read() { [ "$(metric foreshock_source_records_total)" = "$1" ]; }
rests() { # nothing has been read for two seconds
  local before now tick
  before=$(metric foreshock_source_records_total)
  for ((tick = 0; tick < 20; ++tick)); do
    sleep 0.1
    now=$(metric foreshock_source_records_total)
    [ "$now" = "$before" ] || return 1
  done
}
peak() { awk '/^VmHWM/ {print int($2 / 1024)}' "/proc/$1/status"; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }

generate 2026-11-20T09:00:00Z 2 $usual
SLOW_DISK=$work/disk LD_PRELOAD=$work/slow_disk.so "$FORESHOCK" run warnings.yaml >warnings.out 2>warnings.log & live=$!; pids+=($live)
within "reading at the usual rate" has_read $usual
at_ease=$(peak $live)

touch disk.hangs
generate 2026-11-20T09:12:00Z 40 $burst
within "the disk to be missed" test -e disk.blocked
within "reading to wait for the disk" rests
waits_at=$(metric foreshock_source_records_total)
[ "$waits_at" -lt $all ] || fail "everything is read while the disk hangs"
open=$(metric foreshock_window_open_slots)
[ "$open" -le 24 ] || fail "$open slots are open"  # max_open, and half of it by which partitions of a lane may differ
rm disk.hangs
within "reading the burst" has_read $all
waiting=$(curl -s "http://127.0.0.1:$http/metrics" | sed -n 's/^foreshock_sink_waiting{receiver="webhook.* //p')
most=$(peak $live)
dropped=$(curl -s "http://127.0.0.1:$http/metrics" | awk '/^foreshock_dropped_total/ {n += $2} END {print n}')
[ "$dropped" = 0 ] || fail "$dropped records are dropped"
kill -TERM $live
within "the end" is_gone $live
wait $live || fail "the live run ends with $?"

"$FORESHOCK" run warnings.yaml --until-end >rest.json 2>rest.log || fail "the rest ends with $?"
"$FORESHOCK" run expected.yaml --until-end >expected.json 2>expected.log || fail "the undisturbed run ends with $?"
committed() { kcat -C -b "$broker" -t "$1" -X isolation.level=read_committed -e -q; }
committed "expected-$$" >expected
committed "warnings-$$" >warnings
said=$(wc -l <expected)
[ "$said" -gt 20 ] || fail "there are no warnings"
cmp warnings expected || fail "the topic does not hold what an undisturbed run says"
cmp disk/warnings.jsonl plain/warnings.jsonl || fail "the file does not hold what an undisturbed run says"
grep -v '"quiet":true' expected >spoken || true
awk -F '\t' '!seen[$1]++ {print $2}' got | cmp - spoken || fail "the receiver has not got what was said, in its order"
for dead in plain disk; do [ ! -s $dead/dead.jsonl ] || fail "something was given up: $(head -n 1 $dead/dead.jsonl)"; done
grep -q "\"records\":$all,\"events\":$all," expected.json || fail "the undisturbed run does not use all events: $(cat expected.json)"
[ "$most" -le $((at_ease + 128)) ] || fail "$most MB in the burst, $at_ease MB before"
echo "$said revisions; reading waited at $waits_at of $all records, $waiting events for the receiver; $at_ease MB at the usual rate, at most $most MB"
