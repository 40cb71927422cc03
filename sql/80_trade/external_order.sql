-- Orders as a broker tells of them (form in reconcile.sql), and ours that they are.

-- An order that only the broker knows.
create or replace function trade._external_order(account_id bigint, said jsonb)
returns trade.orders
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    wanted trade.orders;
    placed trade.orders;
    instrument market.instrument;
begin
    select * into instrument from market.instrument as i
    where i.symbol = said ->> 'symbol';
    if not found then
        raise exception using
            errcode = 'BW135',
            message = format(
                'the broker has an order of %s, which is no instrument here',
                coalesce(said ->> 'symbol', 'nothing')
            );
    end if;
    wanted.tenant_id := public.current_tenant();
    wanted.account_id := _external_order.account_id;
    wanted.instrument_id := instrument.instrument_id;
    wanted.symbol := instrument.symbol;
    wanted.side := said ->> 'side';
    wanted.quantity := (said ->> 'quantity')::numeric;
    -- Kinds of orders that we do not place are kept as what they do at the end.
    wanted.limit_price := case when said ->> 'type' in ('limit', 'stop_limit')
        then (said ->> 'limit_price')::numeric end;
    wanted.stop_price := case when said ->> 'type' in ('stop', 'stop_limit')
        then (said ->> 'stop_price')::numeric end;
    wanted.type := case
        when num_nulls(wanted.limit_price, wanted.stop_price) = 0 then 'stop_limit'
        when wanted.limit_price is not null then 'limit'
        when wanted.stop_price is not null then 'stop' else 'market' end;
    wanted.time_in_force := case
        when said ->> 'time_in_force' in ('day', 'gtc', 'ioc', 'fok')
            then said ->> 'time_in_force' else 'gtc' end;
    wanted.leg := 0;
    wanted.origin := 'external';
    -- Another program's id may be anything.
    wanted.client_order_id := coalesce(
        substring(said ->> 'client_order_id', '^[A-Za-z0-9._:-]{1,128}$'),
        'external-' || regexp_replace(
            said ->> 'broker_order_id', '[^A-Za-z0-9._:-]', '_', 'g'
        )
    );
    wanted.broker_order_id := said ->> 'broker_order_id';
    wanted.status := 'acked';
    wanted.placed_at := coalesce(
        (said ->> 'submitted_at')::timestamptz, (said ->> 'filled_at')::timestamptz,
        clock_timestamp()
    );
    wanted.placed_by := 'broker';
    placed := trade._insert_order(wanted);
    perform agent.record_event(
        'ExternalOrder', placed.symbol,
        jsonb_build_object(
            'order_id', placed.order_id, 'account_id', placed.account_id,
            'broker_order_id', placed.broker_order_id, 'side', placed.side,
            'quantity', placed.quantity
        )
    );
    return placed;
end
$$;
comment on function trade._external_order(bigint, jsonb)
    is 'Takes an order into the books that only the broker knows.';

create or replace function trade._known_order(account_id bigint, said jsonb)
returns trade.orders
language sql stable
begin atomic
    select o.* from trade.orders as o
    where
        o.tenant_id = public.current_tenant()
        and o.account_id = _known_order.account_id
        and (
            o.client_order_id = said ->> 'client_order_id'
            or o.broker_order_id = said ->> 'broker_order_id'
            or o.client_order_id = 'external-' || (said ->> 'broker_order_id')
        )
    order by (o.client_order_id = said ->> 'client_order_id') desc nulls last
    limit 1;
end;
comment on function trade._known_order(bigint, jsonb)
    is 'Our row of an order or a fill that the broker names.';
