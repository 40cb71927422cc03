#!/usr/bin/env bash
# extension/test/valgrind.sh: the statements of drop_in/, then indexes that are built,
# changed and searched, in a single-user server under valgrind; fails if an error has the extension in its stack. (PostgreSQL itself writes
# padding of WAL records that nobody set; without its own suppressions that is reported.)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
server=$here/../../docker/server.sh
bin=$(dirname "$("$server" pg_config)")
work=$(mktemp -d /var/tmp/bellwether-valgrind.XXXXXX)
trap 'rm -rf "$work"' EXIT
[ "$(id -u)" -ne 0 ] || chown postgres: "$work"

# Each line is a transaction of its own there; what it makes must not stay.
{
    echo "create extension bellwether;"
    sed -e '/^--/d' -e 's/create temp table t /drop table if exists t; create table t /' \
        -e 's/; */;\n/g' -e 's/$/;/' "$here"/drop_in/{statements,sparse_statements,index_statements}.sql \
        | grep -v '^;*$'
    cat "$here/valgrind_indexes.sql"
} > "$work/statements.sql"

"$server" run "$bin/initdb" -D "$work/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 > "$work/initdb"
"$server" run valgrind -q --log-file="$work/valgrind.%p" --num-callers=30 --fullpath-after= \
    "$bin/postgres" --single -D "$work/data" -c jit=off postgres \
    < "$work/statements.sql" > "$work/answers" 2> "$work/log"
answers=$(grep -c '^	----$' "$work/answers")
[ "$answers" -gt 200 ] || { tail -n 5 "$work/log" >&2; printf 'valgrind: only %s answers\n' "$answers" >&2; exit 1; }
# Frames of the extension: by its file, or with debug information by their source
ours='bellwether\.so|/src/[a-z]+/[a-z_0-9]+\.c:'
if grep -qE "$ours" "$work"/valgrind.*; then
    grep -hE -B 12 -A 18 "$ours" "$work"/valgrind.* >&2
    exit 1
fi
printf 'valgrind: %s answers, no error in the extension\n' "$answers"
