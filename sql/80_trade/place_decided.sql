-- The order of a decision. Where the account's broker keeps exits, what the decision
-- says of stop and target goes out with the order, as a bracket: they hold while nobody
-- here looks. Elsewhere the exit plan watches them (see exit_plan.sql).
--
-- Example: select order_id from trade.place_decided(decision, 1, 10)
--   -> 12; trade.bracket has its stop and target if the account is at Alpaca

create or replace function trade.place_decided(
    decided agent.decision,
    account_id bigint,
    quantity numeric,
    limit_price numeric default null,
    as_of timestamptz default null
)
returns trade.orders
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    direction constant integer := case decided.side when 'buy' then 1 else -1 end;
    entry trade.orders;
    price numeric;
    held numeric;
    target numeric;
    stop numeric;
begin
    entry.tenant_id := public.current_tenant();
    entry.account_id := place_decided.account_id;
    entry.quantity := place_decided.quantity;
    entry.time_in_force := 'day';
    select i.instrument_id, coalesce(place_decided.limit_price, q.price)
    into entry.instrument_id, price
    from market.instrument as i
    left join lateral risk.last_close(i.instrument_id, clock_timestamp()) as q on true
    where i.symbol = decided.symbol;
    if trade._exits_by(entry) = 'broker' then
        select p.quantity into held from trade.position as p
        where p.tenant_id = entry.tenant_id and p.account_id = entry.account_id
        and p.instrument_id = entry.instrument_id;
        -- What closes a position has no exits.
        if coalesce(held, 0) * direction >= 0 then
            stop := trade._exit_price(
                decided.exit_plan ->> 'stop', price, direction < 0
            );
            target := trade._exit_price(
                decided.exit_plan ->> 'target', price, direction > 0
            );
        end if;
    end if;
    if num_nonnulls(stop, target) > 0 then
        return trade.place_bracket(
            entry.account_id, decided.symbol, decided.side, entry.quantity, target,
            stop, place_decided.limit_price, decision_id => decided.decision_id
        );
    end if;
    return trade.place_order(
        entry.account_id, decided.symbol, decided.side, entry.quantity,
        case when place_decided.limit_price is null then 'market' else 'limit' end,
        place_decided.limit_price, decision_id => decided.decision_id,
        as_of => place_decided.as_of
    );
end
$$;
comment on function trade.place_decided(
    agent.decision, bigint, numeric, numeric, timestamptz
) is
'Places the order of a decision, with its stop and target where the broker keeps them.';
