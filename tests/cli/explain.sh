#!/usr/bin/env bash
# What is open stands in one list by rank, on the running program; and explain says every number behind a warning, of the running
# program and of a file of warnings.
set -euo pipefail

work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
fail() { echo "failed: $1" >&2; cat "$work/log" >&2 || true; exit 1; }
recording=$SOURCE_DIR/tests/recordings/flash_sale
cd "$work"

cat >config.yaml <<YAML
app: explain
model: $recording/model.yaml
sources: [{files: ['-']}]
outputs: [{file: warnings.jsonl}]
state: {directory: state, checkpoint_every: 100ms}
http: {listen: '127.0.0.1:0'}
YAML
mkfifo events
"$FORESHOCK" run config.yaml <events >out 2>log &
pid=$!
exec 3>events
await() {
  local what=$1 tries=900
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || fail "$what"
    sleep 0.1
  done
}
await 'it does not start' grep -q 'serving http' log
address=$(sed -n 's|.*serving \(http://[^ ]*\).*|\1|p' log)
# The recording up to the moment after its first warning, found by a replay.
"$FORESHOCK" replay "$recording/model.yaml" --input "$recording/history.jsonl.zst" --input "$recording/events.jsonl.zst" --warnings replayed.jsonl 2>replay.log
id=$(sed -n '1s/.*"subject":"\([^"]*\)".*/\1/p' replayed.jsonl)
opened=$(sed -n '1s/.*"time":"\([^"]*\)".*/\1/p' replayed.jsonl)
zstd -dcq "$recording/history.jsonl.zst" "$recording/events.jsonl.zst" | awk -v end="$(date -u -d "$opened + 20 seconds" +%Y-%m-%dT%H:%M:%S)" '
  { match($0, /"ts":"[^"]*"/); if (substr($0, RSTART + 6, 19) > end) exit; print }' >&3 || true  # what is read no further
listed() { curl -s "$address/api/v1/warnings" | grep -q '"id":"'; }
await 'nothing is open' listed

curl -s "$address/api/v1/warnings" | python3 -c '
import json, sys
answer = json.load(sys.stdin)
ranks = [w["rank"] for w in answer["warnings"]]
assert ranks == sorted(ranks) and ranks[0] == 1, ranks
first = answer["warnings"][0]
assert "parent" not in first["incident"] and first["service"] in first["incident"]["services"], first["incident"]
assert first["rank_reason"], first
' || fail 'the list is wrong'
live=$(curl -s "$address/api/v1/warnings" | sed -n 's/.*"id":"\(w-[0-9a-f]*\)","revision".*/\1/p' | head -1)
[ "$(curl -s -o /dev/null -w '%{http_code}' "$address/api/v1/warnings/$live")" = 200 ] || fail "no $live"
[ "$(curl -s -o /dev/null -w '%{http_code}' "$address/api/v1/warnings/w-0")" = 404 ] || fail 'w-0 is there'
"$FORESHOCK" explain "$live" --url "$address" >live.txt || fail 'the running program explains nothing'
grep -q '^decision ' live.txt && grep -q '^rank  *1: ' live.txt && grep -q '^inputs .*- from ' live.txt || { cat live.txt; fail 'numbers are missing'; }
exec 3>&-
wait "$pid" || fail 'it does not end well'
pid=

"$FORESHOCK" explain "$id" --warnings replayed.jsonl >stored.txt || fail 'the file explains nothing'
for heading in decision moment indicator demand driver resource response 'by the law' without rank incident inputs; do
  grep -q "^$heading " stored.txt || { cat stored.txt; fail "no $heading"; }
done
# the records that it names are those of the ten minutes before it opened, or of the rise, up to the slot that decided
python3 - replayed.jsonl "$recording/events.jsonl.zst" <<'PY' || fail 'the inputs are wrong'
import json, subprocess, sys
from datetime import datetime, timedelta
first = json.loads(open(sys.argv[1]).readline())
at = lambda t: datetime.fromisoformat(t.replace("Z", "+00:00"))
w, inputs = first["data"], first["data"]["inputs"]
(name, r), = [x for x in inputs.items() if x[0].endswith("events.jsonl.zst")]
times = [at(json.loads(l)["ts"]) for l in subprocess.run(["zstd", "-dcq", sys.argv[2]], capture_output=True, check=True).stdout.splitlines()]
since = min(at(w["opened_at"]) - timedelta(minutes=10), at(w["driver"]["since"]))
decided = at(first["time"]) - timedelta(seconds=5)  # the end of the slot
inside = [i for i, t in enumerate(times) if since <= t < decided]
assert r["first"] <= inside[0] and inside[-1] < r["next"] <= len(times), (r, inside[0], inside[-1])
assert times[r["next"] - 1] < decided and times[r["first"]] >= since - timedelta(minutes=1), (r, times[r["first"]], times[r["next"] - 1])
PY
configured=$(sed -n '1s/.*"subject":"\([^"]*\)".*/\1/p' warnings.jsonl)
"$FORESHOCK" explain "$configured" config.yaml >configured.txt || fail 'the configured file explains nothing'
"$FORESHOCK" explain "${id:0:8}" --warnings replayed.jsonl --revision 1 --json | python3 -c '
import json, sys
w = json.load(sys.stdin)
assert w["revision"] == 1 and w["grounds"]["levels"]["raise"] > w["grounds"]["levels"]["clear"], w
assert [x["what"] for x in w["grounds"]["without"]][0] == "room", w["grounds"]
' || fail 'JSON is wrong'
"$FORESHOCK" explain "$id.1" --warnings replayed.jsonl >event.txt || fail 'the id of a CloudEvent is not known'
cmp stored.txt event.txt || fail 'the id of a CloudEvent explains another revision'
if "$FORESHOCK" explain "$id.99999" --warnings replayed.jsonl 2>error; then fail 'a revision that never was is explained'; fi

# a rule of the user's: what it waits for, and what met it
cat >ruled.yaml <<YAML
model: $recording/model.yaml
rules: [{name: loud, when: {spike: {measure: volume, ratio: 1.5}}}]
YAML
"$FORESHOCK" replay ruled.yaml --input "$recording/history.jsonl.zst" --input "$recording/events.jsonl.zst" --warnings ruled.jsonl 2>ruled.log
id=$(grep -m1 '"rule":"loud"' ruled.jsonl | sed 's/.*"subject":"\([^"]*\)".*/\1/')
"$FORESHOCK" explain "$id" --warnings ruled.jsonl --revision 1 >ruled.txt || fail 'a rule is not explained'
grep -q '^waits for *spike (volume, at least x1.5)$' ruled.txt && grep -q '^seen *spike of .* volume: ' ruled.txt || { cat ruled.txt; fail 'the condition is missing'; }

if "$FORESHOCK" explain w-none --warnings replayed.jsonl 2>error; then fail 'an unknown id is explained'; fi
grep -q "no warning 'w-none'" error || fail 'no word of the unknown id'
if "$FORESHOCK" explain w- 2>error; then fail 'explained without a place to look'; fi
grep -q 'nowhere to look' error || fail 'no hint'
echo fine
