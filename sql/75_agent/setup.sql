-- What the desk remembers of its own trades: in which state of the market a position
-- was opened, and what it brought. Before an entry the Validator is told which like it
-- have failed.
--
-- Example: select agent.similar_setups(1, '2018-02-05', 1, 0.7)
--   -> {"n": 4, "failed": 3, "mean_return": -0.02, "failures": [{"symbol": ...}]}

-- Called for a fill that closed something; what it closed was opened by the first fill
-- after the position was last flat, or had turned.
create or replace function agent.remember_setup(closing trade.fill)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into agent.setup (
        account_id, fill_id, instrument_id, symbol, direction, snapshot_id, features,
        opened_at, closed_at, realised, return_fraction
    )
    with ran as (
        select
            f.order_id, f.revision,
            case f.side when 'buy' then f.quantity else -f.quantity end as signed,
            sum(case f.side when 'buy' then f.quantity else -f.quantity end) over (
                order by f.revision
            ) as held
        from trade.fill as f
        where
            f.tenant_id = closing.tenant_id and f.account_id = closing.account_id
            and f.instrument_id = closing.instrument_id
            and f.revision < closing.revision
    ),

    opening as (
        select o.placed_at from ran
        inner join trade.orders as o
            on o.tenant_id = closing.tenant_id and o.order_id = ran.order_id
        where sign(ran.held) <> 0 and sign(ran.held) <> sign(ran.held - ran.signed)
        order by ran.revision desc limit 1
    )

    select
        closing.account_id, closing.fill_id, closing.instrument_id, closing.symbol,
        case closing.side when 'sell' then 1 else -1 end, s.snapshot_id, s.features,
        opening.placed_at, closing.filled_at, closing.realised,
        closing.realised / closing.closed_cost
    from opening
    cross join lateral (
        select k.snapshot_id, k.features from market.snapshot_known as k
        where
            k.instrument_id = closing.instrument_id and k.bar_interval = '1d'
            and k.known_at <= opening.placed_at and k.known_until > opening.placed_at
        order by k.ts desc limit 1
    ) as s
    where s.features is not null and closing.closed_cost > 0
    on conflict do nothing;
end
$$;
comment on function agent.remember_setup(trade.fill) is
'Writes down the state in which the position was opened that a fill closed, and what '
'it brought; nothing without a snapshot of then.';

create or replace function agent.similar_setups(
    snapshot_id bigint, as_of timestamptz, direction integer default 1,
    min_similarity double precision default 0.7, k integer default 20
)
returns jsonb
-- PL/pgSQL keeps the plan; a SQL function would make it at every call.
language plpgsql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return (
        with nearest as (
            select t.*, 1 - (t.features operator(public.<=>) s.features) as similarity
            from market.snapshot_known as s
            cross join lateral (
                select p.* from agent.setup as p
                where
                    p.tenant_id = public.current_tenant()
                    and p.direction = similar_setups.direction
                    and p.closed_at <= similar_setups.as_of
                order by p.features operator(public.<=>) s.features
                limit similar_setups.k
            ) as t
            where
                s.snapshot_id = similar_setups.snapshot_id
                and s.known_at <= similar_setups.as_of
                and s.known_until > similar_setups.as_of and s.features is not null
        ),

        alike as (
            select nearest.* from nearest
            where nearest.similarity >= similar_setups.min_similarity
        )

        select jsonb_build_object(
            'n', count(*), 'failed', count(*) filter (where alike.realised < 0),
            'mean_return', avg(alike.return_fraction),
            'failures', coalesce((
                select jsonb_agg(
                    jsonb_build_object(
                        'symbol', f.symbol, 'opened_at', f.opened_at,
                        'closed_at', f.closed_at, 'similarity', f.similarity,
                        'return', f.return_fraction
                    ) order by f.similarity desc, f.fill_id
                )
                from (
                    select * from alike where alike.realised < 0
                    order by alike.similarity desc, alike.fill_id limit 5
                ) as f
            ), '[]')
        )
        from alike
    );
end
$$;
comment on function agent.similar_setups(
    bigint, timestamptz, integer, double precision, integer
) is
'The tenant''s closed trades that were opened in a state like a snapshot: how many, '
'how many failed, and the five nearest of these.';
