#!/usr/bin/env bash
# The HTTP API against its own description, with requests that nobody would think of, and its
# metrics against Prometheus' own tool: api_test.sh SCHEMATHESIS URL KEY_FILE DSN (of an analyst)
set -euo pipefail
schemathesis=$1 url=$2 key=$(cat "$3") dsn=$4
here=$PWD
guide=$PWD/docs/how-to/watch-with-grafana.md
cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT
cat > schemathesis.toml <<TOML
headers = { Authorization = "Bearer $key" }
request-timeout = 30
TOML
# One process and one seed for each: the same requests in every run. Streams do not end:
# streams_test.py reads them.
for phase in coverage fuzzing; do
    "$schemathesis" --config-file schemathesis.toml run "$url/openapi.json" --phases "$phase" \
        --exclude-path-regex '/stream$' \
        --max-examples "${BELLWETHER_EXAMPLES:-10}" --seed 1 --no-color \
        --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth \
        > report 2>&1 || { cat report >&2; exit 1; }
    grep -E '^ +[0-9]+ generated' report
done
curl -sSf -H @- "$url/metrics" <<< "Authorization: Bearer $key" | tee metrics | promtool check metrics
echo "api: $(grep -vc '^#' metrics) metrics pass promtool"

# The files that the guide to Grafana gives, each under the name in its first line.
awk '/^```/ { name = ""; next } /^# [a-z.]+\.yml$/ { name = $2 } name { print > name }' "$guide"
sed -i "s#/etc/prometheus/bellwether.key#$PWD/key#" prometheus.yml
printf '%s' "$key" > key
promtool check config prometheus.yml
promtool check rules bellwether.rules.yml
# And its questions, put to a Prometheus that watches this gateway.
sed -i "s#127.0.0.1:8000#${url#http://}#; s#15s#1s#" prometheus.yml
prometheus --config.file prometheus.yml --storage.tsdb.path data \
    --web.listen-address 127.0.0.1:9391 > prometheus.log 2>&1 &
prometheus=$!
trap 'kill "$prometheus"; wait "$prometheus" || true; rm -rf "$PWD"' EXIT
for _ in $(seq 60); do
    promtool query instant http://127.0.0.1:9391 up 2> /dev/null | grep -q '=> 1 ' && break
    sleep 0.5
done
python3 "$here/Tests/DoorTests/grafana_test.py" "$guide" "${guide%/*}/grafana/bellwether.json" "$dsn" \
    > questions
asked=0
while IFS= read -r question; do
    promtool query instant http://127.0.0.1:9391 "$question" > answer \
        || { printf 'api: no answer to %s\n' "$question" >&2; exit 1; }
    asked=$((asked + 1))
done < questions
promtool query instant http://127.0.0.1:9391 bellwether_database_up | grep '=> 1 '
[ "$asked" -gt 5 ]
echo "api: Prometheus answers $asked questions of the guide"
