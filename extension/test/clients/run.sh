#!/usr/bin/env bash
# extension/test/clients/run.sh: real client libraries of pgvector against the extension,
# each in a database of its own. One whose packages cannot be installed is left out, with
# the reason; one that answers wrongly fails the run.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd -P)
cd "$top"
admin=$(docker/server.sh dsn admin)
database=bellwether_clients
maintenance=${admin/\/bellwether\?//postgres?}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

sql() { PGOPTIONS="-c client_min_messages=warning" psql -Xq -v ON_ERROR_STOP=1 "$1" -c "$2"; }

for client in psycopg sqlalchemy django langchain; do
    group=clients
    [ "$client" != langchain ] || group=langchain
    if ! python=$(docker/python.sh "$group" 2> "$log"); then
        printf 'clients: %s left out, its packages cannot be installed: %s\n' \
            "$client" "$(grep -m 1 -i error "$log" || tail -n 1 "$log")"
        continue
    fi
    sql "$maintenance" "drop database if exists $database with (force)"
    sql "$maintenance" "create database $database"
    sql "${admin/\/bellwether\?//$database?}" "create extension bellwether"
    "$python" -W ignore "extension/test/clients/${client}_test.py" "${admin/\/bellwether\?//$database?}"
done
sql "$maintenance" "drop database if exists $database with (force)"
