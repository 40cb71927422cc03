-- The states of an order (reference/queue-and-orders.md, section 7). What was ordered
-- never changes; a final state is final; nothing goes out while trading is halted.

create or replace function trade.check_order_change()
returns trigger
language plpgsql
security definer -- reads the trading state whoever updates
set search_path = pg_catalog, pg_temp
as $$
declare
    allowed constant jsonb := jsonb '{
        "ready":      ["submitting", "canceled", "expired"],
        "submitting": ["unknown", "acked", "partial", "filled", "rejected", "canceled"],
        "unknown":    ["acked", "partial", "filled", "rejected", "canceled", "expired"],
        "acked":      ["partial", "filled", "rejected", "canceled", "expired"],
        "partial":    ["filled", "canceled", "expired"]
    }';
begin
    if (
        new.tenant_id, new.order_id, new.account_id, new.instrument_id, new.symbol,
        new.side,
        new.quantity, new.type, new.limit_price, new.stop_price, new.time_in_force,
        new.decision_id, new.leg, new.strategy_id, new.client_order_id, new.placed_at,
        new.reference_price, new.created_at, new.origin, new.oco, new.replaces,
        new.placed_by
    ) is distinct from (
        old.tenant_id, old.order_id, old.account_id, old.instrument_id, old.symbol,
        old.side,
        old.quantity, old.type, old.limit_price, old.stop_price, old.time_in_force,
        old.decision_id, old.leg, old.strategy_id, old.client_order_id, old.placed_at,
        old.reference_price, old.created_at, old.origin, old.oco, old.replaces,
        old.placed_by
    ) then
        raise exception using
            errcode = 'BW131',
            message = format('what order %s orders cannot be changed', old.order_id),
            hint = 'Cancel it and place another.';
    end if;
    if new.filled_quantity < old.filled_quantity or new.attempt < old.attempt then
        raise exception using
            errcode = 'BW131',
            message = format(
                'order %s cannot be less filled or less tried than it was', old.order_id
            );
    end if;
    if new.status <> old.status then
        if not coalesce(allowed -> old.status ? new.status, false) then
            raise exception using
                errcode = 'BW130',
                message = format(
                    'order %s cannot go from %s to %s', old.order_id, old.status,
                    new.status
                );
        end if;
        if (new.status = 'filled') <> (new.filled_quantity = new.quantity)
            or (new.status = 'partial' and new.filled_quantity = 0)
        then
            raise exception using
                errcode = 'BW130',
                message = format(
                    'order %s cannot be %s with %s of %s filled', old.order_id,
                    new.status,
                    new.filled_quantity, new.quantity
                );
        end if;
        if new.status = 'submitting' then
            perform risk._hold_trading();
        end if;
        if new.status = 'submitting' and exists (
            select from risk.trading_state(
                new.symbol, new.strategy_id, new.account_id
            ) as t
            where t.state = 'HALTED'
        ) then
            raise exception using
                errcode = 'BW101',
                message = format(
                    'order %s cannot be sent: trading is halted', old.order_id
                );
        end if;
    end if;
    new.updated_at := clock_timestamp();
    return new;
end
$$;
comment on function trade.check_order_change() is
'Trigger function: the states an order may take, and what never changes.';

create or replace trigger _100_states before update on trade.orders
for each row execute function trade.check_order_change();
