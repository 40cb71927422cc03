-- Brackets that the broker keeps: its legs are rows of ours as soon as it names them,
-- with its ids, so that their fills are booked like any other and nobody sells twice.
-- They are named before a fill of the entry is booked (record_legs), or by a
-- reconciliation. What the broker lets go is protected again by a stop of the desk's
-- own: an entry that ended half filled, whose legs never came to life, and legs that
-- ended with the day.
--
-- Example: select trade.record_legs(9, '[{"client_order_id": "7d..", "broker_order_id":
--     "61..", "side": "sell", "quantity": "10", "type": "stop", "stop_price": "150",
--     "time_in_force": "gtc", "status": "accepted"}]') -> 1

create or replace function trade._record_leg(entry trade.orders, said jsonb)
returns trade.orders
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    wanted trade.orders;
    placed trade.orders;
begin
    wanted.tenant_id := entry.tenant_id;
    wanted.account_id := entry.account_id;
    wanted.instrument_id := entry.instrument_id;
    wanted.symbol := entry.symbol;
    wanted.side := said ->> 'side';
    wanted.quantity := (said ->> 'quantity')::numeric;
    wanted.type := said ->> 'type';
    wanted.limit_price := (said ->> 'limit_price')::numeric;
    wanted.stop_price := (said ->> 'stop_price')::numeric;
    wanted.time_in_force := said ->> 'time_in_force';
    wanted.leg := case wanted.type when 'limit' then 1 else 2 end;
    -- One of each kind is the decision's; what stands in the place of one is not.
    wanted.decision_id := (
        select entry.decision_id where not exists (
            select from trade.orders as o
            where o.tenant_id = entry.tenant_id and o.decision_id = entry.decision_id
            and o.leg = wanted.leg
        )
    );
    wanted.strategy_id := entry.strategy_id;
    wanted.origin := 'leg';
    wanted.oco := entry.order_id;
    wanted.client_order_id := said ->> 'client_order_id';
    wanted.broker_order_id := said ->> 'broker_order_id';
    wanted.status := 'acked';
    wanted.placed_at := clock_timestamp();
    wanted.placed_by := entry.placed_by;
    placed := trade._insert_order(wanted);
    perform agent.record_event(
        'LegPlaced', placed.symbol,
        jsonb_build_object(
            'order_id', placed.order_id, 'entry', entry.order_id, 'type', placed.type,
            'side', placed.side, 'quantity', placed.quantity,
            'broker_order_id', placed.broker_order_id
        ),
        trade._cycle_of(entry)
    );
    return placed;
end
$$;
comment on function trade._record_leg(trade.orders, jsonb)
    is 'Takes a leg into the books that the broker made of a bracket.';

create or replace function trade.record_legs(order_id bigint, legs jsonb)
returns integer
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    entry trade.orders;
    said jsonb;
    added integer := 0;
begin
    if jsonb_typeof(record_legs.legs) is distinct from 'array' then
        raise exception using
            errcode = 'BW120', message = 'legs come as an array';
    end if;
    entry := trade._order_of_locked_account(record_legs.order_id);
    if not exists (
        select from trade.bracket as b
        where b.tenant_id = entry.tenant_id and b.order_id = entry.order_id
        and b.is_native
    ) then
        raise exception using
            errcode = 'BW130',
            message = format('order %s is no bracket of its broker', entry.order_id);
    end if;
    for said in select l.value from jsonb_array_elements(record_legs.legs) as l loop
        continue when exists (
            select from trade.orders as o
            where o.tenant_id = entry.tenant_id and o.account_id = entry.account_id
            and (
                o.client_order_id = said ->> 'client_order_id'
                or o.broker_order_id = said ->> 'broker_order_id'
            )
        );
        perform trade._record_leg(entry, said);
        added := added + 1;
    end loop;
    update trade.bracket as b set status = 'placed'
    where b.tenant_id = entry.tenant_id and b.order_id = entry.order_id
    and b.status = 'waiting';
    perform trade._settle_legs(entry.order_id);
    return added;
end
$$;
comment on function trade.record_legs(bigint, jsonb) is
'Takes the legs into the books that a broker names of a bracket; returns how many were '
'new.';

create or replace function trade._settle_legs(entry_id bigint)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    entry trade.orders;
    wanted trade.bracket;
    own_id text;
    rest numeric;
begin
    select * into strict entry from trade.orders as o
    where o.tenant_id = public.current_tenant() and o.order_id = entry_id;
    if entry.status not in ('filled', 'canceled', 'rejected', 'expired') then
        return;
    end if;
    select * into strict wanted from trade.bracket as b
    where b.tenant_id = entry.tenant_id and b.order_id = entry_id for update;
    if entry.filled_quantity = 0 then
        update trade.bracket as b set status = 'void'
        where b.tenant_id = entry.tenant_id and b.order_id = entry_id;
        return;
    end if;
    own_id := format('bw-%s-b-%s-loss', entry.tenant_id, entry_id);
    -- The profit is for the exit plan, as wherever one order only can stand.
    if wanted.status = 'waiting' or wanted.stop_loss is null or exists (
        select from trade.orders as o
        where o.tenant_id = entry.tenant_id and (
            (
                o.account_id = entry.account_id and o.oco = entry_id
                -- One still stands, or was taken out by us.
                and (
                    o.status in ('ready', 'submitting', 'unknown', 'acked', 'partial')
                    or o.cancel_requested_at is not null
                )
            ) or o.client_order_id = own_id
        )
    ) then
        return;
    end if;
    -- What somebody took out at the broker by hand stays out.
    if entry.status = 'filled' and exists (
        select from trade.orders as o
        where o.tenant_id = entry.tenant_id and o.account_id = entry.account_id
        and o.oco = entry_id
    ) and not exists (
        select from trade.orders as o
        where o.tenant_id = entry.tenant_id and o.account_id = entry.account_id
        and o.oco = entry_id and o.status = 'expired'
    ) then
        return;
    end if;
    select least(
        entry.filled_quantity - coalesce(sum(o.filled_quantity), 0),
        coalesce((
            select case entry.side when 'buy' then p.quantity else -p.quantity end
            from trade.position as p
            where p.tenant_id = entry.tenant_id and p.account_id = entry.account_id
            and p.instrument_id = entry.instrument_id
        ), 0)
    ) into rest
    from trade.orders as o
    where o.tenant_id = entry.tenant_id and o.account_id = entry.account_id
    and o.oco = entry_id;
    if rest <= 0 then
        return;
    end if;
    perform trade.place_order(
        entry.account_id, entry.symbol,
        case entry.side when 'buy' then 'sell' else 'buy' end, rest, 'stop', null,
        wanted.stop_loss, 'gtc', client_order_id => own_id, oco => entry_id
    );
end
$$;
comment on function trade._settle_legs(bigint) is
'After each change of a bracket that the broker keeps: void, or a stop of the desk''s '
'own where none of its legs is left to protect what was bought.';

-- What an order needs beyond its row to be sent.
create or replace function trade.submit_terms(order_id bigint)
returns table (
    take_profit numeric, stop_loss numeric, replaces_broker_order_id text,
    entry_id bigint, entry_client_order_id text, legs_are_named boolean
)
language sql stable
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
    select
        case when o.oco is null then b.take_profit end,
        case when o.oco is null then b.stop_loss end,
        case when b.order_id is not null then r.broker_order_id end,
        e.order_id, e.client_order_id, b.status <> 'waiting'
    from trade.orders as o
    left join trade.bracket as b
        on o.tenant_id = b.tenant_id and b.order_id = coalesce(o.oco, o.order_id)
        and b.is_native
    left join trade.orders as e
        on b.tenant_id = e.tenant_id and b.order_id = e.order_id
    left join trade.orders as r
        on o.tenant_id = r.tenant_id and o.replaces = r.order_id
    where o.tenant_id = public.current_tenant() and o.order_id = submit_terms.order_id
$$;
comment on function trade.submit_terms(bigint) is
'What goes out with an order: the prices of its legs, or which leg it stands in the '
'place of; and the entry of the bracket that it belongs to, if its broker keeps that.';
