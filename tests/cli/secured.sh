#!/usr/bin/env bash
# run on a broker that asks who one is: by SCRAM over TLS, and by client certificates, read by librdkafka and directly. The warnings
# are those of a run without, secrets are nowhere to be seen, and where one side does not trust the other there is one clear line
# and exit code 3.
set -euo pipefail

work=$(mktemp -d)
kafka() { "$SOURCE_DIR/tools/kafka" "$@" --dir "$work/kafka"; }
trap 'kafka stop; rm -rf "$work"' EXIT
fail() { echo "failed: $*" >&2; exit 1; }

# Older clients cannot do SCRAM with Kafka 4: connectors/kafka/kafka_conf.cpp.
version=4.3.1
[ "$(printf '%s\n' "$(pkg-config --modversion rdkafka)" 2.6.1 | sort -V | head -1)" = 2.6.1 ] || version=3.9.1
kafka start --secured --version "$version" >/dev/null
kafka topics events:3 plain:1 sasl:1 sasl_direct:1 tls:1 tls_direct:1 deaf:1 bad:1
port() { echo "127.0.0.1:$(cat "$work/kafka/$1")"; }

recording=$SOURCE_DIR/tests/recordings/flash_sale
zstd -qdc "$recording/history.jsonl.zst" "$recording/events.jsonl.zst" | sed 's/^.*"service":"\([^"]*\)".*$/\1\t&/' |
  { cat; printf 'orders\t{"ts":12,"type":\n'; } | kcat -P -b "$(port port)" -t events -K '	' -z lz4 -X enable.idempotence=true

export KAFKA_PASSWORD KEY_PASSWORD WRONG
KAFKA_PASSWORD=$(cat "$work/kafka/password")
KEY_PASSWORD=$(cat "$work/kafka/tls/client.password")
WRONG=wrong-$(openssl rand -hex 8)
tls=$work/kafka/tls
sasl_by() { echo "{security.protocol: SASL_SSL, sasl.mechanism: SCRAM-SHA-512, sasl.username: foreshock, sasl.password: '$1', ssl.ca.location: $2}"; }
tls_by() { echo "{security.protocol: SSL, ssl.ca.location: $2, ssl.certificate.location: $tls/client.crt, ssl.key.location: $tls/client.key, ssl.key.password: '$1'}"; }
sasl=$(sasl_by "\${KAFKA_PASSWORD}" "$tls/ca.crt")
mutual=$(tls_by "\${KEY_PASSWORD}" "$tls/ca.crt")

# NAME PORT FETCH PROPERTIES_OF_THE_SOURCE OF_THE_OUTPUT OF_DEAD_LETTERS
configure() {
  cat >"$work/$1.yaml" <<YAML
app: shop
model: $recording/model.yaml
sources: [{kafka: {brokers: '$(port "$2")', topics: [events], group: $1, start: earliest, fetch: $3, properties: $4}}]
outputs: [{kafka: {brokers: '$(port "$2")', topic: $1, properties: $5}}, {file: $work/$1.jsonl}]
dead_letter: {kafka: {brokers: '$(port "$2")', topic: bad, properties: $6}}
state: {directory: $work/$1.state}
YAML
}
run() { "$FORESHOCK" run "$work/$1.yaml" "${@:2}" >"$work/$1.out" 2>"$work/$1.log"; }

configure plain port client '{}' '{}' '{}'
by=$(sasl_by "file:$work/kafka/password" "$tls/ca.crt")
configure sasl sasl-port client "$by" "$sasl" "$by"
configure sasl_direct sasl-port direct "$by" "$sasl" "$by"
by=$(tls_by "file:$tls/client.password" "$tls/ca.crt")
configure tls tls-port client "$by" "$mutual" "$by"
configure tls_direct tls-port direct "$by" "$mutual" "$by"
for name in plain sasl sasl_direct tls tls_direct; do
  run "$name" --until-end --log-level debug || { cat "$work/$name.log" >&2; fail "$name ends with $?"; }
  kcat -C -b "$(port port)" -t "$name" -X isolation.level=read_committed -e -q >"$work/$name.topic"
  cmp "$work/$name.topic" "$work/plain.jsonl" || fail "$name says something else"
done
[ -s "$work/plain.jsonl" ] || fail "nobody says anything"
kcat -C -b "$(port port)" -t bad -e -q >"$work/bad"
[ "$(wc -l <"$work/bad")" = 5 ] || fail "not a dead letter each"
grep -q 'not fetched directly: security.protocol is sasl_ssl' "$work/sasl_direct.log" || fail "sasl_direct does not say who reads"
! grep 'not fetched directly\|is read by librdkafka' "$work/tls_direct.log" || fail "tls_direct does not read directly"

# The places where a secret could leak, with the settings beside it as proof that the search finds what is there.
for name in sasl tls; do
  "$FORESHOCK" check --dump "$work/$name.yaml" >"$work/$name.dump"
  "$FORESHOCK" state dump "$work/$name.state" --json >"$work/$name.dumped"
done
grep -q 'ssl.key.password' "$work/tls.dump" || fail "the dump has no properties"
grep -q 'sasl.password' "$work/sasl.dump" || fail "the dump has no properties"
grep -rqlaF part/inventory "$work/tls.state" || fail "the search does not find what the state holds"
leaks() { if grep -rlaF --exclude-dir=kafka "$1" "$work"; then fail "these hold a secret"; fi; }
leaks "$KAFKA_PASSWORD"
leaks "$KEY_PASSWORD"

# One line, exit code 3, and not the secret; with and without an end.
refused() { # NAME WORDS [ARGUMENT...]
  local code=0
  run "$1" --log-level warning "${@:3}" || code=$?
  [ "$code" = 3 ] || { cat "$work/$1.log" >&2; fail "$1 ends with $code"; }
  [ "$(wc -l <"$work/$1.log")" = 1 ] || { cat "$work/$1.log" >&2; fail "$1 says more than one line"; }
  grep -q "$2" "$work/$1.log" || { cat "$work/$1.log" >&2; fail "$1 does not say why"; }
  leaks "$WRONG"
}
by=$(sasl_by "\${WRONG}" "$tls/ca.crt")
configure wrong sasl-port client "$by" "$by" "$by"
refused wrong 'invalid credentials.*see sasl.username and sasl.password'
refused wrong 'invalid credentials.*see sasl.username and sasl.password' --until-end
{ grep -v ^state "$work/wrong.yaml"; echo 'scale_out: kafka'; } >"$work/several.yaml"
refused several 'invalid credentials.*see sasl.username and sasl.password'
"$FORESHOCK" topics create "$work/several.yaml" 2>"$work/topics.log" && fail "topics are created by a stranger"
grep -q 'invalid credentials' "$work/topics.log" || fail "making topics does not say why it fails"
leaks "$WRONG"
configure mute sasl-port client "$sasl" "$by" "$sasl"  # only what is said is kept out: nobody would hear it
refused mute 'kafka topic mute: .*invalid credentials'
refused mute 'kafka topic mute: .*invalid credentials' --until-end
configure deaf sasl-port client "$sasl" "$sasl" "$by"
refused deaf 'dead letters to topic bad: .*invalid credentials'
by=$(tls_by "\${KEY_PASSWORD}" "$tls/other_ca.crt")
configure stranger tls-port direct "$by" "$by" "$by"
refused stranger 'certificate could not be verified, verify that ssl.ca.location'
by="{security.protocol: SSL, ssl.ca.location: $tls/ca.crt}"
configure nobody tls-port client "$by" "$by" "$by"
refused nobody 'alert.*certificate'
by=$(tls_by "\${WRONG}" "$tls/ca.crt")
configure locked tls-port client "$by" "$mutual" "$mutual"
refused locked 'see ssl.key.location and ssl.key.password'
echo "secured, with Kafka $version: $(wc -l <"$work/plain.jsonl") revisions each"
