-- Orders by hand, under the same limits as everybody's.
--
-- Example: select status, reason_code, reason
--          from api.place_order(1, 'AAPL', 'buy', 100000, dry_run => true);
--   -> refused | POSITION_LIMIT | AAPL would be ...

create or replace function api.place_order(
    account_id bigint,
    symbol text,
    side text,
    quantity numeric,
    type text default 'market',
    limit_price numeric default null,
    stop_price numeric default null,
    time_in_force text default 'day',
    client_order_id text default null,
    dry_run boolean default false,
    as_of timestamptz default null
)
returns trade.orders
language sql
security definer -- analysts have no rights on trade
set search_path = pg_catalog, pg_temp
as $$
    select trade.place_order(
        account_id, symbol, side, quantity, type, limit_price, stop_price,
        time_in_force,
        null, client_order_id, dry_run, as_of
    )
$$;
comment on function api.place_order(
    bigint, text, text, numeric, text, numeric, numeric, text, text, boolean,
    timestamptz
) is 'Places an order: ready to be sent, or refused with the code of the limit it '
    'breaks.';

create or replace function api.check_order(
    account_id bigint,
    symbol text,
    side text,
    quantity numeric,
    limit_price numeric default null,
    as_of timestamptz default null
)
returns table (
    allowed boolean, reason_code text, reason text, max_quantity numeric, price numeric
)
language sql stable
security definer -- analysts have no rights on risk
set search_path = pg_catalog, pg_temp
as $$ select * from risk.check_order(
    account_id, symbol, side, quantity, limit_price, as_of
) $$;
comment on function api.check_order(
    bigint, text, text, numeric, numeric, timestamptz
) is
'Whether an order would pass the limits, why not, and how much would.';
