-- How the paper broker fills, by the daily bars:
--     market  at the open of the next session, made worse by slippage
--     limit   at the open if that is as good, else at its limit when the bar reaches it
--     stop    at the open if that is beyond, else at its stop when the bar reaches it,
--             made worse by slippage
--     stop_limit  as a limit from the open that is beyond its stop; reached within the
--             bar: at its stop, if its limit allows that; else as a limit from the next
--             bar on
-- Of each bar it takes a share of the volume (setting paper_volume_share): what is left
-- waits for the next bar or expires. An order is good for the first session that opens
-- after it was placed (day; ioc the same, fok only whole) or until it is filled (gtc).
-- Of orders that exclude each other it looks at the stop first, and one that fills
-- cancels the others. A fill at the open is of the session's open; one within the bar
-- is of the moment when the bar was known. A bar that has only a close fills at the
-- close.

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
                when booked.type in ('market', 'stop')
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
                -- Reached within the bar: before that it was no order yet.
                when booked.type = 'stop_limit' and not d.is_limit
                    then case
                        when d.direction * (d.worst - booked.stop_price) >= 0
                            and d.direction
                            * (booked.stop_price - booked.limit_price) <= 0
                            then booked.stop_price
                    end
                -- As good as the limit, or beyond the stop, from the start.
                when d.is_limit
                    and d.direction * (d.open - booked.limit_price) <= 0 then d.open
                when booked.type = 'stop'
                    and d.direction * (d.open - booked.stop_price) >= 0 then d.open
                when d.is_limit
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
                        d.is_limit
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
                booked.type = 'limit' or (
                    booked.type = 'stop_limit' and (
                        booked.triggered_at is not null
                        or case booked.side when 'buy' then 1 else -1 end * (
                            coalesce(bar.open, bar.close)::numeric - booked.stop_price
                        ) >= 0
                    )
                ) as is_limit,
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
            if booked.type = 'stop_limit' and booked.triggered_at is null
                and (
                    case booked.side
                        when 'buy' then coalesce(
                            (session.bar).high, (session.bar).close
                        )::numeric >= booked.stop_price
                        else coalesce(
                            (session.bar).low, (session.bar).close
                        )::numeric <= booked.stop_price
                    end
                )
            then
                update trade.paper_book as b set triggered_at = session.known_at
                where b.tenant_id = booked.tenant_id
                and b.account_id = booked.account_id
                and b.client_order_id = booked.client_order_id;
            end if;
            if matched.price is not null then
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
