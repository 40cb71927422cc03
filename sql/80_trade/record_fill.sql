-- A fill, its ledger entries, the position, the cash and the order, in one transaction;
-- the same fill a second time changes nothing.
--
-- Example: trade.record_fill(9, 'paper-1-x-1', 10, 159.2, 0.8, '2018-02-06 14:30Z')
--   -> t, and f when it is known

create or replace function trade.record_fill(
    order_id bigint,
    broker_fill_id text,
    quantity numeric,
    price numeric,
    fee numeric,
    filled_at timestamptz
)
returns boolean
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    tenant constant integer := public.current_tenant();
    ordered trade.orders;
    account trade.account;
    known trade.fill;
    position trade.position;
    before trade.book;
    after trade.book;
    cash_change numeric;
    booked bigint;
    filled numeric;
    breaker risk.breaker;
    share numeric;
begin
    select * into ordered from trade.orders as o
    where o.tenant_id = tenant and o.order_id = record_fill.order_id;
    if not found then
        raise exception using
            errcode = 'BW124',
            message = format('there is no order %s', record_fill.order_id);
    end if;
    -- The account first, as for a new order, so that nobody waits for each other.
    update trade.account as a set revision = a.revision + 1
    where a.tenant_id = tenant and a.account_id = ordered.account_id
    returning a.* into strict account;
    select * into strict ordered from trade.orders as o
    where o.tenant_id = tenant and o.order_id = record_fill.order_id
    for update;

    select * into known from trade.fill as f
    where f.tenant_id = tenant and f.broker = account.broker
    and f.broker_fill_id = record_fill.broker_fill_id;
    if found then
        if (known.order_id, known.quantity, known.price) is distinct from
            (record_fill.order_id, record_fill.quantity, record_fill.price)
        then
            raise exception using
                errcode = 'BW132',
                message = format(
                    'fill %s is already booked otherwise', record_fill.broker_fill_id
                ),
                detail = format(
                    'Order %s, %s at %s.', known.order_id, known.quantity, known.price
                );
        end if;
        return false;
    end if;
    if ordered.status in ('refused', 'ready') then
        raise exception using
            errcode = 'BW134',
            message = format(
                'a fill for order %s, which was never sent', ordered.order_id
            );
    end if;
    filled := ordered.filled_quantity + record_fill.quantity;
    if filled > ordered.quantity then
        raise exception using
            errcode = 'BW133',
            message = format(
                '%s filled of the %s of order %s', filled, ordered.quantity,
                ordered.order_id
            );
    end if;

    select * into position from trade.position as p
    where
        p.tenant_id = tenant and p.account_id = ordered.account_id
        and p.instrument_id = ordered.instrument_id;
    before.quantity := position.quantity;
    before.cost := position.cost;
    before.realised := position.realised;
    before.fees := position.fees;
    after := trade._book_fill(
        before, ordered.side, record_fill.quantity, record_fill.price,
        coalesce(record_fill.fee, 0)
    );
    cash_change := after.fill_realised - (after.cost - coalesce(before.cost, 0));

    insert into trade.fill (
        order_id, account_id, instrument_id, symbol, side, quantity, price, fee, broker,
        broker_fill_id, filled_at, revision, closed_quantity, closed_cost, realised
    ) values (
        ordered.order_id, ordered.account_id, ordered.instrument_id, ordered.symbol,
        ordered.side,
        record_fill.quantity, record_fill.price, coalesce(record_fill.fee, 0),
        account.broker,
        record_fill.broker_fill_id, record_fill.filled_at, account.revision,
        after.closed_quantity,
        after.closed_cost, after.fill_realised
    )
    returning fill_id into booked;

    insert into trade.ledger_entry (
        account_id, fill_id, ledger, instrument_id, amount, at
    )
    select ordered.account_id, booked, entry.ledger, ordered.instrument_id,
        entry.amount, record_fill.filled_at
    from (values
        ('cash', cash_change),
        ('position', after.cost - coalesce(before.cost, 0)),
        ('realised', -after.fill_realised)
    ) as entry (ledger, amount)
    where entry.ledger <> 'realised' or after.closed_quantity > 0;

    insert into trade.position (
        account_id, instrument_id, symbol, quantity, cost, realised, fees
    )
    values (
        ordered.account_id, ordered.instrument_id, ordered.symbol, after.quantity,
        after.cost,
        after.realised, after.fees
    )
    on conflict (tenant_id, account_id, instrument_id) do update
        set
            quantity = excluded.quantity, cost = excluded.cost,
            realised = excluded.realised,
            fees = excluded.fees, updated_at = clock_timestamp();
    update trade.account as a set cash = a.cash + cash_change
    where a.tenant_id = tenant and a.account_id = ordered.account_id;

    -- A fill proves that the order had arrived; a final order stays final, but is more
    -- filled.
    update trade.orders as o
    set
        filled_quantity = filled,
        average_fill_price = (
            coalesce(o.average_fill_price,
                0) * o.filled_quantity + record_fill.price * record_fill.quantity
        ) / filled,
        status = case
            when o.status in ('canceled', 'rejected', 'expired') then o.status
            when filled = o.quantity then 'filled'
            else 'partial'
        end
    where o.tenant_id = tenant and o.order_id = ordered.order_id;

    perform trade._settle_group(ordered.order_id);
    perform trade._plan_exit(
        ordered, before.quantity, after.quantity, record_fill.price,
        record_fill.filled_at
    );
    perform agent.record_event(
        'TradeExecuted', ordered.symbol,
        jsonb_build_object(
            'order_id', ordered.order_id, 'fill_id', booked, 'side', ordered.side,
            'quantity', record_fill.quantity, 'price', record_fill.price,
            'fee', coalesce(record_fill.fee, 0),
            'filled_at', record_fill.filled_at, 'realised', after.fill_realised
        ),
        (
            select d.cycle_id from agent.decision as d
            where d.tenant_id = tenant and d.decision_id = ordered.decision_id
        )
    );
    breaker := risk.evaluate_breaker(ordered.account_id, record_fill.filled_at);
    share := record_fill.quantity * record_fill.price
    / nullif(breaker.units * breaker.value, 0);
    if share >= tenant.number_setting('alert_position_fraction') then
        perform ops.raise_alert(
            'position',
            jsonb_build_object(
                'symbol', ordered.symbol, 'side', ordered.side,
                'quantity', trim_scale(record_fill.quantity),
                'price', trim_scale(record_fill.price), 'share', risk._percent(share, 1)
            ), format('%s %s', ordered.account_id, ordered.symbol)
        );
    end if;
    return true;
end
$$;
comment on function trade.record_fill(
    bigint, text, numeric, numeric, numeric, timestamptz
) is
'Books a fill with its balanced ledger entries; false when it was booked before.';
