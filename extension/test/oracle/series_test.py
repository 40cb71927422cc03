"""Indicators against TA-Lib (numpy where TA-Lib has none), on every demo instrument.

Usage: DATABASE_URL=... python series_test.py   (an empty database, as superuser)
Exits with 0 and says why when a package or the data is missing.
"""

import csv
import os
import sys
from pathlib import Path

try:
    import numpy as np
    import psycopg
    import talib
    from numpy.lib.stride_tricks import sliding_window_view
except ImportError as missing:
    print(f"series_test: skipped: {missing}")
    sys.exit(0)

BARS = Path(__file__).parents[3] / "demo/data/ohlcv_daily.csv"
TOLERANCE = 1e-9
COLUMNS = ("open", "high", "low", "close", "volume")


def rolling(function, n, *series):
    """function of the last n values of each series; NaN before there are n."""
    result = np.full(len(series[0]), np.nan)
    for end in range(n, len(result) + 1):
        result[end - 1] = function(*(x[end - n : end] for x in series))
    return result


def realised_vol(close, n, periods):
    returns = np.concatenate(([np.nan], np.diff(np.log(close))))
    result = rolling(lambda r: np.std(r, ddof=1), n, returns)
    return result * np.sqrt(periods)


def skewness(x):
    deviation = x - x.mean()
    return (deviation**3).mean() / (deviation**2).mean() ** 1.5


def supertrend(high, low, close, n, k):
    """Line and direction, row by row as TradingView's reference describes it."""
    middle, width = (high + low) / 2, k * talib.ATR(high, low, close, n)
    line, direction = np.full((2, len(close)), np.nan)
    upper = lower = np.nan
    for i in range(n, len(close)):
        top, bottom = middle[i] + width[i], middle[i] - width[i]
        was_upper, was_lower = upper, lower
        first = np.isnan(was_upper)
        upper = top if first or top < was_upper or close[i - 1] > was_upper else was_upper
        lower = bottom if first or bottom > was_lower or close[i - 1] < was_lower else was_lower
        if first:
            direction[i] = -1
        elif line[i - 1] == was_upper:
            direction[i] = 1 if close[i] > upper else -1
        else:
            direction[i] = -1 if close[i] < lower else 1
        line[i] = lower if direction[i] == 1 else upper
    return line, direction


def hurst(x):
    lags = np.arange(1, min(19, len(x) // 4) + 1)
    spread = [np.sqrt(np.mean((x[lag:] - x[:-lag]) ** 2)) for lag in lags]
    return np.polyfit(np.log(lags), np.log(spread), 1)[0]


def entropy(x):
    orders = np.argsort(sliding_window_view(x, 3), axis=1, kind="stable")
    share = np.unique(orders, axis=0, return_counts=True)[1] / len(orders)
    return -(share * np.log(share)).sum() / np.log(6)


def midrange(high, low, n):
    return (talib.MAX(high, n) + talib.MIN(low, n)) / 2


def garman_klass(open, high, low, close, n, periods):
    variance = np.log(high / low) ** 2 / 2 - (2 * np.log(2) - 1) * np.log(close / open) ** 2
    return np.sqrt(rolling(np.mean, n, variance) * periods)


def expected(bar):
    """SQL expression -> what it must give, and what its rounding is measured against."""
    open, high, low, close, volume = (bar[c] for c in COLUMNS)
    macd, signal, histogram = talib.MACD(close, 12, 26, 9)
    upper, middle, lower = talib.BBANDS(close, 20, 2, 2)
    k, d = talib.STOCHF(high, low, close, 14, 3)
    average, range = talib.EMA(close, 20), talib.ATR(high, low, close, 20)
    line, direction = supertrend(high, low, close, 10, 3)
    typical = (high + low + close) / 3
    return {
        "sma(close, 20)": talib.SMA(close, 20),
        "sma(close, 1)": close,
        "wma(close, 20)": talib.WMA(close, 20),
        "ema(close, 9)": talib.EMA(close, 9),
        "ema(close, 20)": talib.EMA(close, 20),
        "ema(close, 200)": talib.EMA(close, 200),
        "(macd(close, 12, 26, 9)).macd": macd,
        "(macd(close, 12, 26, 9)).signal": signal,
        "(macd(close, 12, 26, 9)).histogram": histogram,
        "momentum(close, 10)": talib.MOM(close, 10),
        "roc(close, 10)": talib.ROC(close, 10),
        "rsi(close, 7)": talib.RSI(close, 7),
        "rsi(close, 14)": talib.RSI(close, 14),
        "(stochastic(high, low, close, 14, 3)).k": k,
        "(stochastic(high, low, close, 14, 3)).d": d,
        "williams_r(high, low, close, 14)": talib.WILLR(high, low, close, 14),
        "cci(high, low, close, 20)": talib.CCI(high, low, close, 20),
        "adx(high, low, close, 14)": talib.ADX(high, low, close, 14),
        "plus_di(high, low, close, 14)": talib.PLUS_DI(high, low, close, 14),
        "minus_di(high, low, close, 14)": talib.MINUS_DI(high, low, close, 14),
        "true_range(high, low, close)": talib.TRANGE(high, low, close),
        "atr(high, low, close, 14)": talib.ATR(high, low, close, 14),
        "(bollinger(close, 20, 2)).upper": upper,
        "(bollinger(close, 20, 2)).middle": middle,
        "(bollinger(close, 20, 2)).lower": lower,
        "realised_vol(close, 20, 252)": realised_vol(close, 20, 252),
        "parkinson_vol(high, low, 20, 252)": rolling(
            lambda h, l: np.sqrt(np.mean(np.log(h / l) ** 2) / (4 * np.log(2)) * 252),
            20, high, low,
        ),
        "obv(close, volume)": talib.OBV(close, volume),
        "mfi(high, low, close, volume, 14)": talib.MFI(high, low, close, volume, 14),
        "zscore(volume, 20)": rolling(
            lambda x: (x[-1] - x.mean()) / np.std(x, ddof=1), 20, volume
        ),
        "slope(close, 20)": talib.LINEARREG_SLOPE(close, 20),
        "skewness(close, 60)": rolling(skewness, 60, close),
        "correlation(close, volume, 60)": rolling(
            lambda x, y: np.corrcoef(x, y)[0, 1], 60, close, volume
        ),
        "beta(close, volume, 60)": rolling(
            lambda x, y: np.cov(x, y)[0, 1] / np.var(y, ddof=1), 60, close, volume
        ),
        "dema(close, 20)": talib.DEMA(close, 20),
        "tema(close, 20)": talib.TEMA(close, 20),
        "kama(close, 10)": talib.KAMA(close, 10),
        "kama(close, 30)": talib.KAMA(close, 30),
        "vwap(high, low, close, volume)": np.cumsum(typical * volume) / np.cumsum(volume),
        "(donchian(high, low, 20)).upper": talib.MAX(high, 20),
        "(donchian(high, low, 20)).middle": midrange(high, low, 20),
        "(donchian(high, low, 20)).lower": talib.MIN(low, 20),
        "(keltner(high, low, close, 20, 2)).upper": average + 2 * range,
        "(keltner(high, low, close, 20, 2)).middle": np.where(np.isnan(range), range, average),
        "(keltner(high, low, close, 20, 2)).lower": average - 2 * range,
        "(ichimoku(high, low, 9, 26, 52)).conversion": midrange(high, low, 9),
        "(ichimoku(high, low, 9, 26, 52)).base": midrange(high, low, 26),
        "(ichimoku(high, low, 9, 26, 52)).leading_a": (
            midrange(high, low, 9) + midrange(high, low, 26)
        ) / 2,
        "(ichimoku(high, low, 9, 26, 52)).leading_b": midrange(high, low, 52),
        "(supertrend(high, low, close, 10, 3)).line": line,
        "(supertrend(high, low, close, 10, 3)).direction": direction,
        "psar(high, low, 0.02, 0.2)": talib.SAR(high, low, 0.02, 0.2),
        "psar(high, low, 0.1, 0.15)": talib.SAR(high, low, 0.1, 0.15),
        "garman_klass_vol(open, high, low, close, 20, 252)": garman_klass(
            open, high, low, close, 20, 252
        ),
        "hurst(ln(close), 100)": rolling(hurst, 100, np.log(close)),
        "entropy(close, 60)": rolling(entropy, 60, close),
    }


# These are differences of larger numbers: rounding is measured against those.
DIFFERENCE_OF_PRICES = ("macd", "momentum", "slope", "roc", "bollinger", "keltner", "dema", "tema")


def scale(expression, reference, bar):
    """What a relative error is relative to, row by row."""
    name = expression.lstrip("(").split("(")[0]
    if name == "roc":
        return np.maximum(np.abs(reference), 100)
    if name in DIFFERENCE_OF_PRICES:
        return np.maximum(np.abs(reference), bar["close"])
    if name == "obv":
        return np.maximum(np.abs(reference), bar["volume"])
    if name in ("cci", "zscore", "correlation", "skewness"):
        return np.maximum(np.abs(reference), 1)
    return np.abs(reference)


def over_window(expression):
    """sma(x, n) -> sma(x, n) over w; (macd(x)).signal -> (macd(x) over w).signal"""
    if expression.startswith("("):
        call, field = expression[1:].rsplit(").", 1)
        return f"({call} over w).{field}"
    return f"{expression} over w"


def load(database):
    database.execute("create extension bellwether")
    database.execute(
        "create table bar (symbol text, date date, open float8, high float8, low float8,"
        " close float8, volume float8)"
    )
    with BARS.open(newline="") as file, database.cursor().copy(
        "copy bar from stdin"
    ) as copy:
        for row in csv.DictReader(file):
            if row["high"]:
                copy.write_row([row[c] for c in ("symbol", "date", *COLUMNS)])


def check(database, symbol):
    """Largest relative error of each expression; raises when one is too large."""
    rows = database.execute(
        f"select {', '.join(COLUMNS)} from bar where symbol = %s order by date", (symbol,)
    ).fetchall()
    bar = dict(zip(COLUMNS, np.array(rows, dtype=float).T))
    wanted = expected(bar)
    rows = database.execute(
        f"select {', '.join(map(over_window, wanted))} from bar where symbol = %s"
        " window w as (order by date rows unbounded preceding) order by date",
        (symbol,),
    ).fetchall()
    got = dict(zip(wanted, np.array(rows, dtype=float).T))

    worst = {}
    for expression, reference in wanted.items():
        value = got[expression]
        unknown = np.isnan(reference)
        # TA-Lib withholds macd and k until signal and d are known; we do not.
        if not expression.endswith((".macd", ".k")):
            assert (np.isnan(value) == unknown).all(), f"{symbol} {expression}: nulls differ"
        assert not np.isnan(value[~unknown]).any(), f"{symbol} {expression}: null"
        distance = np.abs(value - reference)[~unknown]
        limit = scale(expression, reference, bar)[~unknown]
        error = np.divide(distance, limit, out=distance, where=limit > 0)
        worst[expression] = error.max()
        assert worst[expression] <= TOLERANCE, (
            f"{symbol} {expression}: relative error {worst[expression]:.2g}"
        )
    return worst


def main():
    if not BARS.exists():
        print(f"series_test: skipped: {BARS} is missing")
        return
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        load(database)
        symbols = [s for (s,) in database.execute("select distinct symbol from bar")]
        worst = [check(database, symbol) for symbol in sorted(symbols)]
        database.rollback()
    for expression in worst[0]:
        print(f"{max(w[expression] for w in worst):9.1e}  {expression}")
    print(
        f"series_test: {len(worst[0])} expressions on {len(symbols)} instruments agree"
        f" with {talib.__name__} {talib.__version__} to {TOLERANCE:g}"
    )


if __name__ == "__main__":
    main()
