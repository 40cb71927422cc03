-- When: what "as of" means, and when a bar is known.
-- Example: market.as_of('2018-02-05') -> 2018-02-05 23:59:59.999999+00

create or replace function market.as_of(ts timestamptz)
returns timestamptz
language sql stable parallel safe
return case
    when ts is null then now()
    when ts at time zone 'UTC' = date_trunc('day', ts at time zone 'UTC')
        then ts + interval '23:59:59.999999'
    else ts
end;
comment on function market.as_of(timestamptz) is
'The moment whose knowledge counts: a bare date (00:00 UTC) is its last microsecond, null is now.';

-- Example: market.known_at(1, '2018-02-05') -> 2018-02-05 21:00:00+00, the close in New
-- York. Null on a day without a session. Outside the calendar we have, the next
-- 00:00 UTC: later than any close of that day, so never too early.
create or replace function market.known_at(instrument_id integer, day date)
returns timestamptz
language sql stable parallel safe
begin atomic
    select
        case
            when
                i.calendar is null or c.first is null
                or day not between c.first and c.last
                then (day + 1)::timestamp at time zone 'UTC'
            else s.close_at
        end
    from market.instrument as i
    left join lateral (
        select min(all_days.session) as first, max(all_days.session) as last
        from market.session as all_days
        where all_days.calendar = i.calendar
    ) as c on true
    left join market.session as s on s.calendar = i.calendar and s.session = day
    where i.instrument_id = known_at.instrument_id;
end;
comment on function market.known_at(integer, date) is
'When the daily bar of that day can first be known; null on a day without a session.';

-- Example: market.last_bar(1, '1d', '2018-02-05') -> AAPL's bar of 2018-02-05
create or replace function market.last_bar(
    instrument_id integer, bar_interval text, as_of timestamptz
)
returns setof market.bar
language sql stable parallel safe rows 1
begin atomic
    select told.*
    from (
        (
            select b.*
            from market.bar as b
            where
                b.instrument_id = last_bar.instrument_id
                and b.bar_interval = last_bar.bar_interval
                and b.ts < market.as_of(last_bar.as_of)
                and b.known_at <= market.as_of(last_bar.as_of)
            order by b.ts desc
            limit 1
        )
        union all
        -- One that was corrected later, as it was told then.
        (
            select
                v.instrument_id, v.bar_interval, v.ts, v.open, v.high, v.low, v.close,
                v.volume, v.adj_close, v.known_at, v.source
            from market.bar_version as v
            where
                v.instrument_id = last_bar.instrument_id
                and v.bar_interval = last_bar.bar_interval
                and v.ts < market.as_of(last_bar.as_of)
                and v.known_at <= market.as_of(last_bar.as_of)
                and v.known_until > market.as_of(last_bar.as_of)
                -- Asked first: since now nothing was.
                and exists (
                    select from market.bar_version as later
                    where
                        later.instrument_id = last_bar.instrument_id
                        and later.bar_interval = last_bar.bar_interval
                        and later.known_until > market.as_of(last_bar.as_of)
                )
            order by v.ts desc
            limit 1
        )
    ) as told
    order by told.ts desc
    limit 1;
end;
comment on function market.last_bar(integer, text, timestamptz) is
'The latest bar of an instrument as it was known at a moment; no row when there is none.';
