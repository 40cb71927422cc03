-- The desk at a glance, for pages and programs.
--
-- Example: select api.portfolio() -> {"equity": 99812.4, ...}

create or replace function api.portfolio()
returns jsonb
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'accounts', coalesce(
            (
                select jsonb_agg(
                    jsonb_build_object(
                        'account_id', a.account_id, 'name', a.name,
                        'broker', a.broker, 'currency', a.currency, 'cash', a.cash,
                        'positions_value', coalesce(p.value, 0),
                        'equity', a.cash + coalesce(p.value, 0),
                        'unrealised', coalesce(p.unrealised, 0),
                        'realised', coalesce(p.realised, 0),
                        'gross_exposure_fraction', round(
                            coalesce(p.gross, 0)
                            / nullif(a.cash + coalesce(p.value, 0), 0), 4
                        ),
                        'peak_equity', greatest(
                            e.peak, a.cash + coalesce(p.value, 0)
                        ),
                        'drawdown_fraction', round(
                            1 - (a.cash + coalesce(p.value, 0)) / nullif(
                                greatest(e.peak, a.cash + coalesce(p.value, 0)), 0
                            ), 6
                        )
                    ) order by a.account_id
                )
                from api.accounts as a
                left join lateral (
                    select
                        sum(o.value) as value, sum(abs(o.value)) as gross,
                        sum(o.unrealised) as unrealised, sum(o.realised) as realised
                    from api.positions as o where o.account_id = a.account_id
                ) as p on true
                left join (
                    select q.account_id, max(q.equity) as peak from api.equity as q
                    group by q.account_id
                ) as e on a.account_id = e.account_id
            ), '[]'
        ),
        'positions', coalesce(
            (
                select jsonb_agg(to_jsonb(o) order by abs(o.value) desc nulls last)
                from api.positions as o where o.quantity <> 0
            ), '[]'
        ),
        'open_orders', (
            select count(*) from api.orders as o
            where o.status in ('ready', 'submitting', 'unknown', 'acked', 'partial')
        ),
        'halts', coalesce((select jsonb_agg(to_jsonb(h)) from api.halts as h), '[]'),
        'as_of', clock_timestamp()
    )
$$;
comment on function api.portfolio() is
'Accounts with equity, exposure and drawdown, open positions and what holds trading up.';
