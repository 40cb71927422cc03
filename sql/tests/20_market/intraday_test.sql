-- Snapshots, outcomes and patterns of every interval from a minute to a day.
begin;
select plan(14);
\ir ../roles.psql
set local bellwether.tenant = 1;

-- 360 bars of each interval, of a price that swings; no bar of one is a bar of another.
insert into market.instrument (symbol, asset_class) values ('T.COIN', 'crypto'), ('BTC-USD', 'crypto')
on conflict do nothing;
insert into market.bar (
    instrument_id, bar_interval, ts, open, high, low, close, volume, known_at
)
select
    i.instrument_id, n.bar_interval, t.ts, p.close / (1 + p.step), p.close * 1.01, p.close * 0.98,
    p.close, 1000 + g.k * 37 % 101, t.ts + n.length
from market.instrument as i
cross join market.bar_interval as n
cross join generate_series(1, 360) as g (k)
cross join lateral (select '2024-01-01'::timestamptz + g.k * n.length as ts) as t
cross join lateral (
    select
        0.002 * sin(g.k * 0.7 + i.instrument_id) as step,
        100 * exp(0.05 * sin(g.k / 19.0 + i.instrument_id) + 0.01 * sin(g.k * 1.3)
            + 0.003 * extract(epoch from n.length) / 86400) as close
) as p
where i.symbol in ('T.COIN', 'BTC-USD');
insert into market.funding (instrument_id, ts, rate, known_at)
select i.instrument_id, t.ts, 0.0001 * (1 + g.k % 3), t.ts
from market.instrument as i
cross join generate_series(0, 90) as g (k)
cross join lateral (select '2024-01-01'::timestamptz + g.k * interval '8 hours' as ts) as t
where i.symbol = 'T.COIN';
insert into market.open_interest (instrument_id, ts, open_interest, long_short_ratio, known_at)
select i.instrument_id, t.ts, 1000 + g.k, 1.5, t.ts
from market.instrument as i
cross join generate_series(0, 700) as g (k)
cross join lateral (select '2024-01-01'::timestamptz + g.k * interval '1 hour' as ts) as t
where i.symbol = 'T.COIN';
\o /dev/null
select market.compute_snapshots(i.instrument_id, n.bar_interval)
from market.instrument as i
cross join market.bar_interval as n
where i.symbol in ('T.COIN', 'BTC-USD') order by i.symbol, n.length;
\o
create temporary view made as
select s.*, n.length, b.low, b.high
from market.snapshot as s
inner join market.instrument as i using (instrument_id)
inner join market.bar_interval as n using (bar_interval)
inner join market.bar as b using (instrument_id, bar_interval, ts)
where i.symbol = 'T.COIN';

select results_eq(
    'select bar_interval, count(*) from made group by bar_interval, length order by length',
    $$select unnest('{1m,5m,15m,30m,1h,4h,1d}'::text[]), 360::bigint$$,
    'each bar of each interval has a snapshot'
);
select is_empty('select snapshot_id, ts, known_at from made where known_at <> ts + length', 'which is known when its bar ends');
select is_empty(
    $$select snapshot_id, ts from (
        select m.*, m.close / lag(m.close) over w - 1 as one, m.close / lag(m.close, 20) over w - 1 as twenty,
            rsi(m.close, 14) over w as r, ema(m.close, 50) over w as e, atr(m.high, m.low, m.close, 14) over w as a
        from made as m
        window w as (partition by m.bar_interval order by m.ts rows unbounded preceding)
    ) as m
    where bar_number > 60 and (
        abs(return_1 - one) > 1e-12 or abs(return_20 - twenty) > 1e-12 or abs(rsi_14 - r) > 1e-9
        or abs(ema_50_distance - (close / e - 1)) > 1e-12 or abs(atr_fraction - a / close) > 1e-12
    ) is not false$$,
    'its numbers are of the bars of its own interval'
);
select is_empty(
    $$select snapshot_id, ts, realised_vol_20, v from (
        select m.*, realised_vol(m.close, 20, 365 * 86400 / extract(epoch from m.length)) over w as v
        from made as m
        window w as (partition by m.bar_interval, m.length order by m.ts rows unbounded preceding)
    ) as m where bar_number > 21 and (abs(realised_vol_20 - v) > 1e-9) is not false$$,
    'a volatility is that of a year, whatever the interval'
);
select is_empty(
    $$select snapshot_id, ts, hour from made where hour <> extract(hour from ts)
        or weekday <> extract(isodow from ts) or month <> extract(month from ts)$$,
    'hour, weekday and month are those at which the bar began'
);
select set_eq(
    $$select hour, session from made where bar_interval = '1h'$$,
    $$select h, case when h < 7 then 'asia' when h < 13 then 'europe' when h < 21 then 'us' else 'late' end
    from generate_series(0, 23) as h$$,
    'a session follows the clock'
);
select is_empty(
    $$select m.snapshot_id, m.ts from made as m
    inner join market.instrument as i using (instrument_id)
    cross join lateral (
        select o.open_interest as latest from market.open_interest as o
        where o.instrument_id = m.instrument_id and o.known_at <= m.known_at order by o.ts desc limit 1
    ) as o
    where m.bar_interval in ('1m', '15m', '1h') and m.ts >= '2024-01-02' and m.ts < '2024-01-20' and (
        m.open_interest = o.latest
        and abs(m.open_interest_change_1h - (o.latest / (o.latest - 1) - 1)) < 1e-12
        and abs(m.open_interest_change_4h - (o.latest / (o.latest - 4) - 1)) < 1e-12
        and abs(m.open_interest_change_24h - (o.latest / (o.latest - 24) - 1)) < 1e-12
        and m.long_short_ratio = 1.5 and m.funding_rate is not null
    ) is not true$$,
    'open interest and its changes over 1, 4 and 24 hours are those of the clock'
);
select is(
    (select count(btc_correlation_60) > 0 from made where bar_interval = '5m'), true,
    'bitcoin is compared at the same interval'
);

-- What followed.
select results_eq(
    $$select bar_interval, o.horizon, count(*) from made inner join market.outcome as o using (snapshot_id, bar_interval)
    group by bar_interval, length, o.horizon order by length, o.horizon$$,
    $$select n.bar_interval, h, 360::bigint - h
    from market.bar_interval as n cross join unnest('{1,5,20}'::integer[]) as h order by n.length, h$$,
    'outcomes after 1, 5 and 20 bars of each interval'
);
select is_empty(
    $$select m.*, o.forward_return, o.known_at from (
        select m.snapshot_id, m.bar_interval, lead(m.close, 5) over w / m.close - 1 as forward,
            max(m.high) over next_five / m.close - 1 as gain, min(m.low) over next_five / m.close - 1 as loss,
            lead(m.known_at, 5) over w as known_at
        from made as m
        window w as (partition by m.bar_interval order by m.ts),
            next_five as (partition by m.bar_interval order by m.ts rows between 1 following and 5 following)
    ) as m
    inner join market.outcome as o on o.snapshot_id = m.snapshot_id and o.horizon = 5
    where (
        abs(o.forward_return - m.forward) < 1e-12 and abs(o.max_gain - m.gain) < 1e-12
        and abs(o.max_loss - m.loss) < 1e-12 and o.known_at = m.known_at
    ) is not true$$,
    'known when the last of their bars ends'
);

-- Patterns stay within an interval.
set local role bellwether_analyst;
create temporary table asked as
select n.bar_interval, p.*
from (values ('5m', '2024-01-02 04:00'::timestamptz), ('1h', '2024-01-14 12:00')) as n (bar_interval, as_of)
cross join lateral api.similar_patterns(
    'T.COIN', n.as_of, k => 10, horizon => 5, bar_interval => n.bar_interval, min_similarity => -1
) as p;
select results_eq(
    'select bar_interval, count(*) > 3 from asked group by bar_interval order by 1',
    $$values ('1h', true), ('5m', true)$$, 'hours are like hours'
);
select is_empty(
    $$select a.* from asked as a
    left join api.snapshots as s on s.snapshot_id = a.snapshot_id and s.bar_interval = a.bar_interval
    where s.snapshot_id is null$$, 'and minutes like minutes'
);
select is_empty(
    $$select * from asked where ts >= case bar_interval when '5m' then '2024-01-02 04:00'::timestamptz
        else '2024-01-14 12:00' end or outcome_known_at > case bar_interval when '5m'
        then '2024-01-02 04:00'::timestamptz else '2024-01-14 12:00' end$$,
    'of what was known at that minute'
);
select throws_ok(
    $$select * from api.similar_patterns('T.COIN', '2024-01-02', bar_interval => '7m')$$, 'BW318', null,
    'no other interval'
);
reset role;
select * from finish();
rollback;
