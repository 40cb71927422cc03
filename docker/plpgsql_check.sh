#!/usr/bin/env bash
# Runs plpgsql_check over every PL/pgSQL function of a freshly installed database.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
database=bellwether_lint_$$
admin=$(docker/server.sh dsn admin)
maintenance=${admin/\/bellwether\?//postgres?}
target=${admin/\/bellwether\?//$database?}

psql -Xq "$maintenance" -c "create database $database"
trap 'psql -Xq "$maintenance" -c "drop database if exists $database with (force)"' EXIT
# An install has nothing to say.
if ! told=$(PGOPTIONS="-c client_min_messages=warning" \
    psql -Xq -v ON_ERROR_STOP=1 "$target" -f sql/install.sql 2>&1) || [ -n "$told" ]; then
    printf 'sql/install.sql: %s\n' "$told"
    exit 1
fi

found=$(psql -XqAt -v ON_ERROR_STOP=1 "$target" <<'SQL'
create extension plpgsql_check;
set bellwether.tenant = 0;
-- Functions that load files read the session's staging tables.
begin;
select market.stage(kind) from unnest(array['bars', 'instruments', 'news', 'sessions']) as kind \g /dev/null
-- A trigger function is checked with each table that uses it; others once.
select format('%s: %s: %s', p.oid::regprocedure, c.level, c.message)
from pg_proc as p
inner join pg_language as l on p.prolang = l.oid and l.lanname = 'plpgsql'
left join pg_trigger as t on p.oid = t.tgfoid and not t.tgisinternal
cross join lateral plpgsql_check_function_tb(
    p.oid, coalesce(t.tgrelid, 0),
    oldtable => t.tgoldtable, newtable => t.tgnewtable,
    security_warnings => true, extra_warnings => true, performance_warnings => false
) as c
where
    p.pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
    and (p.prorettype <> 'trigger'::regtype or t.oid is not null)
    and not exists (
        select from pg_depend as d where d.objid = p.oid and d.deptype = 'e'
    )
    -- A composite among several results is meant.
    and c.message !~ 'composite OUT variable'
    -- A literal as the first value of a variable is cast, as meant.
    and not (c.statement = 'statement block' and c.message ~ 'target type is different')
    -- A table that the function itself makes is not there yet.
    and c.message !~ 'relation "pg_temp.told_[a-z]+" does not exist'
    -- What it cannot see through: the result of a statement made by format().
    and not (
        p.prosrc like '%execute format(%'
        and c.message ~ '(maybe unmodified|result of dynamic SQL|not assigned yet|not sanitized)'
    )
order by 1;
SQL
)
[ -z "$found" ] || { printf '%s\n' "$found"; exit 1; }
