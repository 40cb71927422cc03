"""All fields of all snapshots from bars: one SQL statement against pandas and TA-Lib, on one core.

Usage: python bench/snapshots.py DSN   (a database filled by bench/patterns_data.sql)
Two comparisons: from the table (SQL reads and checks for splits, pandas reads through psycopg), and
from arrays that are in memory already. Times are processor time, which other work on the machine does not stretch. The answers are
compared: column by column, to 1e-9.
"""

import os
import resource
import sys

import numpy as np
import pandas as pd
import psycopg
import talib
from numpy.lib.stride_tricks import sliding_window_view

FIELDS = (
    "return_1 return_5 return_20 return_60 gap range_fraction streak rsi_7 rsi_14 ema_9_distance"
    " ema_20_distance ema_50_distance ema_200_distance macd macd_signal macd_histogram adx_14"
    " stochastic_k stochastic_d bollinger_position bollinger_width drawdown_252 days_since_high"
    " atr_fraction realised_vol_5 realised_vol_20 realised_vol_60 realised_vol_252 vol_ratio"
    " parkinson_vol_20 parkinson_vol_60 skew_60 kurtosis_60 hurst_100 volume_zscore obv_slope"
    " vwap_distance correlation_60 beta_60 benchmark_return_1 benchmark_return_5"
    " benchmark_return_20"
).split()


def hurst(x, n=100):
    lags = np.arange(1, 20)
    spread = []
    for lag in lags:
        squares = pd.Series(np.append(np.full(lag, np.nan), (x[lag:] - x[:-lag]) ** 2))
        spread.append(np.log(squares.rolling(n - lag).mean().to_numpy()) / 2)
    across = np.log(lags) - np.log(lags).mean()
    result = (np.array(spread) * across[:, None]).sum(axis=0) / (across**2).sum()
    result[: n - 1] = np.nan
    return result


def days_since_high(close, n=252):
    padded = np.append(np.full(n - 1, -np.inf), close)
    result = np.argmax(sliding_window_view(padded, n)[:, ::-1], axis=1).astype(float)
    result[:19] = np.nan
    return result


def states(bars, benchmark):
    """The columns of one instrument, in the order of FIELDS."""
    o, h, l, c, v = (bars[name].to_numpy() for name in ("open", "high", "low", "close", "volume"))
    close = pd.Series(c)
    step = np.log(close).diff()
    other = np.log(pd.Series(benchmark)).diff()
    past = {n: c / np.append(np.full(n, np.nan), c[:-n]) - 1 for n in (1, 5, 20, 60)}
    market = {
        n: benchmark / np.append(np.full(n, np.nan), benchmark[:-n]) - 1 for n in (1, 5, 20)
    }
    sign = np.sign(step)
    run = (sign != sign.shift()).cumsum()
    year = np.sqrt(365)  # instruments without a calendar
    macd, signal, histogram = talib.MACD(c, 12, 26, 9)
    fast_k = talib.STOCHF(h, l, c, 14, 1)[0]
    slow_k = talib.SMA(fast_k, 3)
    upper, middle, lower = talib.BBANDS(c, 20, 2, 2)
    vol = {n: step.rolling(n).std() * year for n in (5, 20, 60)}
    vol_252 = step.rolling(252, min_periods=60).std() * year
    ranges = pd.Series(np.log(h / l) ** 2)
    high = close.rolling(252, min_periods=20).max()
    volume, logarithm = pd.Series(v), pd.Series(np.log(v))
    before = logarithm.shift().rolling(20, min_periods=15)
    typical = pd.Series(v * (h + l + c) / 3)
    shape = step.rolling(60)
    mean, two = shape.mean(), shape.var(ddof=0)
    three = (step**3).rolling(60).mean()
    four = (step**4).rolling(60).mean()
    square = (step**2).rolling(60).mean()
    cubes = three - 3 * mean * square + 2 * mean**3
    fourths = four - 4 * mean * three + 6 * mean**2 * square - 3 * mean**4
    pair = step.rolling(60).cov(other)
    return [
        past[1], past[5], past[20], past[60], o / np.append(np.nan, c[:-1]) - 1, (h - l) / c,
        sign * (step.groupby(run).cumcount() + 1), talib.RSI(c, 7), talib.RSI(c, 14),
        c / talib.EMA(c, 9) - 1, c / talib.EMA(c, 20) - 1, c / talib.EMA(c, 50) - 1,
        c / talib.EMA(c, 200) - 1, macd / c, signal / c, histogram / c, talib.ADX(h, l, c, 14),
        slow_k, talib.SMA(slow_k, 3), (c - lower) / (upper - lower), (upper - lower) / middle,
        close / high - 1, days_since_high(c), talib.ATR(h, l, c, 14) / c, vol[5], vol[20], vol[60],
        vol_252, vol[5] / vol[60], np.sqrt(ranges.rolling(20).mean() / (4 * np.log(2))) * year,
        np.sqrt(ranges.rolling(60).mean() / (4 * np.log(2))) * year, cubes / two**1.5,
        fourths / two**2 - 3, hurst(np.log(c)), (logarithm - before.mean()) / before.std(),
        (sign * volume).rolling(20).sum() / volume.rolling(20).sum(),
        close / (typical.rolling(20).sum() / volume.rolling(20).sum()) - 1,
        step.rolling(60).corr(other), pair / other.rolling(60).var(), market[1], market[5],
        market[20],
    ]


def backend_seconds(database):
    with open(f"/proc/{database.info.backend_pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


ARRAYS = """
create temporary table series as
select
    array_agg(b.ts order by b.ts) as ts, array_agg(b.known_at order by b.ts) as known_at,
    array_agg(b.open order by b.ts) as open, array_agg(b.high order by b.ts) as high,
    array_agg(b.low order by b.ts) as low, array_agg(b.close order by b.ts) as close,
    array_agg(b.volume order by b.ts) as volume
from market.bar as b
inner join market.instrument as i using (instrument_id)
where i.symbol like 'MADE%'
group by b.instrument_id
"""


def processor_seconds_since(began):
    ended = resource.getrusage(resource.RUSAGE_SELF)
    return ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime


def main():
    os.environ["OMP_NUM_THREADS"] = "1"
    with psycopg.connect(sys.argv[1], autocommit=True) as database:
        database.execute("set max_parallel_workers_per_gather = 0")
        database.execute("set work_mem = '256MB'")
        began = resource.getrusage(resource.RUSAGE_SELF)
        served = backend_seconds(database)
        rows = database.execute(
            "select i.symbol, b.open, b.high, b.low, b.close, b.volume from market.bar b"
            " join market.instrument i using (instrument_id)"
            " where i.symbol like 'MADE%' or i.symbol = '^GSPC' order by i.symbol, b.ts"
        ).fetchall()
        frame = pd.DataFrame(rows, columns=["symbol", "open", "high", "low", "close", "volume"])
        groups = {symbol: bars for symbol, bars in frame.groupby("symbol")}
        benchmark = groups.pop("^GSPC")["close"].to_numpy()
        count = sum(len(bars) for bars in groups.values())
        sample = sorted(groups)[0]
        del rows, frame
        reading = processor_seconds_since(began) + backend_seconds(database) - served

        before = backend_seconds(database)
        database.execute(
            "select count(f.hurst_100), sum(length(f.trend_state)) from market.instrument i"
            " cross join lateral market._snapshot_fields(i.instrument_id, '1d') f"
            " where i.symbol like 'MADE%'"
        ).fetchone()
        sql = backend_seconds(database) - before

        database.execute(ARRAYS)
        before = backend_seconds(database)
        database.execute(
            "select count(s.hurst_100), sum(length(s.trend_state)) from series as o"
            " cross join market.closes_first_told("
            "(select instrument_id from market.instrument where symbol = '^GSPC'), '1d') as b"
            " cross join lateral snapshot_states(o.ts, o.known_at, o.open, o.high, o.low, o.close,"
            " o.volume, b.ts, b.known_at, b.close, '{}', '{}', '{}', '{}', '{}', '{}', 365) as s"
        ).fetchone()
        in_memory = backend_seconds(database) - before

        began = resource.getrusage(resource.RUSAGE_SELF)
        for symbol, bars in groups.items():
            columns = pd.DataFrame(dict(zip(FIELDS, states(bars, benchmark))))
            if symbol == sample:
                wanted = columns
        pandas = processor_seconds_since(began)

        worst = 0
        got = database.execute(
            f"select {', '.join(FIELDS)} from market._snapshot_fields("
            "(select instrument_id from market.instrument where symbol = %s), '1d') order by ts",
            [sample],
        ).fetchall()
        for name, column in zip(FIELDS, np.array(got, dtype=float).T):
            reference = wanted[name].to_numpy(dtype=float)
            both = ~np.isnan(column) & ~np.isnan(reference)
            assert both.sum() > 0.5 * len(column), name
            difference = np.max(np.abs(column - reference)[both] / np.maximum(1, abs(reference[both])))
            worst = max(worst, difference)
            # pandas' running moments carry the rounding of what has left the window
            assert difference < (1e-6 if name in ("skew_60", "kurtosis_60", "hurst_100") else 1e-9), (
                name, difference)
    print(
        f"{count} bars, {len(groups)} instruments, processor seconds\n"
        f"from the table: SQL {sql:.2f}, pandas and TA-Lib {reading + pandas:.2f}, ratio"
        f" {(reading + pandas) / sql:.1f}\n"
        f"from memory:    SQL {in_memory:.2f} (50 numbers, 2 states, 32 features), pandas and"
        f" TA-Lib {pandas:.2f} ({len(FIELDS)} numbers), ratio {pandas / in_memory:.1f}\n"
        f"largest difference {worst:.1e}"
    )


main()
