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
        l.close, l.close / nullif(e.close, 0) - 1, l.ts, l.known_at,
        l.bar_interval, l.volume
    from market.last_bar(wanted, '1d', quote.as_of) as l
    left join lateral (
        select told.close
        from (
            (
                select b.ts, b.close from market.bar as b
                where b.instrument_id = wanted and b.bar_interval = '1d'
                and b.ts < l.ts and b.known_at <= market.as_of(quote.as_of)
                order by b.ts desc limit 1
            )
            union all
            (
                select v.ts, v.close from market.bar_version as v
                where v.instrument_id = wanted and v.bar_interval = '1d'
                and v.ts < l.ts and v.known_at <= market.as_of(quote.as_of)
                and v.known_until > market.as_of(quote.as_of)
                and exists (
                    select from market.bar_version as later
                    where
                        later.instrument_id = wanted and later.bar_interval = '1d'
                        and later.known_until > market.as_of(quote.as_of)
                )
                order by v.ts desc limit 1
            )
        ) as told
        order by told.ts desc limit 1
    ) as e on true;
end
$$;
comment on function api.quote(text, timestamptz) is
'The last known price of a symbol, its change from the bar before, and when it was '
'known; bar_interval says quote where a quote is newer than the last daily bar.';
