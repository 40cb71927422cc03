-- A quote that moved far -> market_move for each tenant whose monitor wants it, once
-- within its cooldown, in the transaction of the quote: the cycle does not wait for a
-- bar.
--
-- As with bars, a price more than three times as far away as the move that counts is a
-- bad tick until a second quote says the same. Quotes of a closed market, and those
-- whose bid and ask are further apart than the move, tell nothing.

create or replace function market.quote_move_of(
    quote market.quote, within interval, move_fraction double precision
)
returns table (
    move double precision, from_price double precision, to_price double precision
)
language sql stable rows 1
begin atomic
    with window_of as (
        select
            q.ts,
            coalesce((q.bid + q.ask) / 2, q.last_price) as price
        from market.quote as q
        where
            q.instrument_id = quote.instrument_id
            and q.ts < quote.ts and q.ts >= quote.ts - quote_move_of.within
    ),

    ends as (
        select
            coalesce((quote.bid + quote.ask) / 2, quote.last_price) as price,
            min(w.price) as lowest,
            max(w.price) as highest,
            (
                select last.price from window_of as last order by last.ts desc limit 1
            ) as before
        from window_of as w
    ),

    moved as (
        select
            e.price,
            e.before,
            case
                when e.price / e.lowest - 1 >= 1 - e.price / e.highest then e.lowest
                else e.highest
            end as from_price
        from ends as e
        where e.lowest is not null
    )

    select
        m.price / m.from_price - 1,
        m.from_price,
        m.price
    from moved as m
    where
        abs(m.price / m.from_price - 1) >= quote_move_of.move_fraction
        and coalesce(
            (quote.ask - quote.bid) / m.price <= quote_move_of.move_fraction, true
        )
        and (
            abs(m.price / m.from_price - 1) <= 3 * quote_move_of.move_fraction
            -- The quote before says the same.
            or sign(m.before - m.from_price) = sign(m.price - m.from_price)
            and abs(m.before / m.from_price - 1) >= quote_move_of.move_fraction
        )
        and market.is_open(quote.instrument_id, quote.ts);
end;
comment on function market.quote_move_of(market.quote, interval, double precision) is
'How far a quote is from the quotes within a window before it; no row if that is less '
'than a move or may be a bad tick.';
revoke all on function market.quote_move_of(market.quote, interval, double precision)
from public;

create or replace function market.on_quote_moved()
returns trigger
language plpgsql
security definer -- whoever stores quotes has no rights on the queue
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted record;
begin
    if not exists (select from work.monitor) then
        return null;
    end if;
    -- One row, or none.
    for wanted in
    with moved as (
        select distinct on (m.tenant_id, q.instrument_id)
            m.tenant_id, q.instrument_id, i.symbol, q.ts as at, m.within, m.cooldown,
            m.execute, far.move, far.from_price, far.to_price
        from changed as q
        inner join market.instrument as i on q.instrument_id = i.instrument_id
        inner join work.monitor as m
            on
                i.asset_class = any(m.asset_classes)
                and (m.symbols is null or i.symbol = any(m.symbols))
        left join work.monitor_move as known
            on m.tenant_id = known.tenant_id
            and q.instrument_id = known.instrument_id
        cross join lateral
            market.quote_move_of(q::market.quote, m.within, m.move_fraction) as far
        where known.at is null or q.ts >= known.at + m.cooldown
        order by m.tenant_id, q.instrument_id, q.ts
    ),

    told as (
        insert into work.monitor_move as known (tenant_id, instrument_id, at)
        select moved.tenant_id, moved.instrument_id, moved.at from moved
        on conflict (tenant_id, instrument_id) do update set at = excluded.at
        -- A bar of the same move may have told it meanwhile.
        where excluded.at >= known.at + (
            select moved.cooldown from moved
            where moved.tenant_id = known.tenant_id
            and moved.instrument_id = known.instrument_id
        )
        returning known.tenant_id, known.instrument_id
    )

    select
        array_agg(
            jsonb_build_object(
                'symbol', moved.symbol, 'at', moved.at,
                'move', round(moved.move::numeric, 6),
                'from_price', moved.from_price, 'to_price', moved.to_price,
                'minutes', trim_scale(extract(epoch from moved.within) / 60),
                'execute', moved.execute
            )
        ) as payloads,
        array_agg(moved.tenant_id) as tenant_ids,
        array_agg(format('%s %s', moved.symbol, moved.at)) as dedup_keys
    from moved
    inner join told
        on moved.tenant_id = told.tenant_id and moved.instrument_id = told.instrument_id
    having count(*) > 0
    loop
        perform work.enqueue_many(
            'market_move', wanted.payloads, wanted.tenant_ids,
            dedup_keys => wanted.dedup_keys, priority => 1
        );
    end loop;
    return null;
end
$$;
comment on function market.on_quote_moved() is
'Trigger function: enqueues market_move for quotes that moved as far as a tenant '
'watches for.';
revoke all on function market.on_quote_moved() from public;

create or replace trigger _520_quote_moved after insert on market.quote
referencing new table as changed
for each statement execute function market.on_quote_moved();
