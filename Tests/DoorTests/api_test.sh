#!/usr/bin/env bash
# The HTTP API against its own description, with requests that nobody would think of, and its
# metrics against Prometheus' own tool: api_test.sh SCHEMATHESIS URL KEY_FILE
set -euo pipefail
schemathesis=$1 url=$2 key=$(cat "$3")
cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT
cat > schemathesis.toml <<TOML
headers = { Authorization = "Bearer $key" }
request-timeout = 30
TOML
# One process and one seed for each: the same requests in every run.
for phase in coverage fuzzing; do
    "$schemathesis" --config-file schemathesis.toml run "$url/openapi.json" --phases "$phase" \
        --max-examples "${BELLWETHER_EXAMPLES:-10}" --seed 1 --no-color \
        --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth \
        > report 2>&1 || { cat report >&2; exit 1; }
    grep -E '^ +[0-9]+ generated' report
done
curl -sSf -H @- "$url/metrics" <<< "Authorization: Bearer $key" | tee metrics | promtool check metrics
echo "api: $(grep -vc '^#' metrics) metrics pass promtool"
