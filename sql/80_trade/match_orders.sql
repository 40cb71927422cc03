-- Books what the paper broker has done with an account's open orders.
--
-- Example: select trade.match_orders(1) -> 2 (fills booked)

create or replace function trade.match_orders(account_id bigint)
returns integer
language plpgsql
security definer -- callers have no rights on the tables
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    fill record;
    booked integer := 0;
begin
    if not exists (
        select from trade.account as a
        where
            a.tenant_id = public.current_tenant()
            and a.account_id = match_orders.account_id
            and a.broker = 'paper'
    ) then
        raise exception using
            errcode = 'BW123',
            message = format('there is no paper account %s', match_orders.account_id),
            hint = 'See api.accounts.';
    end if;
    perform trade.watch_exits(match_orders.account_id);
    -- In the order of time, so that what is sold second was held first.
    for fill in
        select o.order_id, f.* from trade.open_orders(match_orders.account_id) as o
        cross join lateral trade.paper_fills(o.account_id, o.client_order_id) as f
        where o.status in ('submitting', 'unknown', 'acked', 'partial')
        order by f.filled_at, o.order_id
    loop
        if trade.record_fill(
            fill.order_id, fill.broker_fill_id, fill.quantity, fill.price, fill.fee,
            fill.filled_at
        ) then
            booked := booked + 1;
        end if;
    end loop;
    perform trade.record_close(
        o.order_id, known.status,
        case known.status
            when 'expired' then 'the session passed without a fill'
            else 'another order of its group was filled, or it was canceled'
        end
    )
    from trade.open_orders(match_orders.account_id) as o
    cross join lateral (
        select trade.paper_order(o.account_id, o.client_order_id) ->> 'status' as status
    ) as known
    where o.status in ('acked', 'partial') and known.status in ('expired', 'canceled');
    return booked;
end
$$;
comment on function trade.match_orders(bigint) is
'Lets the paper broker look at the bars and books its fills and expiries; returns how '
'many fills were new.';
