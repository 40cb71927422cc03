-- One order row; the trigger of the table does the judging.
create or replace function trade._insert_order(wanted trade.orders)
returns trade.orders
language sql
begin atomic
    insert into trade.orders (
        tenant_id, account_id, instrument_id, symbol, side, quantity, type, limit_price,
        stop_price,
        time_in_force, decision_id, leg, strategy_id, client_order_id, status,
        reason_code, reason,
        placed_at, placed_by, origin, oco, replaces, broker_order_id
    ) values (
        wanted.tenant_id, wanted.account_id, wanted.instrument_id, wanted.symbol,
        wanted.side,
        wanted.quantity, wanted.type, wanted.limit_price, wanted.stop_price,
        wanted.time_in_force,
        wanted.decision_id, wanted.leg, wanted.strategy_id, wanted.client_order_id,
        wanted.status,
        wanted.reason_code, wanted.reason, wanted.placed_at,
        wanted.placed_by, coalesce(wanted.origin, 'desk'), wanted.oco, wanted.replaces,
        wanted.broker_order_id
    )
    returning *;
end;
comment on function trade._insert_order(trade.orders)
    is 'Inserts an order row and returns it.';
