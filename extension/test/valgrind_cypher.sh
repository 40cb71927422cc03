#!/usr/bin/env bash
# extension/test/valgrind_cypher.sh [QUERIES [INPUTS]]: queries of the fuzzer, SPARQL's regression and
# damaged texts of queries and vectors, in a single-user server under valgrind; fails if an error has
# the extension in its stack.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
server=$here/../../docker/server.sh
python=$("$here/../../docker/python.sh" test)
bin=$(dirname "$("$server" pg_config)")
work=$(mktemp -d /var/tmp/bellwether-valgrind.XXXXXX)
trap 'rm -rf "$work"' EXIT
[ "$(id -u)" -ne 0 ] || chown postgres: "$work"

{
    echo "create extension bellwether"
    "$python" "$here/oracle/cypher_fuzz.py" --print --queries "${1:-300}"
    # the questions of the regression test, to the fuzzer's graph
    sed -nE "s/^select pg_temp.ask\('(.*)'\);$/select sparql('fuzz', '\1')/p" "$here/sql/sparql.sql"
    "$python" "$here/oracle/input_fuzz.py" --print --inputs "${2:-500}"
} > "$work/statements.sql"

# PostgreSQL moves an entry of its cache of regular expressions onto itself.
cat > "$work/suppressions" <<'END'
{
    regular_expressions
    Memcheck:Overlap
    fun:__memcpy_chk
    fun:RE_compile_and_cache
}
END
"$server" run "$bin/initdb" -D "$work/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 > "$work/initdb"
"$server" run valgrind -q --suppressions="$work/suppressions" --log-file="$work/valgrind.%p" --num-callers=30 --fullpath-after= \
    "$bin/postgres" --single -D "$work/data" -c jit=off -c statement_timeout=60s postgres \
    < "$work/statements.sql" > "$work/answers" 2> "$work/log"
asked=$(grep -c '^select' "$work/statements.sql")
# a statement ends in rows or in an error, and the server outlives all of them
answers=$(grep -o 'backend> ' "$work/answers" | wc -l)
[ "$answers" -ge "$asked" ] \
    || { tail -n 5 "$work/log" >&2; printf 'valgrind: only %s of %s answered\n' "$answers" "$asked" >&2; exit 1; }
ours='bellwether\.so|/src/[a-z]+/[a-z_0-9]+\.c:'
if grep -qE "$ours" "$work"/valgrind.*; then
    grep -hE -B 12 -A 18 "$ours" "$work"/valgrind.* >&2
    exit 1
fi
printf 'valgrind: %s queries of Cypher and SPARQL and damaged inputs, no error in the extension\n' "$asked"
