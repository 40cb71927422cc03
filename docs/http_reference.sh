#!/usr/bin/env bash
# Writes docs/reference/http.md from the routes of an installed database, or with --check
# says whether it is up to date: docs/http_reference.sh [--check] DSN
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
check=
[ "${1:-}" = --check ] && { check=yes; shift; }
dsn=${1:?connection string of an installed database, as admin}
page=$(mktemp)
trap 'rm -f "$page"' EXIT

psql -XqAt -v ON_ERROR_STOP=1 "$dsn" > "$page" <<'SQL'
\echo '# HTTP reference'
\echo
\echo 'Made by `docs/http_reference.sh` from `gateway.routes()`, as `/openapi.json` is. A GET or DELETE takes its parameters in the'
\echo 'query, other methods as a JSON object; what has a default may be left out. Lists of a view also take `limit`, `cursor` and'
\echo '`columns`, and each of their columns as a filter. `/health`, `/metrics`, `/openapi.json`, `/api/patterns/health`, `POST /rpc` and'
\echo 'the streams `/api/events/stream`, `/api/jobs/stream` and `/cycles/{id}/stream` are the gateway''s own. How to call: [use the HTTP'
\echo 'API](../how-to/use-the-http-api.md).'
with route as (
    select
        r.tag, r.path, r.method, format(
            E'### `%s %s`\n\n%s. Scope `%s`, answered by `%s`, %s.%s', r.method, r.path,
            r.summary, r.scope, r.target,
            case r.shape when 'rows' then 'a list' when 'row' then 'an object'
                else 'a value' end,
            E'\n\n' || case
                when r.is_view then 'Columns: ' || (
                    select string_agg(format('`%s`', c ->> 'name'), ', ' order by n)
                    from jsonb_array_elements(r.columns) with ordinality as e (c, n)
                )
                else 'Parameters: ' || (
                    select string_agg(
                        format(
                            '`%s` %s%s', c ->> 'name', c ->> 'type',
                            case when (c ->> 'required')::boolean then ' (required)' else '' end
                        ), ', ' order by n
                    )
                    from jsonb_array_elements(r.parameters) with ordinality as e (c, n)
                )
            end || '.'
        ) as text
    from gateway.routes() as r
    where r.method <> 'RPC'
)
select
    case when row_number() over of_tag = 1 then format(E'\n## %s\n\n', tag) else E'\n' end
    || text
from route
window of_tag as (partition by tag order by path, method)
order by tag, path, method;
SQL

if [ -n "$check" ]; then
    diff -u docs/reference/http.md "$page" >&2 || {
        echo "docs/reference/http.md: run docs/http_reference.sh" >&2
        exit 1
    }
else
    cp "$page" docs/reference/http.md
fi
