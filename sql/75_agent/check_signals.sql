-- What the limits say to the wishes of a cycle, each as if it were placed alone, before
-- any model is asked about them: judged as the orders will be, for the strategy and by
-- the bounds of whoever asked for the cycle.
--
-- Example: agent.check_signals(
--     7, '[{"symbol": "AAPL", "side": "buy", "quantity": 1000}]')
--   -> f | POSITION_LIMIT | AAPL would be 156.5 % ... | 127 | 156.49 | 127, or null

create or replace function agent.check_signals(cycle_id bigint, signals jsonb)
returns table (
    allowed boolean, reason_code text, reason text, max_quantity numeric, price numeric,
    clamped_quantity numeric
)
language plpgsql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan -- see agent.market_view
as $$
#variable_conflict use_column
declare
    cycle agent.cycle;
begin
    select * into cycle from agent.cycle as c
    where c.tenant_id = public.current_tenant() and c.cycle_id = check_signals.cycle_id;
    if not found then
        raise exception using
            errcode = 'BW402',
            message = format('there is no cycle %s', check_signals.cycle_id);
    end if;
    return query
    select
        judged.reason_code is null, judged.reason_code, judged.reason,
        judged.max_quantity, judged.price, cut.quantity
    from rows from (
        jsonb_to_recordset(check_signals.signals) as (
            symbol text, side text, quantity numeric
        )
    ) with ordinality as wish (symbol, side, quantity, place)
    inner join market.instrument as i on wish.symbol = i.symbol
    cross join lateral risk._assess(
        cycle.account_id, i.instrument_id, wish.side, wish.quantity, null, null,
        cycle.strategy_id, cycle.as_of, cycle.created_by
    ) as judged
    left join lateral (
        select min(c.after) as quantity
        from unnest(risk._clamps(
            cycle.account_id, i.instrument_id, wish.side, wish.quantity, null, null,
            cycle.strategy_id, cycle.as_of, cycle.created_by
        )) as c
        where judged.reason_code is not null
    ) as cut on true
    order by wish.place;
end
$$;
comment on function agent.check_signals(bigint, jsonb) is
'What the limits say to each wish of a cycle, in the same order, and what of it they '
'leave where the setting on_limit is clamp.';
