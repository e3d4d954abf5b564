#!/usr/bin/env bash
# The demo plays each recording through the mock cluster: it ends with exit 0 without a terminal, prints sentences and totals.
set -euo pipefail
cd "$SOURCE_DIR"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "failed: $1" >&2; cat "$work"/out "$work"/err >&2; exit 1; }

for recording in tests/recordings/*/; do
  "$FORESHOCK" demo --recording "${recording%/}" >"$work/out" 2>"$work/err" </dev/null || fail "the demo of $recording ended with exit $?"
  grep -q '  opened    .*`.*`.*breached at about' "$work/out" || fail "$recording: no sentence of a warning"
  grep -q '^[0-9]* events in ' "$work/out" || fail "$recording: no totals"
  grep -q 'broke at .* warned .* before' "$work/out" || fail "$recording: no lead time"
  if grep -q $'\r' "$work/err"; then fail "$recording: a progress line without a terminal"; fi
  sed -n 's/^.* broke at/&/p' "$work/out"
done
