-- Asking before ordering.
--
-- Example: risk.check_order(1, 'AAPL', 'buy', 1000, as_of => '2018-02-05')
--   -> f | POSITION_LIMIT | AAPL would be 156.5 % of equity ... | 127 | 156.49

-- Quantities and prices of orders: what a broker could take, and a page could show.
create or replace function risk._is_amount(amount numeric)
returns boolean
language sql immutable parallel safe
return amount >= 1e-12 and amount < 1e20 and pg_catalog.scale(amount) <= 100;
comment on function risk._is_amount(numeric) is
'Whether a number can be a quantity or a price of an order: from 1e-12 to below 1e20, '
'of a hundred decimals at most; null for null.';

create or replace function risk.check_order(
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
language plpgsql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    wanted market.instrument;
begin
    if check_order.side is null or check_order.side not in ('buy', 'sell')
        or not coalesce(risk._is_amount(check_order.quantity), false)
        or not coalesce(risk._is_amount(check_order.limit_price), true)
    then
        raise exception using
            errcode = 'BW120',
            message = 'an order needs a side (buy or sell) and a quantity above 0',
            hint = 'Quantity and limit price are from 1e-12 to below 1e20.';
    end if;
    select * into wanted from market.instrument as i
    where i.symbol = check_order.symbol;
    if not found then
        raise exception using
            errcode = 'BW121',
            message = format(
                'unknown symbol %s', coalesce(quote_literal(check_order.symbol), 'null')
            );
    end if;
    if not exists (
        select from trade.account as a
        where a.tenant_id = public.current_tenant()
        and a.account_id = check_order.account_id
    ) then
        raise exception using
            errcode = 'BW123',
            message = format('there is no account %s', check_order.account_id),
            hint = 'See api.accounts.';
    end if;
    return query
    select a.reason_code is null, a.reason_code, a.reason, a.max_quantity, a.price
    from risk._assess(
        check_order.account_id, wanted.instrument_id, check_order.side,
        check_order.quantity,
        check_order.limit_price, null, null, market.as_of(check_order.as_of)
    ) as a;
end
$$;
comment on function risk.check_order(
    bigint, text, text, numeric, numeric, timestamptz
) is
'Whether an order would pass the limits now, why not, how much would, and at what '
'price it is judged.';
