#!/usr/bin/env bash
# What the README says is so: its configurations check, its scenario holds, its events decode, its reference is the program's.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "failed: $1" >&2; exit 1; }
readme=$SOURCE_DIR/README.md

# block MARKER: the first fenced block after the line that holds MARKER.
block() { awk -v marker="$1" 'index($0, marker) {found = 1} found && /^```/ {if (in_block) exit; in_block = 1; next} in_block' "$readme"; }

block '`foreshock.yaml`:' >"$work/foreshock.yaml"
[ -s "$work/foreshock.yaml" ] || fail "no configuration in the README"
"$FORESHOCK" check "$work/foreshock.yaml"

block 'Any librdkafka property goes' >"$work/secured.yaml"
[ -s "$work/secured.yaml" ] || fail "no secured configuration in the README"
KAFKA_PASSWORD=secret "$FORESHOCK" check "$work/secured.yaml"
if KAFKA_PASSWORD=secret "$FORESHOCK" check --dump "$work/secured.yaml" | grep -q 'secret$'; then fail "the dump shows a secret"; fi

block '<!-- rules -->' >"$work/rules.yaml"
[ -s "$work/rules.yaml" ] || fail "no rules in the README"
"$FORESHOCK" check "$work/rules.yaml"

block '<!-- scaled -->' >"$work/scaled.yaml"
[ -s "$work/scaled.yaml" ] || fail "no configuration of several processes in the README"
printf 'services: {web: {}}\n' >"$work/model.yaml"
"$FORESHOCK" check "$work/scaled.yaml"

block 'with an output of its own:' >"$work/advice.yaml"
[ -s "$work/advice.yaml" ] || fail "no output for advice in the README"
"$FORESHOCK" check "$work/advice.yaml"
block 'reads the first through Prometheus' >"$work/keda.yaml"
metric=$(sed -n 's/.*query: max(\([a-z_]*\){.*/\1/p' "$work/keda.yaml")
[ -n "$metric" ] && grep -qF "\"$metric\"" "$SOURCE_DIR/connectors/http/engine_metrics.cpp" || fail "the ScaledObject of the README asks for '$metric', which there is not"

block '## Objectives' >"$work/objectives.yaml"
[ -s "$work/objectives.yaml" ] || fail "no objectives in the README"
"$FORESHOCK" check "$work/objectives.yaml"
"$FORESHOCK" check "$work/objectives.yaml" 2>&1 | grep -q notice && fail "the objectives of the README promise too much"

block '## Names that change' >"$work/calendar.yaml"
[ -s "$work/calendar.yaml" ] || fail "no calendar in the README"
"$FORESHOCK" check "$work/calendar.yaml"

block '<!-- scenario -->' >"$work/readme.scenario"
[ -s "$work/readme.scenario" ] || fail "no scenario in the README"
"$FORESHOCK" test "$work/readme.scenario"

sed -n 's/^    \({"ts".*\)$/\1/p' "$readme" >"$work/events.jsonl"
[ "$(wc -l <"$work/events.jsonl")" -eq 3 ] || fail "the README should show three events"
"$FORESHOCK" replay "$work/foreshock.yaml" --input "$work/events.jsonl" --json >"$work/totals.json"
grep -q '"events":3,' "$work/totals.json" || fail "the README's events were not all used: $(cat "$work/totals.json")"

"$FORESHOCK" check --reference >"$work/reference.md"
sed -n '/^## Configuration reference$/,/^Licence: /p' "$readme" | sed '1,2d;$d' | sed '${/^$/d}' >"$work/in-readme.md"
diff "$work/in-readme.md" <(sed '${/^$/d}' "$work/reference.md") >&2 ||
  fail "the README's reference is not the program's: put in what 'foreshock check --reference' prints"
echo "the README holds"
