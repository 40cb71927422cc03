-- An order row that is ready -> submit_order; an order at its broker -> match_orders,
-- now and whenever bars of its instrument come, until it is final.

create or replace function trade.on_order_ready()
returns trigger
language plpgsql
security definer -- whoever places an order has no rights on the queue
set search_path = pg_catalog, pg_temp
as $$
begin
    perform work.enqueue(
        'submit_order', jsonb_build_object('order_id', new.order_id), new.tenant_id, 10,
        dedup_key => format('order %s', new.order_id)
    );
    return null;
end
$$;
comment on function trade.on_order_ready()
    is 'Trigger function: enqueues submit_order for a new order.';

create or replace trigger _500_order_ready after insert on trade.orders
for each row when (new.status = 'ready') execute function trade.on_order_ready();

create or replace function trade.on_order_moved()
returns trigger
language plpgsql
security definer -- whoever moves an order has no rights on the queue
set search_path = pg_catalog, pg_temp
as $$
begin
    if new.status in ('acked', 'partial') then
        insert into work.waiting_order (tenant_id, order_id, account_id, instrument_id)
        values (new.tenant_id, new.order_id, new.account_id, new.instrument_id)
        on conflict (tenant_id, order_id) do nothing;
        if new.status = 'acked' then
            perform work.enqueue(
                'match_orders', jsonb_build_object('account_id', new.account_id),
                new.tenant_id, 20,
                dedup_key => format('account %s', new.account_id)
            );
        end if;
    else
        delete from work.waiting_order as w
        where w.tenant_id = new.tenant_id and w.order_id = new.order_id;
    end if;
    return null;
end
$$;
comment on function trade.on_order_moved() is
'Trigger function: keeps work.waiting_order and lets the broker look at a new order at '
'once.';

create or replace trigger _500_order_moved after update on trade.orders
for each row when (new.status <> old.status) execute function trade.on_order_moved();
