-- What followed a snapshot.
begin;
select plan(12);
\ir ../demo_snapshots.psql
create temporary view followed as
select i.symbol, s.ts, s.bar_number, o.* from market.outcome as o
inner join market.snapshot as s using (snapshot_id)
inner join market.instrument as i on s.instrument_id = i.instrument_id;
create function pg_temp.id(symbol text) returns integer language sql
as 'select instrument_id from market.instrument as i where i.symbol = $1';

-- From pandas: w = AAPL.iloc[i + 1:i + 6]; w.close[-1] / c - 1; w.high.max() / c - 1;
-- w.low.min() / c - 1; log(c).diff()[i + 1:i + 6].std() * sqrt(252)
select ok(
    abs(o.forward_return - 0.03974694868681694) < 1e-12
    and abs(o.max_gain - 0.04728736660489474) < 1e-12
    and abs(o.max_loss + 0.039938654227107184) < 1e-12
    and abs(o.volatility - 0.517080166258197) < 1e-12, 'five bars ahead as pandas has it'
)
from followed as o where o.symbol = 'AAPL' and o.ts = '2018-02-05' and o.horizon = 5;
select is(
    (select o.known_at from followed as o where o.symbol = 'AAPL' and o.ts = '2018-02-05' and o.horizon = 5),
    '2018-02-12 21:00:00+00'::timestamptz, 'it is known when its last bar is'
);
select is(
    (select o.known_at from followed as o where o.symbol = 'BTC-USD' and o.ts = '2018-02-03' and o.horizon = 5),
    '2018-02-09 00:00:00+00'::timestamptz, 'a coin''s days include the weekend'
);
select results_eq(
    $$select horizon, count(*), max(bar_number) from followed where symbol = 'AAPL' group by 1 order by 1$$,
    $$values (1, 2698::bigint, 2698), (5, 2694::bigint, 2694), (20, 2679::bigint, 2679)$$,
    'the last bars wait for theirs'
);
select is(
    (select count(*) from followed where horizon = 1 and volatility is not null), 0::bigint,
    'one return has no volatility'
);
select is(
    (
        select count(*) from followed
        where not (max_loss <= forward_return and forward_return <= max_gain)
    ), 0::bigint, 'the end lies between the worst and the best'
);
select is(
    (
        select count(*) from followed as o inner join market.snapshot as s using (snapshot_id)
        where o.known_at <= s.known_at
    ), 0::bigint, 'nothing is known before it happened'
);
select ok(
    (
        select count(*) > 0 and bool_and(o.max_gain >= o.forward_return) from followed as o
        where o.symbol = '^VIX'
    ), 'where there are closes only, they are the extremes'
);

-- New bars complete outcomes of the snapshots before them.
insert into market.bar (instrument_id, ts, open, high, low, close, known_at)
select pg_temp.id('AAPL'), '2023-09-22', 200, 220, 190, 210, '2023-09-22 20:00+00';
\o /dev/null
select market.compute_snapshots(pg_temp.id('AAPL'), '1d', '2023-09-22');
\o
select results_eq(
    $$select horizon, count(*) from followed where symbol = 'AAPL' group by 1 order by 1$$,
    $$values (1, 2699::bigint), (5, 2695::bigint), (20, 2680::bigint)$$,
    'a new bar completes one outcome of each horizon'
);
select is(
    (
        select round(o.max_gain::numeric, 9) from followed as o
        where o.symbol = 'AAPL' and o.ts = '2023-09-21' and o.horizon = 1
    ), (select round((220 / b.close - 1)::numeric, 9) from market.bar as b
        where b.instrument_id = pg_temp.id('AAPL') and b.ts = '2023-09-21'),
    'the best is the high, not the close'
);

-- A bar that is corrected late makes the outcome late.
update market.bar set close = 211, known_at = '2023-12-01'
where instrument_id = pg_temp.id('AAPL') and ts = '2023-09-22';
\o /dev/null
select market.compute_snapshots(pg_temp.id('AAPL'), '1d', '2023-09-22');
\o
select is(
    (select o.known_at from followed as o where o.symbol = 'AAPL' and o.ts = '2023-09-21' and o.horizon = 1),
    '2023-12-01'::timestamptz, 'what rests on a late bar is late'
);
select is(
    market.compute_outcomes(pg_temp.id('AAPL')), 0, 'computing again changes nothing'
);
select * from finish();
rollback;
