-- The watchlist of the feed, and how fresh what it keeps is.

-- Example: select market.watch('{AAPL,BTC-USD}', '{1d,15m}');
create or replace function market.watch(
    symbols text[],
    bar_intervals text[] default '{1d}',
    series text[] default '{}',
    providers text[] default null,
    stale_after interval default '3 minutes'
)
returns integer
language plpgsql volatile
-- Definer: the list is written by these functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    odd text;
    watched integer;
begin
    select string_agg(coalesce(s, 'null'), ', ') into odd
    from unnest(watch.symbols) as s
    where not exists (select from market.instrument as i where i.symbol = s);
    if odd is not null then
        perform ops.fail('BW310', 'there is no symbol ' || left(odd, 200));
    end if;
    select string_agg(coalesce(b, 'null'), ', ') into odd
    from unnest(watch.bar_intervals) as b
    where not exists (select from market.bar_interval as l where l.bar_interval = b);
    if odd is not null then
        perform ops.fail('BW318', 'there is no bar interval ' || left(odd, 200));
    end if;
    select string_agg(coalesce(p, 'null'), ', ') into odd
    from unnest(watch.providers) as p
    where not exists (select from market.provider as k where k.provider = p);
    if odd is not null then
        perform ops.fail('BW332', 'there is no provider ' || left(odd, 200));
    end if;
    if not coalesce(
        watch.series <@ '{funding,open_interest,long_short_ratio}'::text[], false
    ) then
        perform ops.fail('BW331', format('there is no such series: %s', watch.series));
    end if;
    insert into market.watch as w (
        instrument_id, bar_intervals, series, providers, stale_after
    )
    select
        i.instrument_id, coalesce(watch.bar_intervals, '{}'), watch.series,
        watch.providers, watch.stale_after
    from market.instrument as i
    where i.symbol = any(watch.symbols)
    on conflict on constraint watch_pkey do update
        set
            bar_intervals = excluded.bar_intervals, series = excluded.series,
            providers = excluded.providers, stale_after = excluded.stale_after;
    get diagnostics watched = row_count;
    return watched;
end
$$;
comment on function market.watch(text[], text[], text[], text[], interval) is
'Puts symbols on the feed''s watchlist, or changes how they are watched; how many.';

create or replace function market.unwatch(symbols text[])
returns integer
language plpgsql volatile
-- Definer: as watch.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    gone integer;
begin
    delete from market.watch as w using market.instrument as i
    where w.instrument_id = i.instrument_id and i.symbol = any(unwatch.symbols);
    get diagnostics gone = row_count;
    return gone;
end
$$;
comment on function market.unwatch(text[]) is
'Takes symbols off the feed''s watchlist; how many were on it.';

create or replace function market.note_watch_problem(symbol text, problem text)
returns void
language sql volatile
-- Definer: as watch.
security definer
set search_path = pg_catalog, pg_temp
as $$
    update market.watch as w set problem = left(note_watch_problem.problem, 500)
    from market.instrument as i
    where i.symbol = note_watch_problem.symbol and w.instrument_id = i.instrument_id
$$;
comment on function market.note_watch_problem(text, text) is
'Notes why a round of the feed brought nothing of a symbol.';

create or replace view market.watched as
select
    i.symbol,
    w.bar_intervals,
    w.series,
    w.providers
from market.watch as w
inner join market.instrument as i on w.instrument_id = i.instrument_id;
comment on view market.watched is 'The watchlist of the feed by symbol.';

-- Example: market.is_open(1, '2018-02-05 15:00Z') -> true
create or replace function market.is_open(instrument_id integer, at timestamptz)
returns boolean
language sql stable
begin atomic
    select i.calendar is null or exists (
        select from market.session as s
        where
            s.calendar = i.calendar
            and s.open_at <= is_open.at and s.close_at > is_open.at
    )
    from market.instrument as i
    where i.instrument_id = is_open.instrument_id;
end;
comment on function market.is_open(integer, timestamptz) is
'Whether an instrument''s market is open at a time.';

create or replace function market._quote_is_late(watch market.watch)
returns boolean
language sql stable
begin atomic
    select
        market.is_open(watch.instrument_id, clock_timestamp())
        -- Since it opened, if that was just now.
        and greatest(
            watch.quoted_at, watch.added_at, (
                select max(s.open_at)
                from market.session as s
                inner join market.instrument as i on s.calendar = i.calendar
                where
                    i.instrument_id = watch.instrument_id
                    and s.open_at <= clock_timestamp()
            )
        ) < clock_timestamp() - watch.stale_after;
end;
comment on function market._quote_is_late(market.watch) is
'Whether a watched instrument''s market is open and its last quote too old.';
revoke all on function market._quote_is_late(market.watch) from public;

create or replace function market.freshness_now()
returns table (
    symbol text, instrument_id integer, is_open boolean, quote_at timestamptz,
    quoted_at timestamptz, quote_age interval, price double precision, source text,
    bar_known_at timestamptz, missing_bars bigint, problem text, stale_reason text
)
language sql stable
-- Definer: who reads the view of it has no rights on the market's tables.
security definer
set search_path = pg_catalog, pg_temp
as $$
    select
        i.symbol,
        i.instrument_id,
        market.is_open(i.instrument_id, clock_timestamp()) as is_open,
        q.ts as quote_at,
        w.quoted_at,
        clock_timestamp() - w.quoted_at as quote_age,
        q.price,
        coalesce(w.quote_provider, q.source) as source,
        b.known_at as bar_known_at,
        b.missing as missing_bars,
        w.problem,
        case
            when market._quote_is_late(w)
                then coalesce('no quote: ' || w.problem, 'no quote')
            when b.missing > 0 then 'bars are missing'
        end as stale_reason
    from market.watch as w
    inner join market.instrument as i on w.instrument_id = i.instrument_id
    left join lateral market.last_quote(i.instrument_id, clock_timestamp()) as q on true
    left join lateral (
        -- Of the intervals that are watched the worst. A vendor has a quarter of an hour.
        select
            max(n.known_at) as known_at,
            max(n.missing) as missing
        from (
            select
                last.known_at,
                (
                    select count(*) from market.expected_bars(
                        i.instrument_id, one.bar_interval,
                        -- Further back nothing is counted.
                        greatest(
                            coalesce(last.ts + interval '1 microsecond', w.added_at),
                            clock_timestamp() - interval '7 days'
                        ), clock_timestamp()
                    ) as e
                    where e.known_at < clock_timestamp() - interval '15 minutes'
                ) as missing
            from unnest(w.bar_intervals) as one (bar_interval)
            left join lateral market.last_bar(
                i.instrument_id, one.bar_interval, clock_timestamp()
            ) as last on true
        ) as n
    ) as b on true
$$;
comment on function market.freshness_now() is
'How fresh what the feed keeps is, a row a watched symbol; stale_reason is null when it '
'is as it should be.';

create or replace view market.freshness as
select * from market.freshness_now();
comment on view market.freshness is 'How fresh what the feed keeps is: market.freshness_now.';

-- What the gate of orders asks: is somebody paid to know the price, and does not?
create or replace function market.is_stale(instrument_id integer, at timestamptz)
returns boolean
-- PL/pgSQL keeps the plan; a SQL function would make it at every call.
language plpgsql stable
-- Definer: whoever places an order has no rights on the watchlist.
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    -- A replay goes on in its own time, where there is no feed.
    if is_stale.at <= clock_timestamp() - interval '5 minutes' then
        return false;
    end if;
    return exists (
        select from market.watch as w
        where w.instrument_id = is_stale.instrument_id and market._quote_is_late(w)
    );
end
$$;
comment on function market.is_stale(integer, timestamptz) is
'Whether an instrument is on the watchlist, its market is open, and its quote is too old.';

revoke all on function
market.watch(text[], text[], text[], text[], interval), market.unwatch(text[]),
market.note_watch_problem(text, text), market.is_open(integer, timestamptz),
market.freshness_now(), market.is_stale(integer, timestamptz)
from public;
grant execute on function market.freshness_now()
to bellwether_worker, bellwether_gateway, bellwether_reader;
grant execute on function
market.watch(text[], text[], text[], text[], interval), market.unwatch(text[]),
market.note_watch_problem(text, text), market.is_open(integer, timestamptz)
to bellwether_worker;
