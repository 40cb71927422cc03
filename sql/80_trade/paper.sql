-- The paper broker: another party with its own book (see paper_match.sql for how it
-- fills).

create or replace function trade.paper_submit(
    account_id bigint,
    client_order_id text,
    symbol text,
    side text,
    quantity numeric,
    type text,
    limit_price numeric,
    stop_price numeric,
    time_in_force text,
    placed_at timestamptz
)
returns jsonb
language plpgsql
security definer -- the book is nobody's but the broker's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    instrument market.instrument;
    booked text;
begin
    select * into instrument from market.instrument as i
    where i.symbol = paper_submit.symbol;
    if not found or instrument.asset_class = 'index' then
        return jsonb_build_object(
            'status', 'rejected', 'reason', format('%s is not traded here', symbol)
        );
    end if;
    if not coalesce(
        paper_submit.quantity > 0 and paper_submit.quantity < 'infinity'
        and paper_submit.side in ('buy', 'sell')
        and paper_submit.type in ('market', 'limit', 'stop', 'stop_limit')
        and paper_submit.time_in_force in ('day', 'gtc', 'ioc', 'fok')
        and isfinite(paper_submit.placed_at)
        and (paper_submit.type in ('limit', 'stop_limit'))
        = (paper_submit.limit_price is not null)
        and (paper_submit.type in ('stop', 'stop_limit'))
        = (paper_submit.stop_price is not null), false
    ) then
        return jsonb_build_object('status', 'rejected', 'reason', 'malformed order');
    end if;
    if not exists (
        select from trade.account as a
        where a.tenant_id = public.current_tenant()
        and a.account_id = paper_submit.account_id and a.broker = 'paper'
    ) then
        return jsonb_build_object(
            'status', 'rejected', 'reason',
            format('account %s is not with the paper broker', paper_submit.account_id)
        );
    end if;
    insert into trade.paper_book (
        account_id, client_order_id, broker_order_id, instrument_id, symbol, side,
        quantity, type,
        limit_price, stop_price, time_in_force, placed_at, oco
    ) values (
        paper_submit.account_id, paper_submit.client_order_id,
        format('paper-%s-%s', paper_submit.account_id, paper_submit.client_order_id),
        instrument.instrument_id, paper_submit.symbol, paper_submit.side,
        paper_submit.quantity,
        paper_submit.type, paper_submit.limit_price, paper_submit.stop_price,
        paper_submit.time_in_force, paper_submit.placed_at,
        -- The legs of a group come one by one; which group is with the desk's order.
        (
            select o.oco from trade.orders as o
            where o.tenant_id = public.current_tenant()
            and o.account_id = paper_submit.account_id
            and o.client_order_id = paper_submit.client_order_id
        )
    )
    on conflict (tenant_id, account_id, client_order_id) do nothing
    returning broker_order_id into booked;
    if not found then
        return jsonb_build_object(
            'status', 'duplicate', 'reason', 'client_order_id must be unique',
            'broker_order_id', (
                select b.broker_order_id from trade.paper_book as b
                where
                    b.tenant_id = public.current_tenant()
                    and b.account_id = paper_submit.account_id
                    and b.client_order_id = paper_submit.client_order_id
            )
        );
    end if;
    return jsonb_build_object('status', 'accepted', 'broker_order_id', booked);
end
$$;
comment on function trade.paper_submit(
    bigint, text, text, text, numeric, text, numeric, numeric, text, timestamptz
) is 'The paper broker takes an order: accepted, rejected, or duplicate for a '
    'client_order_id that it knows.';

create or replace function trade.paper_fills(account_id bigint, client_order_id text)
returns table (
    broker_fill_id text, quantity numeric, price numeric, fee numeric,
    filled_at timestamptz
)
language plpgsql
security definer -- the book is nobody's but the broker's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    perform trade._paper_match_group(paper_fills.account_id, paper_fills.client_order_id);
    return query
    select f.broker_fill_id, f.quantity, f.price, f.fee, f.filled_at
    from trade.paper_fill as f
    where
        f.tenant_id = public.current_tenant() and f.account_id = paper_fills.account_id
        and f.client_order_id = paper_fills.client_order_id
    order by f.filled_at, length(f.broker_fill_id), f.broker_fill_id;
end
$$;
comment on function trade.paper_fills(bigint, text) is
'What the paper broker has executed of an order; it looks at the bars first.';

create or replace function trade.paper_cancel(
    account_id bigint, client_order_id text, at timestamptz default null
)
returns jsonb
language plpgsql
security definer -- the book is nobody's but the broker's
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    booked trade.paper_book;
begin
    perform trade._paper_match_group(
        paper_cancel.account_id, paper_cancel.client_order_id
    );
    update trade.paper_book as b
    set status = 'canceled', finished_at = coalesce(paper_cancel.at, clock_timestamp())
    where b.tenant_id = public.current_tenant()
    and b.account_id = paper_cancel.account_id
    and b.client_order_id = paper_cancel.client_order_id and b.status = 'accepted';
    if found then
        return jsonb_build_object('status', 'canceled');
    end if;
    select * into booked from trade.paper_book as b
    where b.tenant_id = public.current_tenant()
    and b.account_id = paper_cancel.account_id
    and b.client_order_id = paper_cancel.client_order_id;
    return case
        when booked.status is null then jsonb_build_object('status', 'not_found')
        when booked.status = 'canceled' then jsonb_build_object('status', 'canceled')
        else jsonb_build_object(
            'status', 'refused', 'reason', format('the order is %s', booked.status)
        )
    end;
end
$$;
comment on function trade.paper_cancel(bigint, text, timestamptz) is
'Takes an order out of the paper broker''s book: canceled, refused (it is over) or '
'not_found.';

create or replace function trade.paper_order(account_id bigint, client_order_id text)
returns jsonb
language sql stable
security definer -- the book is nobody's but the broker's
set search_path = pg_catalog, pg_temp
as $$
    select to_jsonb(b) - 'tenant_id' - 'instrument_id' || jsonb_build_object(
        'filled_quantity', (
            select coalesce(sum(f.quantity), 0) from trade.paper_fill as f
            where
                f.tenant_id = b.tenant_id and f.account_id = b.account_id
                and f.client_order_id = b.client_order_id
        )
    )
    from trade.paper_book as b
    where
        b.tenant_id = public.current_tenant() and b.account_id = paper_order.account_id
        and b.client_order_id = paper_order.client_order_id
$$;
comment on function trade.paper_order(bigint, text) is
'An order as the paper broker knows it (status accepted, filled, expired or canceled), or null.';

-- The whole book, in the form that trade.reconcile wants of any broker.
create or replace function trade.paper_state(account_id bigint)
returns jsonb
language sql stable
security definer -- the book is nobody's but the broker's
set search_path = pg_catalog, pg_temp
as $$
    with booked as (
        select b.*, coalesce(f.quantity, 0) as filled
        from trade.paper_book as b
        left join lateral (
            select sum(p.quantity) as quantity from trade.paper_fill as p
            where p.tenant_id = b.tenant_id and p.account_id = b.account_id
            and p.client_order_id = b.client_order_id
        ) as f on true
        where b.tenant_id = public.current_tenant()
        and b.account_id = paper_state.account_id
    ),

    executed as (
        select f.*, booked.symbol, booked.side, booked.broker_order_id
        from trade.paper_fill as f
        inner join booked
            on f.tenant_id = booked.tenant_id and f.account_id = booked.account_id
            and f.client_order_id = booked.client_order_id
    )

    select jsonb_build_object(
        'complete', true,
        'orders', coalesce((
            select jsonb_agg(jsonb_build_object(
                'client_order_id', b.client_order_id,
                'broker_order_id', b.broker_order_id, 'symbol', b.symbol,
                'side', b.side, 'quantity', b.quantity, 'type', b.type,
                'limit_price', b.limit_price, 'stop_price', b.stop_price,
                'time_in_force', b.time_in_force, 'status', b.status,
                'filled_quantity', b.filled, 'submitted_at', b.placed_at
            ) order by b.placed_at, b.client_order_id) from booked as b
        ), '[]'),
        'fills', coalesce((
            select jsonb_agg(jsonb_build_object(
                'broker_fill_id', e.broker_fill_id,
                'broker_order_id', e.broker_order_id,
                'client_order_id', e.client_order_id, 'symbol', e.symbol,
                'side', e.side, 'quantity', e.quantity, 'price', e.price,
                'fee', e.fee, 'filled_at', e.filled_at
            ) order by e.filled_at, e.broker_fill_id) from executed as e
        ), '[]'),
        'positions', coalesce((
            select jsonb_agg(jsonb_build_object(
                'symbol', p.symbol, 'quantity', p.quantity
            ) order by p.symbol)
            from (
                select e.symbol, sum(
                    case e.side when 'buy' then e.quantity else -e.quantity end
                ) as quantity
                from executed as e group by e.symbol
            ) as p
            where p.quantity <> 0
        ), '[]')
    )
$$;
comment on function trade.paper_state(bigint) is
'Orders, fills and positions as the paper broker knows them, for trade.reconcile.';
