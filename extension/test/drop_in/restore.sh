#!/usr/bin/env bash
# extension/test/drop_in/restore.sh: pg_dump of a database of pgvector's, restored with psql and
# with pg_restore into the server of this checkout; fails where anything differs. Then the
# dump of that, restored again.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
top=$here/../../..
pgvector=$here/../../bench/pgvector.sh
admin=$("$top/docker/server.sh" dsn admin)
maintenance=${admin/\/bellwether\?//postgres?}
work=$(mktemp -d)
trap '"$pgvector" down; rm -rf "$work"' EXIT

sql() { PGOPTIONS="-c client_min_messages=warning" psql -Xq -v ON_ERROR_STOP=1 "$@"; }
database() { printf '%s\n' "${admin/\/bellwether\?//$1?}"; }
look() { sql -At -f "$here/restore_check.sql" "$1" > "$work/$2"; }

# An empty database; pgvector's name is provided by the extension.
empty() {
    sql "$maintenance" -c "drop database if exists $1 with (force)"
    sql "$maintenance" -c "create database $1"
    sql "$(database "$1")" -c "create extension bellwether"
}

same() {
    diff "$work/pgvector" "$work/$1" || { printf 'restore: %s differs\n' "$1" >&2; exit 1; }
    printf 'restore: %s is the same, %s lines\n' "$1" "$(wc -l < "$work/$1")"
}

"$pgvector" up
source=$("$pgvector" dsn pgvector)
sql "$source" -c "drop extension vector"
sql "$source" -f "$here/restore_source.sql"
look "$source" pgvector

"$("$pgvector" bin)/pg_dump" "$source" > "$work/plain.sql"
empty bellwether_restored
sql "$(database bellwether_restored)" -f "$work/plain.sql" > "$work/log"
look "$(database bellwether_restored)" restored
same restored

# The custom format, by the server's own tools: what is here can move on
pg_dump -Fc "$(database bellwether_restored)" > "$work/again.dump"
empty bellwether_again
pg_restore --exit-on-error --clean --if-exists -d "$(database bellwether_again)" "$work/again.dump"
look "$(database bellwether_again)" again
same again
for name in bellwether_restored bellwether_again; do
    sql "$maintenance" -c "drop database $name with (force)"
done
