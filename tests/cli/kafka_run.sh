#!/usr/bin/env bash
# run --until-end on a real broker: everything is read once, warnings arrive in their topic, bad records in theirs, and a second
# run goes on where the first one stopped.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
broker=127.0.0.1:$(cat "$FORESHOCK_KAFKA_DIR/port")
topic=events-$$
"$SOURCE_DIR/tools/kafka" topics --dir "$FORESHOCK_KAFKA_DIR" "$topic:3" "$topic-warnings:1" "$topic-bad:1"

recording=$SOURCE_DIR/tests/recordings/flash_sale
# The key is the service, so that a service's events stay in order.
zstd -qdc "$recording/history.jsonl.zst" "$recording/events.jsonl.zst" | sed 's/^.*"service":"\([^"]*\)".*$/\1\t&/' >"$work/records"
total=$(wc -l <"$work/records")
half=$((total / 2))
produce() { kcat -P -b "$broker" -t "$topic" -K '	' -z lz4 -X enable.idempotence=true; }  # in order, although the topic is new
head -n "$half" "$work/records" | produce
printf 'orders\t{"ts":12,"type":\n' | produce

cat >"$work/config.yaml" <<YAML
app: run-$$
model: $recording/model.yaml
sources: [{kafka: {brokers: '$broker', topics: [$topic], fetch: ${FORESHOCK_FETCH:-client}}}]
outputs: [{kafka: {brokers: '$broker', topic: $topic-warnings}}, {file: $work/warnings.jsonl}]
dead_letter: {kafka: {brokers: '$broker', topic: $topic-bad}}
state: {directory: $work/state}
YAML
run() { "$FORESHOCK" run "$work/config.yaml" --until-end; }
field() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/$1" "$2"; }
expect() { [ "$2" = "$3" ] || { echo "failed: $1: $2 instead of $3" >&2; cat "$work"/*.json >&2; exit 1; }; }

run >"$work/first.json"
expect "events of the first run" "$(field first.json events)" "$half"
expect "its dropped records" "$(field first.json dropped)" 1
expect "dead letters" "$(kcat -C -b "$broker" -t "$topic-bad" -e -q | wc -l)" 1

tail -n +$((half + 1)) "$work/records" | produce
run >"$work/second.json"
expect "records of the second run" "$(field second.json records)" $((total - half))
run >"$work/third.json"
expect "records of a run with nothing new" "$(field third.json records)" 0
kcat -C -b "$broker" -t "$topic-warnings" -e -q >"$work/from-topic"
cmp "$work/from-topic" "$work/warnings.jsonl"
grep -q '"type":"foreshock.warning.opened.v1".*orders-conn' "$work/from-topic" || { echo "failed: no warning of orders-conn" >&2; exit 1; }
echo "$(wc -l <"$work/from-topic") revisions of warnings"
