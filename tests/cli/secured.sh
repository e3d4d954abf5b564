#!/usr/bin/env bash
# run on a broker that asks who one is: by SCRAM over TLS, and by client certificates. The same warnings as without, secrets nowhere
# to be seen, and one clear line with exit code 3 where one side does not trust the other.
set -euo pipefail

work=$(mktemp -d)
kafka() { "$SOURCE_DIR/tools/kafka" "$@" --dir "$work/kafka"; }
trap 'kafka stop; rm -rf "$work"' EXIT
fail() { echo "failed: $*" >&2; exit 1; }

# Older clients cannot do SCRAM with Kafka 4: connectors/kafka/kafka_conf.cpp.
version=4.3.1
[ "$(printf '%s\n' "$(pkg-config --modversion rdkafka)" 2.6.1 | sort -V | head -1)" = 2.6.1 ] || version=3.9.1
kafka start --secured --version "$version" >/dev/null
kafka topics events:3 plain:1 sasl:1 tls:1 bad:1
port() { echo "127.0.0.1:$(cat "$work/kafka/$1")"; }

recording=$SOURCE_DIR/tests/recordings/flash_sale
zstd -qdc "$recording/history.jsonl.zst" "$recording/events.jsonl.zst" | sed 's/^.*"service":"\([^"]*\)".*$/\1\t&/' |
  { cat; printf 'orders\t{"ts":12,"type":\n'; } | kcat -P -b "$(port port)" -t events -K '	' -z lz4

export KAFKA_PASSWORD KEY_PASSWORD WRONG
KAFKA_PASSWORD=$(cat "$work/kafka/password")
KEY_PASSWORD=$(cat "$work/kafka/tls/client.password")
WRONG=wrong-$(openssl rand -hex 8)
tls=$work/kafka/tls
sasl_by() { echo "{security.protocol: SASL_SSL, sasl.mechanism: SCRAM-SHA-512, sasl.username: foreshock, sasl.password: '$1', ssl.ca.location: $2}"; }
tls_by() { echo "{security.protocol: SSL, ssl.ca.location: $2, ssl.certificate.location: $tls/client.crt, ssl.key.location: $tls/client.key, ssl.key.password: '$1'}"; }

# NAME PORT PROPERTIES_OF_THE_SOURCE PROPERTIES_OF_OUTPUTS
configure() {
  cat >"$work/$1.yaml" <<YAML
app: $1
model: $recording/model.yaml
sources: [{kafka: {brokers: '$(port "$2")', topics: [events], start: earliest, properties: $3}}]
outputs: [{kafka: {brokers: '$(port "$2")', topic: $1, properties: $4}}, {file: $work/$1.jsonl}]
dead_letter: {kafka: {brokers: '$(port "$2")', topic: bad, properties: $3}}
state: {directory: $work/$1.state}
YAML
}
run() { "$FORESHOCK" run "$work/$1.yaml" --until-end "${@:2}" >"$work/$1.out" 2>"$work/$1.log"; }

configure plain port '{}' '{}'
configure sasl sasl-port "$(sasl_by "file:$work/kafka/password" "$tls/ca.crt")" "$(sasl_by "\${KAFKA_PASSWORD}" "$tls/ca.crt")"
configure tls tls-port "$(tls_by "file:$tls/client.password" "$tls/ca.crt")" "$(tls_by "\${KEY_PASSWORD}" "$tls/ca.crt")"
for name in plain sasl tls; do
  run "$name" --log-level debug || { cat "$work/$name.log" >&2; fail "$name ends with $?"; }
  kcat -C -b "$(port port)" -t "$name" -X isolation.level=read_committed -e -q >"$work/$name.topic"
  cmp "$work/$name.topic" "$work/$name.jsonl"
  sed "s/\"source\":\"[^\"]*\"//; s/$name/APP/g" "$work/$name.jsonl" >"$work/$name.said"
  [ -s "$work/$name.said" ] || fail "$name says nothing"
done
[ "$(kcat -C -b "$(port port)" -t bad -e -q | wc -l)" = 3 ] || fail "not a dead letter each"

# The places where a secret could leak, with the settings beside it as proof that the search finds what is there.
for name in sasl tls; do
  "$FORESHOCK" check --dump "$work/$name.yaml" >"$work/$name.dump"
  "$FORESHOCK" state dump "$work/$name.state" --json >"$work/$name.dumped"
done
grep -q 'ssl.key.password' "$work/tls.dump" || fail "the dump has no properties"
grep -q 'sasl.password' "$work/sasl.dump" || fail "the dump has no properties"
for secret in "$KAFKA_PASSWORD" "$KEY_PASSWORD"; do
  if grep -rlaF --exclude-dir=kafka "$secret" "$work"; then fail "these hold a secret"; fi
done

# One line beside the greeting, exit 3, and not the secret.
refused() { # NAME WORDS
  local code=0
  run "$1" --log-level warning || code=$?
  [ "$code" = 3 ] || { cat "$work/$1.log" >&2; fail "$1 ends with $code"; }
  [ "$(wc -l <"$work/$1.log")" = 1 ] || { cat "$work/$1.log" >&2; fail "$1 says more than one line"; }
  grep -q "$2" "$work/$1.log" || { cat "$work/$1.log" >&2; fail "$1 does not say why"; }
  if grep -rlaF "$WRONG" "$work"; then fail "these hold the wrong password"; fi
}
configure wrong sasl-port "$(sasl_by "\${WRONG}" "$tls/ca.crt")" "$(sasl_by "\${WRONG}" "$tls/ca.crt")"
refused wrong 'invalid credentials.*see sasl.username and sasl.password'
configure stranger tls-port "$(tls_by "\${KEY_PASSWORD}" "$tls/other_ca.crt")" "$(tls_by "\${KEY_PASSWORD}" "$tls/other_ca.crt")"
refused stranger 'certificate could not be verified, verify that ssl.ca.location'
configure nobody tls-port "{security.protocol: SSL, ssl.ca.location: $tls/ca.crt}" "{security.protocol: SSL, ssl.ca.location: $tls/ca.crt}"
refused nobody 'alert.*certificate'
# Only the output is kept out: the run does not go on saying what nobody hears.
configure mute sasl-port "$(sasl_by "\${KAFKA_PASSWORD}" "$tls/ca.crt")" "$(sasl_by "\${WRONG}" "$tls/ca.crt")"
refused mute 'kafka topic mute: .*invalid credentials'
echo "secured, with Kafka $version: $(wc -l <"$work/sasl.jsonl") revisions each"
