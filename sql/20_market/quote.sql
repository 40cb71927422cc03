-- Quotes as a vendor told them, checked: what cannot be is kept in market.rejected_row
-- and never stops the others.
--
-- Example: select * from market.store_quotes('alpaca',
--     '[{"symbol": "A", "ts": "2018-02-05T15:00:00Z", "bid": "1.4", "ask": "1.5"}]')

create or replace function market.store_quotes(provider text, data jsonb)
returns table (stored bigint, unchanged bigint, rejected bigint)
language plpgsql volatile
-- Definer: the only way by which a login other than the owner stores quotes.
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    good bigint;
begin
    drop table if exists pg_temp.told_quote;
    create temporary table told_quote on commit drop as
    select
        told.line::integer as line, told.symbol, told.fault, told.raw,
        case when told.fault is null then market._staged_time(told.ts) end as ts,
        case when told.fault is null then told.bid::double precision end as bid,
        case when told.fault is null then told.ask::double precision end as ask,
        case when told.fault is null then told.last::double precision end as last_price,
        i.instrument_id
    from (
        select
            e.line, e.entry ->> 'symbol' as symbol, e.entry ->> 'ts' as ts,
            e.entry ->> 'bid' as bid, e.entry ->> 'ask' as ask,
            e.entry ->> 'last' as last,
            coalesce(e.entry ->> 'raw', e.entry::text) as raw,
            case
                when e.entry ->> 'problem' is not null then e.entry ->> 'problem'
                when e.entry ->> 'ts' is null then 'time is empty'
                else coalesce(
                    'time ' || market._time_fault(e.entry ->> 'ts'),
                    'bid ' || market._number_fault(e.entry ->> 'bid'),
                    'ask ' || market._number_fault(e.entry ->> 'ask'),
                    'last ' || market._number_fault(e.entry ->> 'last')
                )
            end as fault
        from jsonb_array_elements(store_quotes.data) with ordinality as e (entry, line)
    ) as told
    left join market.instrument as i on told.symbol = i.symbol;
    update pg_temp.told_quote as q
    set fault = case
        when q.instrument_id is null
            then 'symbol is unknown: '
                || coalesce(quote_literal(left(q.symbol, 40)), 'null')
        when q.ts > clock_timestamp() + interval '1 minute' then 'time is of the future'
        when q.bid <= 0 then 'bid is not above zero'
        when q.ask <= 0 then 'ask is not above zero'
        when q.last_price <= 0 then 'last is not above zero'
        when num_nonnulls(q.bid, q.ask) = 1
            then 'bid is there without ask, or ask without bid'
        when q.bid > q.ask then format('bid is above ask: %s > %s', q.bid, q.ask)
        when num_nonnulls(q.bid, q.last_price) = 0 then 'price is empty'
    end
    where q.fault is null;
    insert into market.rejected_row (file, line, column_name, reason, raw)
    select
        store_quotes.provider || ':quotes', q.line, split_part(q.fault, ' ', 1),
        substr(q.fault, strpos(q.fault, ' ') + 1), q.raw
    from pg_temp.told_quote as q
    where q.fault is not null
        -- A vendor that says the same nonsense each minute is noted once.
        and not exists (
            select from market.rejected_row as known
            where known.file = store_quotes.provider || ':quotes'
                and known.raw is not distinct from q.raw
        )
    order by q.line;
    select
        count(*) filter (where q.fault is not null),
        count(*) filter (where q.fault is null)
    into rejected, good
    from pg_temp.told_quote as q;

    insert into market.quote (
        instrument_id, ts, bid, ask, last_price, known_at, source
    )
    select distinct on (q.instrument_id, q.ts)
        q.instrument_id, q.ts, q.bid, q.ask, q.last_price,
        greatest(q.ts, clock_timestamp()), store_quotes.provider
    from pg_temp.told_quote as q
    where q.fault is null
    order by q.instrument_id, q.ts, q.line
    on conflict do nothing;
    get diagnostics stored = row_count;
    unchanged := good - stored;

    update market.watch as w
    set
        quoted_at = clock_timestamp(), quote_provider = store_quotes.provider,
        problem = null
    from pg_temp.told_quote as q
    where q.fault is null and w.instrument_id = q.instrument_id;
    drop table pg_temp.told_quote;
    perform market.count_feed(store_quotes.provider, 'stored', stored);
    perform market.count_feed(store_quotes.provider, 'rejected', rejected);
    return next;
end
$$;
comment on function market.store_quotes(text, jsonb) is
'Stores quotes as a vendor told them: [{symbol, ts, bid, ask, last, raw}]; what is wrong '
'goes to market.rejected_row.';

-- Example: select price from market.last_quote(1) -> 156.45
create or replace function market.last_quote(
    instrument_id integer, as_of timestamptz default null
)
returns table (
    ts timestamptz, price double precision, bid double precision, ask double precision,
    known_at timestamptz, source text
)
language sql stable rows 1
begin atomic
    select
        q.ts,
        coalesce((q.bid + q.ask) / 2, q.last_price),
        q.bid,
        q.ask,
        q.known_at,
        q.source
    from market.quote as q
    where
        q.instrument_id = last_quote.instrument_id
        and q.known_at <= market.as_of(last_quote.as_of)
    order by q.ts desc
    limit 1;
end;
comment on function market.last_quote(integer, timestamptz) is
'The last quote of an instrument known as of a moment; the price is the middle of bid '
'and ask, or the last one paid.';

-- A quote a minute is half a million rows a year and symbol: bars are kept for good.
create or replace function market.forget_quotes(older interval default '30 days')
returns bigint
language plpgsql volatile
-- Definer: as store_quotes.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    gone bigint;
begin
    delete from market.quote as q
    where
        q.known_at
        < clock_timestamp() - greatest(forget_quotes.older, interval '1 day');
    get diagnostics gone = row_count;
    return gone;
end
$$;
comment on function market.forget_quotes(interval) is
'Drops quotes older than that, and never those of the last day; how many.';

revoke all on function
market.store_quotes(text, jsonb), market.last_quote(integer, timestamptz),
market.forget_quotes(interval)
from public;
grant execute on function
market.store_quotes(text, jsonb), market.last_quote(integer, timestamptz),
market.forget_quotes(interval)
to bellwether_worker;
