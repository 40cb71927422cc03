-- What limits there are, how much of each is used, and what is held up.

create or replace function api.risk_status()
returns jsonb
language sql stable
security definer -- analysts have no rights on settings
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'state', coalesce(
            (
                select h.state from api.halts as h where h.scope = 'tenant' limit 1
            ), 'ACTIVE'
        ),
        'halts', coalesce((select jsonb_agg(to_jsonb(h)) from api.halts as h), '[]'),
        'limits', coalesce(
            (
                select jsonb_agg(
                    jsonb_build_object(
                        'reason_code', l.reason_code, 'setting', l.setting,
                        'value', case
                            when l.setting is not null then tenant.setting(l.setting)
                        end,
                        'description', l.description
                    ) order by l.reason_code
                )
                from risk.limit as l
            ), '[]'
        ),
        'refused_today', (
            select count(*) from api.orders as o
            where o.status = 'refused'
            and o.placed_at >= date_trunc('day', clock_timestamp())
        ),
        'as_of', clock_timestamp()
    )
$$;
comment on function api.risk_status() is
'The trading state, every limit with its value, halts, and how many orders were '
'refused today, as one document.';
