#!/usr/bin/env bash
# foreshock state: what a folder holds, whether it is whole, and that looking at it changes nothing.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "failed: $1" >&2; exit 1; }
field() { python3 -c 'import json,sys; print(eval("j" + sys.argv[1], {"j": json.load(sys.stdin), "len": len}))' "$1"; }

recording=$SOURCE_DIR/tests/recordings/flash_sale
zstd -qdc "$recording/history.jsonl.zst" "$recording/events.jsonl.zst" >all.jsonl
grep -v '"ts":"2026-11-21T1\(4:4[5-9]\|4:5\|5\)' all.jsonl >events.jsonl # ends while warnings are open
# Nobody listens at the webhook: what it should get waits.
cat >config.yaml <<YAML
app: shop
model: $recording/model.yaml
sources: [{files: [events.jsonl]}]
outputs: [{file: warnings.jsonl}, {webhook: {url: 'http://user:s3cret@127.0.0.1:1/T0K3N'}}]
state: {directory: state}
YAML
run() { "$FORESHOCK" run config.yaml --log-level error 2>log || { cat log >&2; fail "run ends with $?"; }; }
state() { "$FORESHOCK" state "$@"; }
run

state ls state >ls.txt
grep -q '^app shop, config .*, format [0-9]*$' ls.txt || { cat ls.txt; fail 'ls does not say whose it is'; }
grep -q "^partition events.jsonl: next offset $(wc -l <events.jsonl)$" ls.txt || { cat ls.txt; fail 'ls does not say the offset'; }
state ls state --json >ls.json
[ "$(field '["decided_until"]' <ls.json)" = 2026-11-21T14:45:00.000Z ] || { cat ls.json; fail 'another watermark'; }
for part in clocks open_slots inventory detect forecast warn rule_warnings 'outbox/webhook http://127.0.0.1:1'; do
  [ "$(field "[\"parts\"][\"$part\"][\"bytes\"]" <ls.json)" -gt 0 ] || fail "no part $part"
done

state dump state --json >dump.json
opened=$(grep -c '"type":"foreshock.warning.opened' warnings.jsonl)
[ "$(field '["open_warnings"].__len__()' <dump.json)" = "$opened" ] || { cat dump.json; fail "not $opened open warnings"; }
state dump state >dump.txt
for id in $(sed -n '/"quiet":true/!s/.*"type":"foreshock.warning.opened.*"data":{"id":"\([^"]*\)".*/\1/p' warnings.jsonl); do
  grep -q "^open warning $id revision " dump.txt || { cat dump.txt; fail "dump does not name $id"; }
  grep -q "^waits for webhook http://127.0.0.1:1: $id.1, said " dump.txt || { cat dump.txt; fail "$id does not wait for the webhook"; }
done
[ "$(field '["waiting"].__len__()' <dump.json)" = "$(grep -vc '"quiet":true' warnings.jsonl)" ] || fail 'something does not wait'
grep -q "orders latency, since 2026-11-21T14:4" dump.txt || { cat dump.txt; fail 'dump does not say which promise'; }
if grep -rqa 's3cret\|T0K3N' state ls.txt ls.json dump.txt dump.json; then fail 'a secret is in the state'; fi

find state -type f -exec sha256sum {} + | sort >before
state verify state | grep -q '^state: whole: checkpoint [0-9]*, ' || fail 'verify does not find it whole'
[ "$(state verify state --json | field '["whole"]')" = True ] || fail 'verify --json'
find state -type f -exec sha256sum {} + | sort | cmp - before || fail 'looking at the state changed it'

state compact state | grep -q '^state: [0-9]* bytes before, [0-9]* now$' || fail compact
state verify state >/dev/null || fail 'not whole after compact'
cp -r state good
said=$(wc -l <warnings.jsonl)
run
[ "$(wc -l <warnings.jsonl)" = "$said" ] || fail 'the compacted state says something again'

# Damage: a byte of a table, a byte of a stored chunk is not asked for separately, the digests stand above RocksDB's own.
python3 - <<'PY'
import glob, os
path = max(glob.glob("good/*.sst"), key=os.path.getsize)
data = bytearray(open(path, "rb").read())
data[len(data) // 2] ^= 0x40
open(path, "wb").write(data)
PY
code=0
state verify good >out 2>errors || code=$?
[ "$code" = 1 ] && [ ! -s out ] && [ "$(wc -l <errors)" = 1 ] && grep -q '^good: cannot read the state: the state is broken' errors ||
  { cat out errors; fail "verify of a damaged state: $code"; }
code=0
state verify good --json >out || code=$?
[ "$code" = 1 ] && [ "$(field '["whole"]' <out)" = False ] || { cat out; fail "verify --json of a damaged state: $code"; }

# no state
mkdir empty
for command in ls dump verify compact; do
  for folder in empty nowhere config.yaml; do
    code=0
    state "$command" "$folder" >out 2>errors || code=$?
    [ "$code" = 3 ] && [ "$(wc -l <errors)" = 1 ] && grep -q "^$folder: no state here" errors || { cat errors; fail "$command $folder: $code"; }
  done
done
[ -z "$(ls -A empty)" ] || fail 'looking made files'
echo "$opened open warnings told, $said revisions waiting"
