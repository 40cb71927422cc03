-- The last price that was known: of a quote, or of a daily bar if that is newer.
--
-- Example: select * from api.quote('AAPL', '2018-02-05')

create or replace function api.quote(symbol text, as_of timestamptz default null)
returns table (
    price double precision,
    change_fraction double precision,
    ts timestamptz,
    known_at timestamptz,
    bar_interval text,
    volume double precision
)
language plpgsql stable
security definer -- bars are read by instrument, which api.bars does not show
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    wanted int;
begin
    select i.instrument_id into wanted from market.instrument as i
    where i.symbol = quote.symbol;
    if not found then
        perform ops.fail(
            'BW310',
            format('there is no symbol %s', coalesce(left(quote.symbol, 100), 'null'))
        );
    end if;
    return query
    select
        q.price, q.price / nullif(b.close, 0) - 1, q.ts, q.known_at, 'quote'::text,
        null::double precision
    from market.last_quote(wanted, quote.as_of) as q
    left join market.last_bar(wanted, '1d', quote.as_of) as b on true
    where b.known_at is null or q.ts > b.known_at;
    if found then
        return;
    end if;
    return query
    select
        l.close, l.close / nullif(l.before, 0) - 1, l.ts, l.known_at,
        l.bar_interval, l.volume
    from (
        select
            b.*, (
                select e.close from market.bar as e
                where e.instrument_id = b.instrument_id
                and e.bar_interval = b.bar_interval and e.ts < b.ts
                order by e.ts desc limit 1
            ) as before
        from market.bar as b
        where b.instrument_id = wanted and b.bar_interval = '1d'
        and b.known_at <= market.as_of(quote.as_of)
        order by b.ts desc limit 1
    ) as l;
end
$$;
comment on function api.quote(text, timestamptz) is
'The last known price of a symbol, its change from the bar before, and when it was '
'known; bar_interval says quote where a quote is newer than the last daily bar.';
