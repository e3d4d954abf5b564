#!/usr/bin/env bash
# A live run to which everything happens that can happen to a broker: it is restarted, another instance takes over, it hangs or dies while
# the run is asked to end, a partition is added, the rights to write and to read are lost, a warning is too large, the topic is deleted and
# made anew. In between, events go on. What a reader of what is committed finds in the end is what an undisturbed run says, each once, in
# the same order.
set -euo pipefail

work=$(mktemp -d)
pids=()
kafka() { "$SOURCE_DIR/tools/kafka" "$@" --dir "$work/kafka"; }
trap 'kill -9 "${pids[@]}" 2>/dev/null || true; kafka stop; rm -rf "$work"' EXIT
fail() { # with what the runs said last, and what those that are there are not ready for
  echo "failed: $*" >&2
  tail -n 5 "$work"/*.log >&2
  local run
  for run in "$work"/*.port; do curl -sm 5 "http://127.0.0.1:$(cat "$run")/readyz" >&2 || true; done
  exit 1
}
step() { echo "$SECONDS s: $*"; }

kafka start --secured >/dev/null
plain=127.0.0.1:$(cat "$work/kafka/port")
broker=127.0.0.1:$(cat "$work/kafka/tls-port")
kafka topics all:3 expected:1 events:3 warnings:1 small:1 smaller:1 scaled:1

recording=$SOURCE_DIR/tests/recordings/flash_sale
zstd -qdc "$recording/history.jsonl.zst" "$recording/events.jsonl.zst" >"$work/records"
lines=(0 62000 75000 89000 95000 100000 "$(wc -l <"$work/records")")
# TOPIC N: each line once and in order, whatever happens to the broker. Spreads lines over partitions 0 to N - 1, so that events of one service come from all of them, and none is silent.
produce() {
  local p
  cat >"$work/lines"
  for ((p = 0; p < $2; ++p)); do awk -v n="$2" -v p="$p" 'NR % n == p' "$work/lines" | kcat -P -b "$plain" -t "$1" -p "$p" -z lz4 -X enable.idempotence=true; done
}
part() { sed -n "$((lines[$1 - 1] + 1)),${lines[$1]}p" "$work/records"; }
# Warnings without the offsets that led to them, since topics and partitions are not the same.
bare() { sed -E 's/"inputs":\{("[^"]*":\{[^}]*\},?)*\}/"inputs":{}/'; }
committed() { kcat -C -b "$plain" -t "$1" -X isolation.level=read_committed -e -q | bare; }

tls=$work/kafka/tls
by="security.protocol: SSL, ssl.ca.location: $tls/ca.crt, ssl.certificate.location: $tls/client.crt, ssl.key.location: $tls/client.key, ssl.key.password: 'file:$tls/client.password'"
soon="session.timeout.ms: 6000, heartbeat.interval.ms: 1000"  # who could not leave the group is missed soon
configure() { # NAME TOPIC OUTPUT [MORE_OF_THE_OUTPUT]
  local http
  http=$("$SOURCE_DIR/tools/kafka.d/free_ports" 1)
  echo "$http" >"$work/$1.port"
  cat >"$work/$1.yaml" <<YAML
app: shop
model: $recording/model.yaml
sources: [{kafka: {brokers: '$broker', topics: [$2], group: $1, start: earliest, fetch: ${FORESHOCK_FETCH:-client}, properties: {$by, $soon}}}]
outputs: [{kafka: {brokers: '$broker', topic: $3, properties: {$by, compression.type: none}${4:-}}}]
dead_letter: {file: $work/$1.dead}
state: {directory: $work/$1.state, checkpoint_every: 200ms}
slots: {idle_timeout: 1h}
http: {listen: '127.0.0.1:$http'}
YAML
}
live() { "$FORESHOCK" run "$work/$1.yaml" >"$work/$1.out" 2>>"$work/$1.log" & pids+=($!); }
whole() { # NAME CODE: a run until the end
  local code=0
  "$FORESHOCK" run "$work/$1.yaml" --until-end >"$work/$1.out" 2>>"$work/$1.log" || code=$?
  [ "$code" = "$2" ] || fail "$1 ends with $code instead of $2"
}
reads() { curl -s "http://127.0.0.1:$(cat "$work/$1.port")/metrics" | awk '/^foreshock_source_records_total/ {print $2; exit}'; }
within() { # WHAT CONDITION...: tries for two minutes
  local tick
  for ((tick = 0; tick < 1200; ++tick)); do "${@:2}" && return; sleep 0.1; done
  fail "$1 takes too long"
}
has_read() { [ "$(reads "$1")" = "$2" ]; }
ready() { curl -sf "http://127.0.0.1:$(cat "$work/$1.port")/readyz" >/dev/null; }
is_away() { ! ready "$1"; }
hung() { kill -STOP "$(cat "$work/kafka/pid")"; "$@"; kill -CONT "$(cat "$work/kafka/pid")"; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }
ends_with() { # PID CODE NAME WORDS
  within "the end of $3" is_gone "$1"
  local code=0
  wait "$1" || code=$?
  [ "$code" = "$2" ] || fail "$3 ends with $code instead of $2"
  says "$3" "$4"
}
says() { tail -n 3 "$work/$1.log" | grep -q "$2" || fail "among the last words of $1 is not: $2"; }  # what librdkafka hears later comes after

produce all 3 <"$work/records"
configure undisturbed all expected
whole undisturbed 0
committed expected >"$work/expected"
[ "$(wc -l <"$work/expected")" -gt 10 ] || fail "the scenario has no warnings"

step "the broker is restarted"
configure first events warnings
part 1 | produce events 3
live first; first=$!
within "reading the first part" has_read first "${lines[1]}"
kafka stop --keep
within "noticing that the broker is away" is_away first
kafka start >/dev/null
step "  and is back"
within "finding it again" ready first
part 2 | produce events 3
within "reading the second part" has_read first "${lines[2]}"

step "another instance takes over, with a copy of the state"
kill -TERM "$first"
within "the end of the first" is_gone "$first"
wait "$first" || fail "the first ends with $?"
configure second events warnings
cp -r "$work/first.state" "$work/second.state"
live first; first=$!
within "the first" ready first
live second; second=$!
within "the second" ready second
part 3 | produce events 3
ends_with "$first" 3 first 'another instance of this app has taken over (transactional id shop.warnings)'
within "reading the third part" has_read second $((lines[3] - lines[2]))

step "the broker hangs while the run is asked to end"
asked_to_end() { kill -TERM "$second"; ends_with "$second" 0 second 'ends without having left its group, as no broker answers'; }
hung asked_to_end
live second; second=$!
part 4 | produce events 3
within "reading the fourth part" has_read second $((lines[4] - lines[3]))

step "it dies then"
kill -TERM "$second"
kill -9 "$(cat "$work/kafka/pid")"
within "the end of the second" is_gone "$second"
wait "$second" || fail "the second ends with $?"
kafka start >/dev/null
live second; second=$!
within "the second" ready second

step "a partition is added"
kafka admin grow events:4
part 5 | sed -n 1p | kcat -P -b "$plain" -t events -p 3 -X enable.idempotence=true
within "reading the new partition" has_read second 1
part 5 | sed 1d | produce events 4
within "reading the fifth part" has_read second $((lines[5] - lines[4]))

step "the right to write is lost"
kafka admin deny User:CN=foreshock warnings
part 6 | produce events 4
ends_with "$second" 3 second '^kafka topic warnings: .*authorization failed'
kafka admin undeny User:CN=foreshock warnings

step "the right to read is lost"
live second; second=$!
within "the second again" ready second
kafka admin deny User:CN=foreshock events
ends_with "$second" 3 second '^Kafka consumer .*authorization failed'
kafka admin undeny User:CN=foreshock events
whole second 0
committed warnings >"$work/got"
cmp "$work/got" "$work/expected" || fail "the topic differs"

step "warnings are too large"
kafka admin limit small:3000
kafka admin limit smaller:3000
configure large all small
whole large 0
while tail -n 3 "$work/large.log" | grep -q 'is kept in the state'; do whole large 0; done  # each record that is refused takes its time
[ -s "$work/large.dead" ] || fail "no warning was too large"
{ committed small; sed 's/^{[^{]*"event":\(.*\)}$/\1/' "$work/large.dead" | bare; } | sort | cmp - <(sort "$work/expected") || fail "a warning is missing"
configure plain all smaller ', exactly_once: false'
whole plain 3
says plain '^kafka topic smaller: a warning was not taken: .*too large'
kafka admin limit smaller:1000000
whole plain 0
kcat -C -b "$plain" -t smaller -e -q | bare | awk '!said[$0]++' >"$work/smaller"
sort "$work/smaller" | cmp - <(sort "$work/expected") || fail "not all is said again"

step "the broker hangs while one of several processes is asked to end"
configure scaled all scaled
sed -i 's/^state: .*/scale_out: kafka/; /^http:/d' "$work/scaled.yaml"
"$FORESHOCK" topics create "$work/scaled.yaml" >/dev/null
live scaled; scaled=$!
written() { [ "$(committed scaled | wc -l)" -ge "$1" ]; }
within "the first warning" written 1
asked_to_end() { kill -TERM "$scaled"; within "the end of the process" is_gone "$scaled"; }
hung asked_to_end
live scaled; scaled=$!
within "the last warning" written "$(wc -l <"$work/expected")"
kill -TERM "$scaled"
within "the end of the process" is_gone "$scaled"
wait "$scaled" || fail "the process ends with $?"
committed scaled | cmp - "$work/expected" || fail "several processes say something else"

step "the topic is deleted and made anew"
live second; second=$!
within "the second once more" ready second
kafka admin delete events
kafka topics events:4
part 1 | sed -n 1,100p | produce events 4
ends_with "$second" 3 second 'the topic was deleted and made anew'
whole second 3
says second 'the topic was deleted and made anew'
committed warnings | cmp - "$work/expected" || fail "something was said of the new topic"
step "$(wc -l <"$work/expected") revisions, each once"
