#!/usr/bin/env bash
# Writes docs/reference/api.md from the COMMENTs of an installed database, or with --check
# says whether it is up to date: docs/reference.sh [--check] DSN
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
check=
[ "${1:-}" = --check ] && { check=yes; shift; }
dsn=${1:?connection string of an installed database, as admin}
page=$(mktemp)
trap 'rm -f "$page"' EXIT

psql -XqAt -v ON_ERROR_STOP=1 "$dsn" > "$page" <<'SQL'
\echo '# API reference'
\echo
\echo 'Made by `docs/reference.sh` from the COMMENTs of the database. Outsiders use the schema `api` alone.'
\echo
\echo '## Functions and procedures of `api`'
select format(
    E'\n### `%s`\n\n```\n%s%s\n```\n\n%s', p.proname,
    pg_get_function_identity_arguments(p.oid),
    coalesce(E'\n-> ' || pg_get_function_result(p.oid), ''),
    obj_description(p.oid, 'pg_proc')
)
from pg_proc as p
where p.pronamespace = 'api'::regnamespace
order by p.proname, p.oid::regprocedure::text;
\echo
\echo '## Views of `api`'
select format(
    E'\n### `%s`\n\n%s\n\n%s', c.relname, obj_description(c.oid, 'pg_class'),
    (
        select string_agg(
            format('- `%s` %s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                coalesce(': ' || col_description(c.oid, a.attnum), '')), E'\n' order by a.attnum
        )
        from pg_attribute as a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    )
)
from pg_class as c
where c.relnamespace = 'api'::regnamespace and c.relkind = 'v'
order by c.relname;
\echo
\echo '## Settings of a tenant'
\echo
\echo '| name | default | range | meaning |'
\echo '|---|---|---|---|'
select format(
    '| `%s` | %s | %s | %s |', name, value,
    coalesce(minimum || ' to ' || maximum, array_to_string(choices, ', '), ''), description
)
from tenant.setting_default order by name;
\echo
\echo '## Settings of the extension'
\echo
\echo 'Set with `set`, `alter role` or `alter database`; `hnsw.*` and `ivfflat.*` are named as in pgvector. Those of a superuser are marked.'
\echo
\echo '| name | default | range | meaning |'
\echo '|---|---|---|---|'
load 'bellwether';
select format(
    '| `%s` | %s | %s | %s%s |', name, coalesce(boot_val, '') || case when unit = 'kB' then ' kB' else '' end,
    case
        when enumvals is not null then array_to_string(enumvals, ', ')
        when vartype in ('integer', 'real') then min_val || ' to ' || max_val
        else ''
    end,
    rtrim(short_desc, '.') || '.', case when context = 'superuser' then ' (superuser)' else '' end
)
from pg_settings
where name ~ '^(bellwether|cypher|graph|hnsw|ivfflat|work)[.]' and short_desc is not null
order by name;
\echo
\echo '## SQLSTATEs'
\echo
\echo '| code | name | meaning | what to do |'
\echo '|---|---|---|---|'
select format('| `%s` | %s | %s | %s |', code, name, meaning, hint) from ops.sqlstate order by code;
\echo
\echo '## Functions of the extension'
\echo
\echo '| function | what |'
\echo '|---|---|'
select format(
    '| `%s(%s)` | %s |', p.proname, pg_get_function_identity_arguments(p.oid),
    replace(coalesce(obj_description(p.oid, 'pg_proc'), ''), E'\n', ' ')
)
from pg_proc as p
inner join pg_depend as d on p.oid = d.objid and d.classid = 'pg_proc'::regclass and d.deptype = 'e'
inner join pg_extension as e on d.refobjid = e.oid and e.extname = 'bellwether'
where obj_description(p.oid, 'pg_proc') is not null
order by p.proname, p.oid::regprocedure::text;
SQL

if [ -n "$check" ]; then
    diff -u docs/reference/api.md "$page" || {
        echo "docs/reference/api.md is out of date; run docs/reference.sh DSN" >&2
        exit 1
    }
else
    cp "$page" docs/reference/api.md
fi
