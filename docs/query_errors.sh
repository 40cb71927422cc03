#!/usr/bin/env bash
# Writes docs/reference/query-errors.md from the headers that define the SQLSTATEs, or with
# --check says whether it is up to date: docs/query_errors.sh [--check]
# shellcheck disable=SC2016 # backquotes are Markdown
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=docs/reference/query-errors.md
page=$(mktemp)
trap 'rm -f "$page"' EXIT

# A comment and below it: #define CYPHER_TYPE_ERROR MAKE_SQLSTATE('C','Y','0','0','3')
rows() {
    sed -nE -e '/^\/\* .* \*\/$/{h;n' \
        -e "s/^#define +[A-Z]+_([A-Z_]+) +MAKE_SQLSTATE\('(.)','(.)','(.)','(.)','(.)'\)$/\2\3\4\5\6 \1/" \
        -e 'T' -e 'G' -e 's/\n\/\* (.*) \*\//\t\1/p' -e '}' "$1" \
        | while IFS=$'\t' read -r state meaning; do
            printf '| %s | %s | %s |\n' "${state% *}" "$(tr 'A-Z_' 'a-z ' <<< "${state#* }")" "$meaning"
        done
}

{
    printf '# SQLSTATEs of Cypher and SPARQL\n\nMade by `docs/query_errors.sh` from the code. '
    printf 'An error at compile time says line and column.\n'
    printf '\n## Cypher\n\n| SQLSTATE | name | when |\n|---|---|---|\n'
    rows extension/src/cypher/error.h
    printf '\n## SPARQL\n\n| SQLSTATE | name | when |\n|---|---|---|\n'
    rows extension/src/sparql/sparql.h
    printf '\n## Limits of both\n\n| SQLSTATE | when |\n|---|---|\n'
    printf '| 54000 | a limit of the language, or `cypher.max_memory` |\n'
    printf '| 54001 | nested deeper than `max_stack_depth` |\n'
    printf '| 2201B | a regular expression that cannot be read |\n'
} > "$page"
if [ "${1:-}" = --check ]; then
    diff -u "$target" "$page"
else
    cp "$page" "$target"
fi
