-- The paper broker: another party with its own book. It fills by the daily bars:
--     market  at the open of the next session, made worse by slippage
--     limit   at the open if that is as good, else at its limit when the bar reaches it
--     stop    at the open if that is beyond, else at its stop when the bar reaches it,
--             made worse by slippage
-- An order is good for the first session that opens after it was placed (day) or until
-- it is filled (gtc). A fill at the open is of the session's open; one within the bar
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
        and paper_submit.time_in_force in ('day', 'gtc')
        and isfinite(paper_submit.placed_at)
        and (paper_submit.type = 'limit') = (paper_submit.limit_price is not null)
        and (paper_submit.type = 'stop') = (paper_submit.stop_price is not null), false
    ) then
        return jsonb_build_object('status', 'rejected', 'reason', 'malformed order');
    end if;
    insert into trade.paper_book (
        account_id, client_order_id, broker_order_id, instrument_id, symbol, side,
        quantity, type,
        limit_price, stop_price, time_in_force, placed_at
    ) values (
        paper_submit.account_id, paper_submit.client_order_id,
        format('paper-%s-%s', paper_submit.account_id, paper_submit.client_order_id),
        instrument.instrument_id, paper_submit.symbol, paper_submit.side,
        paper_submit.quantity,
        paper_submit.type, paper_submit.limit_price, paper_submit.stop_price,
        paper_submit.time_in_force, paper_submit.placed_at
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
declare
    booked trade.paper_book;
    session record;
    matched record;
    fill_id text;
begin
    select * into booked from trade.paper_book as b
    where
        b.tenant_id = public.current_tenant() and b.account_id = paper_fills.account_id
        and b.client_order_id = paper_fills.client_order_id
    for update;
    if found and booked.status = 'accepted' then
        for session in
            select b as bar, coalesce(s.open_at, b.ts) as open_at, b.known_at
            from market.instrument as i
            inner join market.bar as b on i.instrument_id = b.instrument_id
            and b.bar_interval = '1d'
            left join market.session as s
                on i.calendar = s.calendar
                and s.session = (b.ts at time zone 'UTC')::date
            where
                i.instrument_id = booked.instrument_id
                -- A session opens on the day of its bar: older bars need not be read.
                and b.ts > booked.placed_at - interval '1 day'
                and coalesce(s.open_at, b.ts) > booked.placed_at
            order by b.ts
        loop
            select * into matched from trade._paper_match(
                booked, session.bar, session.open_at,
                tenant.number_setting('slippage_bps') / 10000
            );
            if found then
                fill_id := format('%s-1', booked.broker_order_id);
                insert into trade.paper_fill (
                    account_id, client_order_id, broker_fill_id, quantity, price, fee,
                    filled_at
                ) values (
                    booked.account_id, booked.client_order_id, fill_id, booked.quantity,
                    matched.price,
                    round(
                        booked.quantity * matched.price
                        * tenant.number_setting('fee_bps') / 10000, 8
                    ),
                    matched.filled_at
                );
                update trade.paper_book as b
                set status = 'filled', finished_at = matched.filled_at
                where
                    b.tenant_id = booked.tenant_id and b.account_id = booked.account_id
                    and b.client_order_id = booked.client_order_id;
                exit;
            elsif booked.time_in_force = 'day' then
                update trade.paper_book as b
                set status = 'expired', finished_at = session.known_at
                where
                    b.tenant_id = booked.tenant_id and b.account_id = booked.account_id
                    and b.client_order_id = booked.client_order_id;
                exit;
            end if;
        end loop;
    end if;
    return query
    select f.broker_fill_id, f.quantity, f.price, f.fee, f.filled_at
    from trade.paper_fill as f
    where
        f.tenant_id = public.current_tenant() and f.account_id = paper_fills.account_id
        and f.client_order_id = paper_fills.client_order_id
    order by f.filled_at, f.broker_fill_id;
end
$$;
comment on function trade.paper_fills(bigint, text) is
'What the paper broker has executed of an order; it looks at the bars first.';

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
'An order as the paper broker knows it (status accepted, filled or expired), or null.';
