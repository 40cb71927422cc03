-- Orders that stand: taking them back, putting others in their place, brackets.
--
-- Example: select status from api.cancel_order(9, 'not wanted any more');
--          select order_id from api.replace_order(9, limit_price => 101);
--          select order_id from api.place_bracket(1, 'AAPL', 'buy', 10, 180, 150);

create or replace function api.cancel_order(
    order_id bigint, reason text default 'canceled by hand'
)
returns trade.orders
language sql
security definer -- analysts have no rights on trade
set search_path = pg_catalog, pg_temp
as $$ select trade.request_cancel(order_id, reason) $$;
comment on function api.cancel_order(bigint, text) is
'Asks to take an order out of the market; a final one stays as it is.';

create or replace function api.replace_order(
    order_id bigint,
    quantity numeric default null,
    limit_price numeric default null,
    stop_price numeric default null
)
returns trade.orders
language sql
security definer -- analysts have no rights on trade
set search_path = pg_catalog, pg_temp
as $$ select trade.replace_order(order_id, quantity, limit_price, stop_price) $$;
comment on function api.replace_order(bigint, numeric, numeric, numeric) is
'Puts an order of another size or price in the place of one; returns the new order, or '
'the old one while its broker has not said that it is out.';

create or replace function api.place_bracket(
    account_id bigint,
    symbol text,
    side text,
    quantity numeric,
    take_profit numeric default null,
    stop_loss numeric default null,
    limit_price numeric default null,
    time_in_force text default 'day',
    client_order_id text default null,
    as_of timestamptz default null
)
returns trade.orders
language sql
security definer -- analysts have no rights on trade
set search_path = pg_catalog, pg_temp
as $$
    select trade.place_bracket(
        account_id, symbol, side, quantity, take_profit, stop_loss, limit_price,
        time_in_force, null, client_order_id, as_of
    )
$$;
comment on function api.place_bracket(
    bigint, text, text, numeric, numeric, numeric, numeric, text, text, timestamptz
) is
'Places an entry whose profit and loss are ordered, too, as soon as it is done.';

create or replace view api.differences with (security_barrier) as
select
    d.difference_id,
    d.account_id,
    d.what,
    d.symbol,
    d.ours,
    d.theirs,
    d.reason,
    d.booked,
    d.at
from trade.difference as d
where d.tenant_id = current_tenant();
comment on view api.differences is
'What reconciliations found to differ from the broker, once each.';
