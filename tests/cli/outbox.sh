#!/usr/bin/env bash
# A receiver that is down while the process is killed gets everything once both are back: in order, nothing missing, what comes again
# under the same key. It holds back no other receiver. What nobody takes for too long goes to the dead letters.
set -euo pipefail

work=$(mktemp -d)
receiver=
trap '[ -z "$receiver" ] || kill "$receiver" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
fail() { echo "failed: $1" >&2; exit 1; }

# start PORT FILE: its process in $receiver, its port in $port
start() {
  : >port
  python3 "$SOURCE_DIR/tests/cli/receiver.py" "$1" "$2" >port &
  receiver=$!
  until [ -s port ]; do sleep 0.05; done
  port=$(cat port)
}
stop() {
  kill "$receiver"
  wait "$receiver" 2>/dev/null || true
  receiver=
}

start 0 none
down=$port
stop
start 0 other.got
recording=$SOURCE_DIR/tests/recordings/flash_sale
zstd -qdc "$recording/history.jsonl.zst" "$recording/events.jsonl.zst" >events.jsonl
cat >config.yaml <<YAML
app: shop
model: $recording/model.yaml
sources: [{files: [events.jsonl]}]
outputs:
  - file: warnings.jsonl
  - webhook: {url: 'http://127.0.0.1:$down', timeout: 1s}
  - webhook: {url: 'http://127.0.0.1:$port', timeout: 1s}
dead_letter: {file: dead.jsonl}
state: {directory: state, checkpoint_every: 10ms}
YAML
foreshock() { "$FORESHOCK" "$@"; }

for at in checkpoint/told:2 checkpoint/saved:3 slot/decided:300 outbox/posted:2; do
  FORESHOCK_KILL_AT=$at foreshock run config.yaml --log-level error 2>/dev/null || true
done
foreshock run config.yaml --log-level error 2>/dev/null || fail 'the last life does not end well'
foreshock state dump state >dump
grep -v '"quiet":true' warnings.jsonl >spoken.jsonl # parts of an incident are not sent
said=$(wc -l <spoken.jsonl)
[ "$said" -gt 5 ] || fail 'there are no warnings'
[ "$(grep -c "^waits for webhook http://127.0.0.1:$down: " dump)" = "$said" ] || { cat dump; fail 'not everything waits for the receiver that is down'; }
# in_order FILE: each event once or more, byte for byte, in the order in which it was said.
in_order() {
  awk -F '\t' '!seen[$1]++ {print $2}' "$1" | cmp - spoken.jsonl || fail "$1 is not what was said, in its order"
  sort -u "$1" | wc -l | grep -qx "$said" || fail "$1: a repetition differs from the first"
}
in_order other.got
stop

start "$down" got
foreshock run config.yaml --log-level error 2>/dev/null || fail 'it does not run again'
in_order got
foreshock state dump state | grep "^waits for webhook http://127.0.0.1:$down" && fail 'something still waits'
stop
[ ! -s dead.jsonl ] || { cat dead.jsonl; fail 'something was given up'; }

# nobody takes it for too long
rm -rf state warnings.jsonl
sed -i 's/timeout: 1s/timeout: 1s, retry_for: 1s/' config.yaml
foreshock run config.yaml --log-level error 2>/dev/null || fail 'it does not end well while nobody listens'
given_up=$(grep -c "^{\"receiver\":\"webhook http://127.0.0.1:$down\",\"reason\":\"given_up\",\"what\":\"[^\"]*\",\"event\":{\"specversion\":\"1.0\"" dead.jsonl)
[ "$given_up" = "$said" ] || { cat dead.jsonl; fail "$given_up dead letters of $said"; }
echo "$said revisions, held through four kills"
