#!/usr/bin/env bash
# Runs every ```sql block of README and docs as the demo's analyst, one transaction a block
# that is rolled back: docs/examples.sh DSN. A block without a language on the next line is what
# psql prints. Prints 'N passed, N failed'.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dsn=${1:?connection string of a database in which the demo has run}
blocks=$(mktemp -d)
trap 'rm -rf "$blocks"' EXIT
passed=0 failed=0

while IFS= read -r page; do
    awk -v dir="$blocks" -v page="${page//\//_}" '
        /^```sql$/ { block = sprintf("%s/%s:%d", dir, page, NR); file = block ".sql"; next }
        /^```$/ && file == "" && NR == end + 1 { file = block ".answer"; next }
        /^```/ { if (file) { close(file); if (file ~ /sql$/) end = NR }; file = "" }
        file { print > file }
    ' "$page"
done < <(git ls-files README.md 'docs/*.md')

for block in "$blocks"/*.sql; do
    answer=${block%.sql}.answer
    if output=$(psql -Xq -P footer=off -v ON_ERROR_STOP=1 "$dsn" -c 'begin' -f "$block" -c 'rollback' \
        2>&1 > "$blocks/printed") && ! grep -q ERROR <<< "$output" \
        && { [ ! -e "$answer" ] || output=$(diff -BZ "$answer" "$blocks/printed"); }; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'example %s:\n%s\n' "$(basename "$block" .sql)" "$output" >&2
    fi
done
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
