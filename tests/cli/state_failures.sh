#!/usr/bin/env bash
# What can go wrong with the state folder: each ends in one clear line and exit 3, and the state that was good is good afterwards.
set -euo pipefail

work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
fail() { echo "failed: $1" >&2; exit 1; }

recording=$SOURCE_DIR/tests/recordings/flash_sale
zstd -qdc "$recording/history.jsonl.zst" "$recording/events.jsonl.zst" >all.jsonl
cp "$recording/model.yaml" model.yaml
cat >config.yaml <<'YAML'
app: shop
model: model.yaml
sources: [{files: [events.jsonl]}]
outputs: [{file: warnings.jsonl}]
state: {directory: state, checkpoint_every: 10ms}
YAML
foreshock() { "$FORESHOCK" "$@"; }
# refused WHAT TEXT COMMAND...: exit 3, and one line that has the text.
refused() {
  local what=$1 text=$2 code=0
  shift 2
  "$@" >out 2>errors || code=$?
  [ "$code" = 3 ] || { cat errors; fail "$what: exit $code instead of 3"; }
  [ "$(wc -l <errors)" = 1 ] && grep -qF "$text" errors || { cat errors; fail "$what: not one line with: $text"; }
  [ ! -s out ] || { cat out; fail "$what: something on standard output"; }
  echo "$what: $(cat errors)"
}
run() { foreshock run "${1:-config.yaml}" --log-level error; }
good() { foreshock state verify "${1:-state}" >/dev/null || fail "$2: the state is damaged"; }
contents() { foreshock state dump "${1:-state}" --json; }

# what an undisturbed run says
cp all.jsonl events.jsonl
sed 's/directory: state/directory: undisturbed/; s/warnings.jsonl/expected.jsonl/' config.yaml >undisturbed.yaml
run undisturbed.yaml

# a state half way, with some checkpoints behind it, left by a kill
rm events.jsonl
mkfifo events.jsonl
"$FORESHOCK" run config.yaml --log-level error &
pid=$!
exec 3>events.jsonl
for lines in 30000 60000; do
  head -n "$lines" all.jsonl | tail -n 30000 >&3
  tries=600
  until foreshock state dump state --json 2>/dev/null | python3 -c 'import json,sys; assert json.load(sys.stdin)["partitions"][0]["next_offset"] > int(sys.argv[1])' $((lines - 20000)) 2>/dev/null; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || fail 'no checkpoint half way'
    sleep 0.05
  done
done
kill -9 "$pid"
wait "$pid" 2>/dev/null || true
pid=
exec 3>&-
rm events.jsonl
cp all.jsonl events.jsonl
good state 'half way'
cp -r state half
cp warnings.jsonl half.jsonl
cmp -s half.jsonl expected.jsonl && fail 'half way is the end'
contents >before.json
back_to_half() {
  rm -rf state
  cp -r half state
  cp half.jsonl warnings.jsonl
}
unchanged() {
  good state "$1"
  contents | cmp - before.json || fail "$1: the state has changed"
}
# The rest says the same as the undisturbed run.
goes_on() {
  run || fail "$1: it does not go on"
  cmp warnings.jsonl expected.jsonl || fail "$1: it says something else than an undisturbed run"
  back_to_half
}

# another app, other slots
sed 's/app: shop/app: web/' config.yaml >other.yaml
refused 'another app' "the stored state is that of app 'shop', and this is 'web'" run other.yaml
unchanged 'another app'
{ cat config.yaml; echo 'slots: {length: 30s}'; } >other.yaml
refused 'other slots' 'the stored state has slots of 10 s, the configuration of 30 s' run other.yaml
unchanged 'other slots'
sed 's/model.yaml/model2.yaml/' config.yaml >other.yaml
sed 's/^  orders:/  front: {}\n  orders:/' model.yaml >model2.yaml
run other.yaml || fail 'another model does not take the state by name'
back_to_half

# two processes
mkfifo pipe
sed 's/events.jsonl/pipe/' config.yaml >first.yaml
"$FORESHOCK" run first.yaml >/dev/null 2>first.log &
pid=$!
exec 3>pipe
until grep -q ' runs shop' first.log; do
  kill -0 "$pid" 2>/dev/null || { cat first.log; fail 'the first process ends'; }
  sleep 0.05
done
refused 'two processes' 'another process is using this folder' run
refused 'verify beside a process' 'another process is using this folder' foreshock state verify state
refused 'compact beside a process' 'another process is using this folder' foreshock state compact state
exec 3>&-
wait "$pid" || { cat first.log; fail 'the first process does not end well'; }
pid=
good state 'two processes'
back_to_half

# read-only
if [ "$(id -u)" != 0 ]; then
  chmod -R a-w state
  refused 'read-only' 'the folder cannot be written' run
  chmod -R u+w state
  unchanged 'read-only'
elif unshare -m true 2>/dev/null; then
  read_only() { unshare -m bash -c 'mount --bind state state && mount -o remount,bind,ro state && exec "$FORESHOCK" run config.yaml --log-level error'; }
  refused 'read-only' 'the folder cannot be written' read_only
  unchanged 'read-only'
else
  echo 'read-only: not possible here'
fi

# full: a limit on the size of files works for everybody, a small file system where mounting is allowed
mkfifo said # what it says before has to arrive, where no limit holds
sed 's/warnings.jsonl/said/' config.yaml >limited.yaml
limited() (
  cat said >>warnings.jsonl &
  ulimit -f 20
  code=0
  run limited.yaml || code=$?
  wait
  exit $code
)
refused 'a limit on files' 'a file would grow beyond the limit of this system (raise it (ulimit -f), then start again)' limited
good state 'a limit on files'
goes_on 'a limit on files'
if unshare -m true 2>/dev/null || unshare -rm true 2>/dev/null; then
  inside() { if [ "$(id -u)" = 0 ]; then unshare -m bash -euc "$1"; else unshare -rm bash -euc "$1"; fi; }
  full() {
    # The file system holds the state and a little more; afterwards the state comes out through a copy.
    inside 'mkdir -p small && mount -t tmpfs -o size=20m none small && cp -r half small/state
      sed "s|directory: state|directory: small/state|" config.yaml >full.yaml
      head -c $(($(stat -f -c "%a * %S" small) - '"$room"')) /dev/zero >small/filler
      code=0; "$FORESHOCK" run full.yaml --log-level error || code=$?
      rm -rf small/filler after; cp -r small/state after; exit $code'
  }
  for room in 17000000 4000; do # it fills up; it is full at the start
    refused 'a full disk' 'the disk is full (make room, then start again)' full
    good after 'a full disk'
    rm -rf state && mv after state
    goes_on 'a full disk'
  done
else
  echo 'a full disk: not possible here'
fi

# a torn or damaged end of the log: the checkpoint before it is whole, and nothing is lost or said otherwise
log_of() { ls "$1"/*.log | tail -1; }
cut_end() { truncate -s -7 "$1"; }
cut_half() { truncate -s "$(($(stat -c %s "$1") / 2))" "$1"; }
flip_end() { python3 -c 'import sys; p=sys.argv[1]; d=bytearray(open(p,"rb").read()); d[-20]^=1; open(p,"wb").write(d)' "$1"; }
for damage in cut_end cut_half flip_end; do
  [ -s "$(log_of state)" ] || fail 'there is no log to damage'
  $damage "$(log_of state)"
  code=0
  foreshock state verify state >out 2>errors || code=$?
  [ "$code" = 1 ] && [ "$(wc -l <errors)" = 1 ] && grep -q 'the last write to the state is damaged; checkpoint [0-9]* before it is whole' errors ||
    { cat errors; fail "verify after $damage: $code"; }
  "$FORESHOCK" run config.yaml --log-level warning 2>errors || { cat errors; fail "it does not go on after $damage"; }
  grep -q 'state: the last write is damaged or was cut off; going on from the checkpoint before it' errors || { cat errors; fail "$damage is not said"; }
  goes_on "$damage"
done
echo 'a damaged end of the log: goes on'

# a damaged table
foreshock state compact state >/dev/null
python3 -c '
import glob, os
path = max(glob.glob("state/*.sst"), key=os.path.getsize)
data = bytearray(open(path, "rb").read())
data[len(data) // 2] ^= 0x40
open(path, "wb").write(data)'
refused 'a damaged table' 'the state is broken' run
cmp warnings.jsonl half.jsonl || fail 'a damaged table: something was said'
