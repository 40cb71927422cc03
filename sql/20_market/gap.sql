-- Bars that should be there and are not: of sessions for what keeps an exchange's
-- hours, of every interval for what trades all day.

-- Example: select * from market.expected_bars(1, '1d', '2018-02-02', '2018-02-06')
--   -> 2018-02-02 00:00:00+00, 2018-02-05 00:00:00+00
create or replace function market.expected_bars(
    instrument_id integer, bar_interval text, from_ts timestamptz, to_ts timestamptz
)
returns table (ts timestamptz, known_at timestamptz)
language sql stable rows 5000
begin atomic
    -- Every day, all day.
    select
        e.ts,
        e.ts + l.length
    from market.instrument as i
    inner join market.bar_interval as l on l.bar_interval = expected_bars.bar_interval
    cross join lateral generate_series(
        date_bin(
            l.length, expected_bars.from_ts + l.length - interval '1 microsecond',
            '2000-01-01 00:00+00'
        ),
        expected_bars.to_ts - interval '1 microsecond', l.length
    ) as e (ts)
    where i.instrument_id = expected_bars.instrument_id and i.calendar is null
    union all
    -- One a session.
    select
        s.session::timestamp at time zone 'UTC',
        s.close_at
    from market.instrument as i
    inner join market.session as s on i.calendar = s.calendar
    where
        i.instrument_id = expected_bars.instrument_id
        and expected_bars.bar_interval = '1d'
        and s.session >= (expected_bars.from_ts at time zone 'UTC')::date
        and s.session::timestamp at time zone 'UTC' >= expected_bars.from_ts
        and s.session::timestamp at time zone 'UTC' < expected_bars.to_ts
    union all
    -- Those that share time with a session: the bar of an hour begins before it opens.
    select
        e.ts,
        e.ts + l.length
    from market.instrument as i
    inner join market.session as s on i.calendar = s.calendar
    inner join market.bar_interval as l on l.bar_interval = expected_bars.bar_interval
    cross join lateral generate_series(
        date_bin(l.length, s.open_at, '2000-01-01 00:00+00'),
        s.close_at - interval '1 microsecond', l.length
    ) as e (ts)
    where
        i.instrument_id = expected_bars.instrument_id
        and expected_bars.bar_interval <> '1d'
        and s.session between (expected_bars.from_ts at time zone 'UTC')::date - 1
        and (expected_bars.to_ts at time zone 'UTC')::date + 1
        and e.ts >= expected_bars.from_ts and e.ts < expected_bars.to_ts;
end;
comment on function market.expected_bars(integer, text, timestamptz, timestamptz) is
'Which bars an instrument should have from a time to another, and when each is known.';

-- Example: market.last_complete(1, '1d', '2018-02-05 21:30Z') -> 2018-02-06 00:00:00+00
create or replace function market.last_complete(
    instrument_id integer, bar_interval text, at timestamptz
)
returns timestamptz
language sql stable
begin atomic
    select
        coalesce(
            (
                select max(e.ts) + l.length
                from market.expected_bars(
                    i.instrument_id, l.bar_interval,
                    last_complete.at - interval '10 days', last_complete.at
                ) as e
                where e.known_at <= last_complete.at
            ),
            -- Outside the calendar that we have.
            date_bin(l.length, last_complete.at, '2000-01-01 00:00+00')
        )
    from market.instrument as i
    inner join market.bar_interval as l on l.bar_interval = last_complete.bar_interval
    where i.instrument_id = last_complete.instrument_id;
end;
comment on function market.last_complete(integer, text, timestamptz) is
'The end of the last bar that can be known at a time.';

-- Example: select * from market.gaps('AAPL', '1d', '2018-01-01', '2018-03-01')
create or replace function market.gaps(
    symbol text, bar_interval text, from_ts timestamptz, to_ts timestamptz
)
returns table (first_bar timestamptz, last_bar timestamptz, bars bigint)
language sql stable rows 20
begin atomic
    select
        min(e.ts) as first_bar,
        max(e.ts) as last_bar,
        count(*) as bars
    from (
        select
            x.ts,
            b.ts is null as is_missing,
            row_number() over (order by x.ts)
            - row_number() over (partition by b.ts is null order by x.ts) as island
        from market.instrument as i
        cross join lateral market.expected_bars(
            i.instrument_id, gaps.bar_interval, gaps.from_ts,
            least(gaps.to_ts, now())
        ) as x
        left join market.bar as b
            on b.instrument_id = i.instrument_id
            and b.bar_interval = gaps.bar_interval and b.ts = x.ts
        where i.symbol = gaps.symbol and x.known_at <= now()
    ) as e
    where e.is_missing
    group by e.island
    order by min(e.ts);
end;
comment on function market.gaps(text, text, timestamptz, timestamptz) is
'Bars that should be known and are missing: the first and the last of each gap, and how '
'many.';

revoke all on function
market.expected_bars(integer, text, timestamptz, timestamptz),
market.last_complete(integer, text, timestamptz),
market.gaps(text, text, timestamptz, timestamptz)
from public;
grant execute on function
market.expected_bars(integer, text, timestamptz, timestamptz),
market.last_complete(integer, text, timestamptz),
market.gaps(text, text, timestamptz, timestamptz)
to bellwether_worker;
