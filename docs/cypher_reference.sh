#!/usr/bin/env bash
# Writes docs/reference/cypher-functions.md from the tables that the compiler itself uses, or
# with --check says whether it is up to date: docs/cypher_reference.sh [--check] DSN
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
check=
[ "${1:-}" = --check ] && { check=yes; shift; }
dsn=${1:?connection string of a database with the extension}
target=docs/reference/cypher-functions.md
page=$(mktemp)
trap 'rm -f "$page"' EXIT

psql -XqAt -v ON_ERROR_STOP=1 "$dsn" > "$page" <<'SQL'
\echo '# Functions and procedures of Cypher'
\echo
\echo 'Made by `docs/cypher_reference.sh` from `cypher_functions()` and `cypher_procedures()`.'
\echo
\echo 'Aggregates: `count(*)`, `count`, `collect`, `sum`, `avg`, `min`, `max`, `stDev`, `stDevP`, `percentileCont(value, part)`, `percentileDisc(value, part)`, each with `DISTINCT` if wanted.'
\echo 'Read from the graph: `startNode(relationship)`, `endNode(relationship)`. `exists(entity.key)` and `exists(pattern)` are conditions. `coalesce` takes any number of values.'
select case when lag(family) over w is distinct from family
        then format(E'\n## %s\n\n| function | meaning |\n|---|---|\n', initcap(family)) else '' end
    || format('| `%s` | %s |', replace(signature, '|', '\|'), meaning)
from cypher_functions() with ordinality as f(name, family, signature, meaning, i)
where name <> 'coalesce'
window w as (order by i)
order by i;
\echo
\echo '## Procedures'
\echo
\echo '| procedure | meaning |'
\echo '|---|---|'
select format('| `%s` | %s |', replace(signature, '|', '\|'), meaning) from cypher_procedures();
SQL
if [ -n "$check" ]; then
    diff -u "$target" "$page"
else
    cp "$page" "$target"
fi
