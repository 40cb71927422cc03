-- Sending an order, exactly once in effect. The caller commits between the two
-- functions and holds no transaction while it talks to the broker:
--     begin_submit  -> row 'submitting': send it; row 'unknown': an earlier try may
--                      have arrived, ask by client_order_id before sending again (and
--                      only ask, when its reason_code is TRADING_HALTED); null: nothing
--                      to do
--     record_submit <- acked | rejected | unknown

-- The cycle that an order comes from: its events are links of that chain.
create or replace function trade._cycle_of(placed trade.orders)
returns bigint
language sql stable
begin atomic
    select d.cycle_id from agent.decision as d
    where d.tenant_id = placed.tenant_id and d.decision_id = placed.decision_id;
end;
comment on function trade._cycle_of(trade.orders)
    is 'The cycle whose decision an order carries out, or null.';

create or replace function trade._locked_order(order_id bigint)
returns trade.orders
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known trade.orders;
begin
    select * into known from trade.orders as o
    where o.tenant_id = public.current_tenant()
    and o.order_id = _locked_order.order_id
    for update;
    if not found then
        raise exception using
            errcode = 'BW124',
            message = format('there is no order %s', _locked_order.order_id);
    end if;
    return known;
end
$$;
comment on function trade._locked_order(bigint)
    is 'An order that nobody else changes until the transaction ends.';

create or replace function trade.begin_submit(order_id bigint)
returns trade.orders
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    wanted trade.orders;
    trading record;
begin
    wanted := trade._locked_order(begin_submit.order_id);
    perform risk._hold_trading();
    select * into trading from risk.trading_state(
        wanted.symbol, wanted.strategy_id, wanted.account_id
    );

    if wanted.status = 'ready' and (
        trading.state = 'HALTED' or (trading.state = 'REDUCING' and not exists (
            select from trade.position as p
            where
                p.tenant_id = wanted.tenant_id and p.account_id = wanted.account_id
                and p.instrument_id = wanted.instrument_id
                and case wanted.side when 'buy' then -p.quantity
                    else p.quantity end >= wanted.quantity
        ))
    ) then
        update trade.orders as o
        set
            status = 'canceled', reason = trading.reason,
            reason_code = case trading.state when 'HALTED' then 'TRADING_HALTED'
            else 'TRADING_STATE_REDUCING' end
        where o.tenant_id = wanted.tenant_id and o.order_id = wanted.order_id
        returning o.* into wanted;
        perform agent.record_event(
            'OrderCanceled', wanted.symbol,
            jsonb_build_object(
                'order_id', wanted.order_id, 'reason_code', wanted.reason_code,
                'reason', wanted.reason
            ),
            trade._cycle_of(wanted)
        );
        return null;
    end if;

    if wanted.status = 'ready' then
        update trade.orders as o
        set status = 'submitting', attempt = o.attempt + 1, sent_at = clock_timestamp()
        where o.tenant_id = wanted.tenant_id and o.order_id = wanted.order_id
        returning o.* into wanted;
        return wanted;
    elsif wanted.status in ('submitting', 'unknown') then
        update trade.orders as o
        set
            status = 'unknown', attempt = o.attempt + 1,
            reason_code = case when trading.state = 'HALTED' then 'TRADING_HALTED' end,
            reason = case when trading.state = 'HALTED' then trading.reason end
        where o.tenant_id = wanted.tenant_id and o.order_id = wanted.order_id
        returning o.* into wanted;
        return wanted;
    end if;
    return null;
end
$$;
comment on function trade.begin_submit(bigint) is
'Takes up an order to be sent: submitting (send), unknown (ask first), or null '
'(nothing to do). Commit before the first byte.';

create or replace function trade.record_submit(
    order_id bigint, outcome text, broker_order_id text default null, reason text
        default null
)
returns trade.orders
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known trade.orders;
begin
    if record_submit.outcome is null
    or record_submit.outcome not in ('acked', 'rejected', 'unknown') then
        raise exception using
            errcode = 'BW130',
            message = format(
                'a submission ends as acked, rejected or unknown, not as %s', outcome
            );
    end if;
    known := trade._locked_order(record_submit.order_id);
    -- Late news about an order that has moved on changes nothing.
    if known.status not in ('submitting', 'unknown') then
        return known;
    end if;
    update trade.orders as o
    set
        status = record_submit.outcome,
        broker_order_id = coalesce(record_submit.broker_order_id, o.broker_order_id),
        reason_code = case when record_submit.outcome = 'rejected'
            then 'BROKER_REJECTED' end,
        reason = record_submit.reason
    where o.tenant_id = known.tenant_id and o.order_id = known.order_id
    returning o.* into known;
    perform agent.record_event(
        case known.status
            when 'acked' then 'OrderAcknowledged' when 'rejected' then 'OrderRejected'
                else 'OrderUnknown'
        end,
        known.symbol,
        jsonb_strip_nulls(jsonb_build_object(
            'order_id', known.order_id, 'broker_order_id', known.broker_order_id,
            'reason', known.reason
        )),
        trade._cycle_of(known)
    );
    if known.status = 'rejected' then
        perform trade._settle_group(known.order_id);
    end if;
    return known;
end
$$;
comment on function trade.record_submit(bigint, text, text, text) is
'What became of sending an order: acked, rejected or unknown; an order that has moved '
'on stays as it is.';

create or replace function trade.record_close(
    order_id bigint, status text, reason text default null
)
returns trade.orders
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    known trade.orders;
begin
    if record_close.status is null
    or record_close.status not in ('canceled', 'expired') then
        raise exception using
            errcode = 'BW130',
            message = format(
                'an order closes as canceled or expired, not as %s', record_close.status
            );
    end if;
    known := trade._locked_order(record_close.order_id);
    if known.status in ('refused', 'filled', 'canceled', 'rejected', 'expired') then
        return known;
    end if;
    update trade.orders as o set status = record_close.status,
        reason = record_close.reason
    where o.tenant_id = known.tenant_id and o.order_id = known.order_id
    returning o.* into known;
    perform agent.record_event(
        case known.status when 'expired' then 'OrderExpired' else 'OrderCanceled' end,
        known.symbol,
        jsonb_strip_nulls(
            jsonb_build_object('order_id', known.order_id, 'reason', known.reason)
        ),
        trade._cycle_of(known)
    );
    perform trade._settle_group(known.order_id);
    perform trade._place_replacement(known.order_id);
    return known;
end
$$;
comment on function trade.record_close(bigint, text, text) is
'The broker says that an order ended unfilled: canceled or expired; a final order '
'stays as it is.';

create or replace function trade.open_orders(account_id bigint)
returns setof trade.orders
language sql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    select o.* from trade.orders as o
    where
        o.tenant_id = public.current_tenant() and o.account_id = open_orders.account_id
        and o.status in ('ready', 'submitting', 'unknown', 'acked', 'partial')
    order by o.order_id
$$;
comment on function trade.open_orders(bigint)
    is 'Orders of an account that are not final.';
