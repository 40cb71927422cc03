-- The paper broker: another party with its own book. It fills by the daily bars:
--     market  at the open of the next session, made worse by slippage
--     limit   at the open if that is as good, else at its limit when the bar reaches it
--     stop    at the open if that is beyond, else at its stop when the bar reaches it,
--             made worse by slippage
-- Of each bar it takes a share of the volume (setting paper_volume_share): what is left
-- waits for the next bar or expires. An order is good for the first session that opens
-- after it was placed (day; ioc the same, fok only whole) or until it is filled (gtc).
-- Of orders that exclude each other it looks at the stop first, and one that fills
-- cancels the others. A fill at the open is of the session's open; one within the bar
-- is of the moment when the bar was known. A bar that has only a close fills at the
-- close.

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
        and paper_submit.type in ('market', 'limit', 'stop')
        and paper_submit.time_in_force in ('day', 'gtc', 'ioc', 'fok')
        and isfinite(paper_submit.placed_at)
        and (paper_submit.type = 'limit') = (paper_submit.limit_price is not null)
        and (paper_submit.type = 'stop') = (paper_submit.stop_price is not null), false
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

-- What a bar does to an order: the price before slippage, the time, or nothing.
create or replace function trade._paper_match(
    booked trade.paper_book, bar market.bar, open_at timestamptz, slippage numeric
)
returns table (price numeric, filled_at timestamptz)
language sql immutable rows 1
begin atomic
    select
        pg_catalog.round(
            case
                when booked.type <> 'limit'
                    then matched.price * (1 + matched.direction * slippage)
                else matched.price
            end, 8
        ),
        matched.filled_at
    from (
        select
            d.direction,
            case
                when booked.type = 'market' then d.open
                -- As good as the limit, or beyond the stop, from the start.
                when booked.type = 'limit'
                    and d.direction * (d.open - booked.limit_price) <= 0 then d.open
                when booked.type = 'stop'
                    and d.direction * (d.open - booked.stop_price) >= 0 then d.open
                when booked.type = 'limit'
                    and d.direction * (d.best - booked.limit_price) <= 0
                    then booked.limit_price
                when booked.type = 'stop'
                    and d.direction * (d.worst - booked.stop_price) >= 0
                    then booked.stop_price
            end as price,
            case
                when bar.open is null then bar.known_at
                when booked.type = 'market'
                    or (
                        booked.type = 'limit'
                        and d.direction * (d.open - booked.limit_price) <= 0
                    )
                    or (
                        booked.type = 'stop'
                        and d.direction * (d.open - booked.stop_price) >= 0
                    )
                    then open_at
                else bar.known_at
            end as filled_at
        from (
            select
                case booked.side when 'buy' then 1 else -1 end as direction,
                coalesce(bar.open, bar.close)::numeric as open,
                coalesce(
                    case booked.side when 'buy' then bar.low else bar.high end,
                    bar.close
                )::numeric as best,
                coalesce(
                    case booked.side when 'buy' then bar.high else bar.low end,
                    bar.close
                )::numeric as worst
        ) as d
    ) as matched
    where matched.price is not null;
end;
comment on function trade._paper_match(
    trade.paper_book, market.bar, timestamptz, numeric
) is
'What one bar does to a paper order: price and time of its fill, or no row.';

-- Brings one order, or one group of orders that exclude each other, up to the bars.
create or replace function trade._paper_match_group(
    account_id bigint, client_order_id text
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    asked trade.paper_book;
    booked trade.paper_book;
    session record;
    matched record;
    volume_share constant numeric := tenant.number_setting('paper_volume_share');
    slippage constant numeric := tenant.number_setting('slippage_bps') / 10000;
    fee_share constant numeric := tenant.number_setting('fee_bps') / 10000;
    filled numeric;
    part numeric;
    parts integer;
begin
    select * into asked from trade.paper_book as b
    where b.tenant_id = public.current_tenant()
    and b.account_id = _paper_match_group.account_id
    and b.client_order_id = _paper_match_group.client_order_id;
    if not found then
        return;
    end if;
    -- All of a group, always in the same order.
    perform from trade.paper_book as b
    where b.tenant_id = asked.tenant_id and b.account_id = asked.account_id
    and (b.client_order_id = asked.client_order_id or b.oco = asked.oco)
    order by b.client_order_id for update;
    -- One that comes after another of its group was filled.
    update trade.paper_book as b
    set status = 'canceled', finished_at = b.placed_at
    where b.tenant_id = asked.tenant_id and b.account_id = asked.account_id
    and b.oco = asked.oco and b.status = 'accepted'
    and not exists (
        select from trade.paper_fill as f
        where f.tenant_id = b.tenant_id and f.account_id = b.account_id
        and f.client_order_id = b.client_order_id
    )
    and exists (
        select from trade.paper_book as o
        inner join trade.paper_fill as f
            on o.tenant_id = f.tenant_id and o.account_id = f.account_id
            and o.client_order_id = f.client_order_id
        where o.tenant_id = b.tenant_id and o.account_id = b.account_id
        and o.oco = b.oco
    );
    if not exists (
        select from trade.paper_book as b
        where b.tenant_id = asked.tenant_id and b.account_id = asked.account_id
        and (b.client_order_id = asked.client_order_id or b.oco = asked.oco)
        and b.status = 'accepted'
    ) then
        return;
    end if;

    for session in
        select b as bar, coalesce(s.open_at, b.ts) as open_at, b.known_at, b.ts,
            b.volume
        from market.instrument as i
        inner join market.bar as b on i.instrument_id = b.instrument_id
        and b.bar_interval = '1d'
        left join market.session as s
            on i.calendar = s.calendar
            and s.session = (b.ts at time zone 'UTC')::date
        where
            i.instrument_id = asked.instrument_id
            -- A session opens on the day of its bar: older bars need not be read.
            and b.ts > (
                select min(o.placed_at) from trade.paper_book as o
                where o.tenant_id = asked.tenant_id
                and o.account_id = asked.account_id
                and (o.client_order_id = asked.client_order_id or o.oco = asked.oco)
                and o.status = 'accepted'
            ) - interval '1 day'
        order by b.ts
    loop
        for booked in
            select b.* from trade.paper_book as b
            where b.tenant_id = asked.tenant_id and b.account_id = asked.account_id
            and (b.client_order_id = asked.client_order_id or b.oco = asked.oco)
            and b.status = 'accepted' and session.open_at > b.placed_at
            and session.ts > coalesce(b.matched_until, '-infinity')
            order by b.type = 'stop' desc, b.client_order_id
        loop
            select coalesce(sum(f.quantity), 0), count(*) into filled, parts
            from trade.paper_fill as f
            where f.tenant_id = booked.tenant_id and f.account_id = booked.account_id
            and f.client_order_id = booked.client_order_id;
            select * into matched from trade._paper_match(
                booked, session.bar, session.open_at, slippage
            );
            part := 0;
            if found then
                part := booked.quantity - filled;
                if session.volume > 0 then
                    part := least(
                        part,
                        -- Whole units of what is large, else as it is.
                        case
                            when session.volume * volume_share >= 1
                                then trunc((session.volume * volume_share)::numeric)
                            else (session.volume * volume_share)::numeric
                        end
                    );
                end if;
                if booked.time_in_force = 'fok' and part < booked.quantity then
                    part := 0;
                end if;
            end if;
            if part > 0 then
                insert into trade.paper_fill (
                    account_id, client_order_id, broker_fill_id, quantity, price, fee,
                    filled_at
                ) values (
                    booked.account_id, booked.client_order_id,
                    format('%s-%s', booked.broker_order_id, parts + 1), part,
                    matched.price, round(part * matched.price * fee_share, 8),
                    matched.filled_at
                );
                filled := filled + part;
                update trade.paper_book as b
                set status = 'canceled', finished_at = matched.filled_at
                where b.tenant_id = booked.tenant_id
                and b.account_id = booked.account_id and b.oco = booked.oco
                and b.client_order_id <> booked.client_order_id
                and b.status = 'accepted';
            end if;
            update trade.paper_book as b
            set
                matched_until = case when part > 0 then session.ts
                else b.matched_until end,
                status = case
                    when filled = booked.quantity then 'filled'
                    when booked.time_in_force <> 'gtc' then 'expired'
                    else b.status
                end,
                finished_at = case
                    when filled = booked.quantity then matched.filled_at
                    when booked.time_in_force <> 'gtc' then session.known_at
                end
            where b.tenant_id = booked.tenant_id and b.account_id = booked.account_id
            and b.client_order_id = booked.client_order_id and b.status = 'accepted';
            -- The others of the group are out of the market now.
            exit when part > 0;
        end loop;
    end loop;
end
$$;
comment on function trade._paper_match_group(bigint, text) is
'Lets the paper broker look at the bars that its order, and those that exclude it, '
'wait for.';

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
