-- States of bars in one pass, against the window aggregates.
create temporary table bar as
select
    n, '2020-01-01'::timestamptz + n * interval '1 day' as ts, p.close, p.close * 0.99 as open,
    p.close * (1.01 + 0.005 * sin(n)) as high, p.close * (0.98 + 0.005 * cos(n)) as low, 1000 + 100 * (n % 13) as volume
from generate_series(1, 400) as n, lateral (select exp(sin(n / 20.0) / 5 + n * 0.0005 + cos(n * n) / 50) * 100 as close) as p;
create temporary table state as
select s.*
from (
    select array_agg(ts order by n) as ts, array_agg(ts + interval '1 day' order by n) as known_at,
        array_agg(open order by n) as open, array_agg(high order by n) as high, array_agg(low order by n) as low,
        array_agg(close order by n) as close, array_agg(volume::float8 order by n) as volume
    from bar
) as a, snapshot_states(
    a.ts, a.known_at, a.open, a.high, a.low, a.close, a.volume, a.ts, a.known_at, a.high,
    '{}', '{}', '{}', a.ts, a.known_at, a.volume, 252
) as s;
select count(*), count(rsi_14), count(ema_200_distance), count(hurst_100), count(beta_60), count(btc_beta_60), count(vix), count(features) from state;
create temporary table window_state as
select
    ts, rsi(close, 14) over w as rsi_14, close / ema(close, 200) over w - 1 as ema_200_distance,
    (macd(close, 12, 26, 9) over w).histogram / close as macd_histogram, adx(high, low, close, 14) over w as adx_14,
    atr(high, low, close, 14) over w / close as atr_fraction, realised_vol(close, 20, 252) over w as realised_vol_20,
    parkinson_vol(high, low, 60, 252) over w as parkinson_vol_60, hurst(ln(close), 100) over w as hurst_100,
    close / max(close) over (order by ts rows 251 preceding) - 1 as drawdown_252
from bar window w as (order by ts rows unbounded preceding);
select f.name, bool_and((s.row -> f.name = 'null') = (w.row -> f.name = 'null')) as same_nulls,
    max(abs((s.row ->> f.name)::float8 - (w.row ->> f.name)::float8)) < 1e-12 as same
from (select ts, to_jsonb(state) as row from state) as s
join (select ts, to_jsonb(window_state) as row from window_state) as w using (ts),
unnest('{rsi_14,ema_200_distance,macd_histogram,adx_14,atr_fraction,realised_vol_20,parkinson_vol_60,hurst_100}'::text[]) as f (name)
group by f.name order by f.name;
select max(abs(s.drawdown_252 - w.drawdown_252)) < 1e-12 as same from state as s join window_state as w using (ts);
-- Features lie on the grid.
select count(*) from state, unnest(features::real[]) as x where x * 32 <> round(x * 32) or abs(x) > 3;
-- The rows of the past do not depend on those that follow.
select count(*) from state as s, (
    select array_agg(ts order by n) as ts, array_agg(ts + interval '1 day' order by n) as known_at,
        array_agg(open order by n) as open, array_agg(high order by n) as high, array_agg(low order by n) as low,
        array_agg(close order by n) as close, array_agg(volume::float8 order by n) as volume
    from bar where n <= 300
) as a, snapshot_states(
    a.ts, a.known_at, a.open, a.high, a.low, a.close, a.volume, a.ts, a.known_at, a.high,
    '{}', '{}', '{}', a.ts, a.known_at, a.volume, 252, '2020-07-01'
) as c where c.ts = s.ts and c = s;
-- A late bar makes all that follows late; what is missing is missing.
select bar_number, known_at, return_1, gap, volume from snapshot_states(
    '{2020-01-01,2020-01-02,2020-01-03}', '{2020-01-02,2020-02-01,2020-01-04}', '{1,null,2}', '{2,null,3}', '{1,null,2}',
    '{1,1.5,3}', '{5,null,7}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', 252
);
-- Errors.
select snapshot_states('{2020-01-01}', '{}', '{1}', '{1}', '{1}', '{1}', '{1}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', 252);
select snapshot_states('{2020-01-01}', '{2020-01-02}', '{1}', '{1}', '{1}', '{1,2}', '{1}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', 252);
select snapshot_states('{2020-01-02,2020-01-01}', '{2020-01-02,2020-01-02}', '{1,1}', '{1,1}', '{1,1}', '{1,1}', '{1,1}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', 252);
select snapshot_states('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', 0);
