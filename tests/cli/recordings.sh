#!/usr/bin/env bash
# Every measured breach of the recordings is warned of before it began, and at most one of their harmless surges is; the report is one
# page of its own, and the same recording gives the same bytes with one worker and with many.
set -euo pipefail
cd "$SOURCE_DIR"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

false_alarms=0
for recording in tests/recordings/*/; do
  replay() { "$FORESHOCK" replay "$recording/model.yaml" --input "$recording/history.jsonl.zst" --input "$recording/events.jsonl.zst" "$@"; }
  replay --warnings "$work/one.jsonl" --report "$work/report.html" --workers 1 --json >"$work/totals.json"
  replay --warnings "$work/many.jsonl" --workers 8 --json >/dev/null
  cmp "$work/one.jsonl" "$work/many.jsonl"
  if grep -Eq '(src|href)="https?:' "$work/report.html"; then echo "the report loads something from outside" >&2; exit 1; fi
  python3 - "$recording" "$work/one.jsonl" <<'PYTHON'
import datetime, json, sys

recording, warnings = sys.argv[1:]
seconds = lambda text: datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
truth = json.load(open(recording + "truth.json"))
opened = [e for e in map(json.loads, open(warnings)) if e["type"].endswith("opened.v1")]
for breach in truth["breaches"]:
    start = seconds(breach["breach_start"])
    leads = [start - seconds(e["time"]) for e in opened if e["data"]["service"] == breach["service"] and seconds(e["time"]) < start]
    assert leads, f"{recording}: the breach of {breach['service']} at {breach['breach_start']} was not warned of"
    print(f"{recording}: {breach['service']} {breach['slo']} warned {max(leads):.0f} s before")
with open(sys.argv[2] + ".false", "w") as out:
    for harmless in truth["harmless"]:
        for e in opened:
            if harmless["start_s"] <= seconds(e["time"]) <= harmless["end_s"]:
                print(f"{recording}: warned of a harmless surge: {e['data']['sentence']}", file=out)
PYTHON
  cat "$work/one.jsonl.false"
  false_alarms=$((false_alarms + $(wc -l <"$work/one.jsonl.false")))
done
if [ "$false_alarms" -gt 1 ]; then echo "$false_alarms harmless surges were warned of" >&2; exit 1; fi
