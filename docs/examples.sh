#!/usr/bin/env bash
# Runs every ```sql block of README and docs as the demo's analyst, one transaction a block
# that is rolled back: docs/examples.sh DSN. Prints 'N passed, N failed'.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dsn=${1:?connection string of a database in which the demo has run}
blocks=$(mktemp -d)
trap 'rm -rf "$blocks"' EXIT
passed=0 failed=0

while IFS= read -r page; do
    awk -v dir="$blocks" -v page="${page//\//_}" '
        /^```sql$/ { file = sprintf("%s/%s:%d.sql", dir, page, NR); next }
        /^```/ { if (file) close(file); file = "" }
        file { print > file }
    ' "$page"
done < <(git ls-files README.md 'docs/*.md')

for block in "$blocks"/*.sql; do
    if output=$(psql -XqAt -v ON_ERROR_STOP=1 "$dsn" -c 'begin' -f "$block" -c 'rollback' 2>&1 > /dev/null) \
        && ! grep -q ERROR <<< "$output"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'example %s:\n%s\n' "$(basename "$block" .sql)" "$output" >&2
    fi
done
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
