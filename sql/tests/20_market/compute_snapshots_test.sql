-- Snapshots from bars: the right numbers, null where there is none, repeatable.
begin;
select plan(36);
\ir ../demo_snapshots.psql
create temporary view aapl as
select s.* from market.snapshot as s
inner join market.instrument as i using (instrument_id) where i.symbol = 'AAPL';
create function pg_temp.id(symbol text) returns integer language sql
as 'select instrument_id from market.instrument as i where i.symbol = $1';

select is(
    (select count(*) from market.snapshot), (
        select count(*) from market.bar as b inner join market.instrument as i using (instrument_id)
        where i.symbol in ('AAPL', 'NVDA', '^GSPC', '^VIX', 'BTC-USD')
    ), 'every bar has a snapshot'
);
select cmp_ok(
    (
        select count(*) from information_schema.columns
        where table_schema = 'market' and table_name = 'snapshot' and data_type in (
            'double precision', 'integer'
        ) and column_name not in ('instrument_id', 'bar_number')
    ), '>=', 40::bigint, 'a snapshot has at least 40 typed numbers'
);

-- Expected values from pandas 3 and TA-Lib 0.8.2, AAPL of demo/data/ohlcv_daily.csv,
-- 2018-02-05, against ^GSPC on the same dates:
--   RSI(c, 14); c / EMA(c, 20) - 1; MACD(c, 12, 26, 9)[2] / c; ATR(h, l, c, 14) / c;
--   log(c).diff().rolling(20).std() * sqrt(252); rolling(60).corr and cov / var of the same;
--   BBANDS(c, 20, 2, 2); STOCH(h, l, c, 14, 3, 0, 3, 0)[0]; c / c.rolling(252).max() - 1;
--   population skewness of 60 log returns
select ok(
    abs(s.actual / s.expected - 1) < 1e-9, format('%s is that of pandas and TA-Lib', s.name)
)
from aapl as a
cross join lateral (
    values
    ('rsi_14', a.rsi_14, 21.024951336960868),
    ('ema_20_distance', a.ema_20_distance, -0.07810337982945903),
    ('macd_histogram', a.macd_histogram, -0.012660650559439107),
    ('atr_fraction', a.atr_fraction, 0.02111430262515321),
    ('realised_vol_20', a.realised_vol_20, 0.21818708069959616),
    ('correlation_60', a.correlation_60, 0.6558602388913244),
    ('beta_60', a.beta_60, 0.9870475968802442),
    ('bollinger_position', a.bollinger_position, -0.1582519125205727),
    ('stochastic_k', a.stochastic_k, 8.011065006915995),
    ('drawdown_252', a.drawdown_252, -0.12702220238759332),
    ('skew_60', a.skew_60, -0.8432721905995486)
) as s (name, actual, expected)
where a.ts = '2018-02-05';
select is((select a.weekday from aapl as a where a.ts = '2018-02-05'), 1, 'a Monday is day 1');
select is(
    (select a.vix from aapl as a where a.ts = '2018-02-05'), 37.32::float8,
    'the index of volatility of the same close is known'
);
select is(
    (select a.regime from aapl as a where a.ts = '2018-02-05'), 'down normal',
    'a regime is trend and volatility'
);

-- Missing is null.
select results_eq(
    $$select return_1, rsi_7, realised_vol_5, beta_60, ema_200_distance, features
    from aapl where ts = '2013-01-02'$$,
    $$values (null::float8, null::float8, null::float8, null::float8, null::float8, null::vector)$$,
    'the first bar has no past, so nothing that needs one'
);
select is(
    (select count(*) from aapl where ema_200_distance is not null and bar_number < 200), 0::bigint,
    'an average of 200 begins at bar 200'
);
select is(
    (
        select count(*) from market.snapshot
        where
            instrument_id = pg_temp.id('^VIX')
            and num_nonnulls(gap, range_fraction, atr_fraction, adx_14, volume, obv_slope) > 0
    ), 0::bigint, 'closes alone give no range, no gap and no volume'
);
select is(
    (select count(*) from aapl where vix is not null and ts > '2019-01-10'), 0::bigint,
    'an index of volatility that has ended is not carried on'
);
select is(
    (select count(*) from aapl where ts > '2018-12-31' and num_nonnulls(beta_60, benchmark_return_1) > 0),
    0::bigint, 'nor is a benchmark'
);
select is(
    (select count(*) from aapl where volume = 0 or vix = 0 or realised_vol_20 = 0 or beta_60 = 0),
    0::bigint, 'a missing number is never 0'
);
select is(
    (
        select max(abs(b.correlation_60)) from market.snapshot as b
        where b.instrument_id in (pg_temp.id('^GSPC'))
    ), null, 'a benchmark is not compared with itself'
);
select is(
    (
        select count(*) from market.snapshot as s
        where exists (
            select from jsonb_each_text(to_jsonb(s)) as e
            where e.value in ('NaN', 'Infinity', '-Infinity')
        )
    ), 0::bigint, 'every number is finite'
);

-- Known at that time: BTC's bar of the same day is not yet known at New York's close.
select is(
    (select round(a.btc_return_5::numeric, 10) from aapl as a where a.ts = '2018-02-05'), (
        select round((now_known.close / then_known.close - 1)::numeric, 10)
        from market.bar as now_known, market.bar as then_known
        where
            now_known.instrument_id = pg_temp.id('BTC-USD') and now_known.ts = '2018-02-04'
            and then_known.instrument_id = pg_temp.id('BTC-USD') and then_known.ts = '2018-01-28'
    ), 'others are read as they were known at the bar''s close'
);
select is(
    (select count(*) from aapl as a inner join market.bar as b using (instrument_id, ts) where a.known_at <> b.known_at),
    0::bigint, 'a snapshot is known when its bar is'
);

-- Repeatable.
select is(
    market.compute_snapshots(pg_temp.id('AAPL')), 0, 'computing again changes nothing'
);
select is(
    market.compute_snapshots(pg_temp.id('AAPL'), '1d', '2023-01-01'), 0, 'from later on, too'
);
create temporary table before_correction as select * from aapl;
update market.bar set close = close * 1.001, high = high * 1.01
where instrument_id = pg_temp.id('AAPL') and ts = '2023-09-01';
select is(
    market.compute_snapshots(pg_temp.id('AAPL'), '1d', '2023-09-01'),
    (select count(*)::int from aapl where ts >= '2023-09-01'),
    'a correction changes the snapshots from its bar on'
);
select is(
    (
        select count(*) from before_correction as b inner join aapl as a using (snapshot_id)
        where b.ts < '2023-09-01' and b *<> a
    ), 0::bigint, 'and none before it'
);
select is(
    (select count(*) from before_correction as b inner join aapl as a using (snapshot_id)),
    (select count(*) from aapl), 'snapshots keep their ids'
);

-- A late bar makes what rests on it late.
update market.bar set known_at = '2023-10-01'
where instrument_id = pg_temp.id('AAPL') and ts = '2023-09-01';
select isnt(
    market.compute_snapshots(pg_temp.id('AAPL'), '1d', '2023-09-01'), 0, 'a late bar is news'
);
select is(
    (select min(known_at) from aapl where ts >= '2023-09-01'), '2023-10-01'::timestamptz,
    'snapshots that rest on a late bar are known no earlier'
);

-- Deleted bars.
delete from market.bar where instrument_id = pg_temp.id('AAPL') and ts >= '2023-09-01';
select is(
    market.compute_snapshots(pg_temp.id('AAPL'), '1d', '2023-09-01'), 0, 'no bars, no snapshots'
);
select is(
    (select max(ts) from aapl), (select max(ts) from market.bar where instrument_id = pg_temp.id('AAPL')),
    'a snapshot goes with its bar'
);
select is(
    (
        select count(*) from market.outcome as o inner join aapl as a using (snapshot_id)
        where a.bar_number > (select max(bar_number) from aapl) - o.horizon
    ), 0::bigint, 'and so do the outcomes that it completed'
);
select * from finish();
rollback;
