#!/usr/bin/env bash
# Writes docs/reference/graph-functions.md from the comments of the functions and the settings
# themselves, or with --check says whether it is up to date: docs/graph_reference.sh [--check] DSN
# sql/tests/50_graph/graph_functions_test.sql compares the page with the functions, too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
check=
[ "${1:-}" = --check ] && { check=yes; shift; }
dsn=${1:?connection string of a database with the extension}
target=docs/reference/graph-functions.md
page=$(mktemp)
trap 'rm -f "$page"' EXIT

psql -XqAt -v ON_ERROR_STOP=1 "$dsn" > "$page" <<'SQL'
load 'bellwether';
\echo '# Functions of graphs'
\echo
\echo 'Made by `docs/graph_reference.sh` from the comments of the functions. They work in any database with the extension'
\echo '`bellwether`; the tables of a graph are in the first lines of `extension/sql/1.1/20_graph.sql`, the desk''s own graph in'
\echo '[graph-schema.md](graph-schema.md), why a walk is right in [how a walk stays right](../explanation/graph-walks.md).'
\echo
\echo '- `graph` is the name of a graph, `node_id` and `edge_id` are the numbers in its tables.'
\echo '- `labels` keeps nodes that have one of them, `types` edges of one of them; null keeps all.'
\echo '- `direction` is `out`, `in` or `any`; `weighted` takes the edges'' weights, else each counts 1.'
\echo '- `as_of` keeps the edges that are valid then; null keeps them whatever their validity.'
\echo '- What is random depends on `seed` alone: the same rows and seed give the same answer.'
\echo
\echo '| function | returns | meaning |'
\echo '|---|---|---|'
select format('| `%s(%s)` | `%s` | %s |', p.proname,
    regexp_replace(replace(replace(replace(pg_get_function_arguments(p.oid), 'double precision', 'float8'), 'timestamp with time zone', 'timestamptz'), ' DEFAULT ', ' = '), '(NULL|''[^'']*'')::[a-z0-9]+(\[\])?', '\1', 'g'),
    replace(replace(replace(pg_get_function_result(p.oid), 'double precision', 'float8'), 'timestamp with time zone', 'timestamptz'), '|', '\|'),
    replace(obj_description(p.oid, 'pg_proc'), '|', '\|'))
from pg_proc as p
join pg_depend as d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
join pg_extension as e on e.oid = d.refobjid and d.refclassid = 'pg_extension'::regclass
where e.extname = 'bellwether' and (p.proname like 'graph\_%' or p.proname in ('create_graph', 'drop_graph'))
    and p.prorettype <> 'trigger'::regtype
order by p.proname, p.pronargs;
\echo
\echo '## Settings'
\echo
\echo '| setting | default | meaning |'
\echo '|---|---|---|'
select format('| `%s` | %s %s| %s %s |', name, boot_val, unit || ' ', short_desc, extra_desc)
from pg_settings where name like 'graph.%' order by name;
\echo
\echo '## Errors'
\echo
\echo '| SQLSTATE | when |'
\echo '|---|---|'
\echo '| 3F000 | There is no graph of that name. |'
\echo '| 42P06, 42602 | A schema of that name is there already; the name is none. |'
\echo '| 22004 | An argument that must not be null is null. |'
\echo '| 22023 | An argument is outside of its range: hops, damping, direction, iterations, ... |'
\echo '| 22000 | An edge that counts has a negative weight where weights are costs or parts; a shock or weight is no such number. |'
\echo '| 2202E | Two arrays that belong together differ in length. |'
\echo '| 54000 | More memory than `graph.max_memory`; more nodes, edges or types than an adjacency has numbers for. |'
\echo '| 23503 | A node that has edges is deleted, or an edge has an end that is not there. |'
\echo
\echo 'A walk from a node that is not there, or a path where there is none, is no error: no rows.'
SQL
if [ -n "$check" ]; then
    diff -u "$target" "$page"
else
    cp "$page" "$target"
fi
