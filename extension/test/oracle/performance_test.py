"""Performance measures against empyrical-reloaded and quantstats, on every demo instrument.

Usage: DATABASE_URL=... python performance_test.py   (an empty database, as superuser)
Exits with 0 and says why when a package or the data is missing.
"""

import csv
import os
import sys
import warnings
from pathlib import Path

try:
    import empyrical
    import numpy as np
    import pandas as pd
    import psycopg
    import quantstats.stats as quantstats
    from scipy import stats
except ImportError as missing:
    print(f"performance_test: skipped: {missing}")
    sys.exit(0)

BARS = Path(__file__).parents[3] / "demo/data/ohlcv_daily.csv"
TOLERANCE = 1e-9
BENCHMARK = "^GSPC"


def probabilistic_sharpe(r, benchmark=0.0):
    """Bailey and Lopez de Prado 2012, equation 11, with population moments."""
    sharpe = r.mean() / r.std(ddof=1)
    skewness, kurtosis = stats.skew(r), stats.kurtosis(r, fisher=False)
    variance = 1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe**2
    return stats.norm.cdf((sharpe - benchmark) * np.sqrt((len(r) - 1) / variance))


def expected_maximum_sharpe(trials, variance):
    first, second = stats.norm.isf([1 / trials, 1 / (trials * np.e)])
    return np.sqrt(variance) * (first + np.euler_gamma * (second - first))


def expected(r, benchmark, periods):
    """SQL expression -> the values that it must give, by who says so."""
    year = {"annualization": periods}
    drawdowns = np.cumprod(np.append(1, 1 + r))
    drawdowns = drawdowns / np.maximum.accumulate(drawdowns) - 1
    series = pd.Series(r, index=pd.date_range("2000-01-03", periods=len(r)))
    percentile = np.percentile(r, 5)
    result = {
        "total_return(r order by date)": [empyrical.cum_returns_final(r)],
        f"cagr(r, {periods})": [empyrical.cagr(r, **year)],
        f"volatility(r, {periods})": [
            empyrical.annual_volatility(r, **year),
            quantstats.volatility(series, periods, prepare_returns=False),
        ],
        f"sharpe(r, {periods})": [
            empyrical.sharpe_ratio(r, **year),
            quantstats.sharpe(series, periods=periods),
        ],
        f"sortino(r, {periods})": [
            empyrical.sortino_ratio(r, **year),
            quantstats.sortino(series, periods=periods),
        ],
        "max_drawdown(r order by date)": [
            empyrical.max_drawdown(r),
            quantstats.max_drawdown(series),
        ],
        f"calmar(r, {periods} order by date)": [empyrical.calmar_ratio(r, **year)],
        "ulcer_index(r order by date)": [
            quantstats.ulcer_index(series),
            np.sqrt((drawdowns**2).sum() / (len(r) - 1)),
        ],
        "profit_factor(r)": [quantstats.profit_factor(series, prepare_returns=False)],
        "win_rate(r)": [quantstats.win_rate(series, prepare_returns=False)],
        "omega(r)": [empyrical.omega_ratio(r), quantstats.omega(series)],
        "omega(r, 0.001)": [
            (np.maximum(r - 0.001, 0).sum()) / (np.maximum(0.001 - r, 0).sum())
        ],
        "skewness(r)": [stats.skew(r)],
        "kurtosis(r)": [stats.kurtosis(r)],
        "value_at_risk(r, 0.95)": [empyrical.value_at_risk(r, 0.05), percentile],
        "value_at_risk(r, 0.99)": [np.percentile(r, 1)],
        "expected_shortfall(r, 0.95)": [r[r <= percentile].mean()],
        "tail_ratio(r)": [
            empyrical.tail_ratio(r),
            quantstats.tail_ratio(series, prepare_returns=False),
        ],
        "probabilistic_sharpe(r)": [probabilistic_sharpe(r)],
        "probabilistic_sharpe(r, 0.03)": [probabilistic_sharpe(r, 0.03)],
        "deflated_sharpe(r, 50, 0.001)": [
            probabilistic_sharpe(r, expected_maximum_sharpe(50, 0.001))
        ],
    }
    common = ~np.isnan(benchmark)
    if common.sum() > 2 and not np.array_equal(r, benchmark):
        x, y = r[common], benchmark[common]
        result |= {
            "beta(r, benchmark)": [empyrical.beta(x, y)],
            f"alpha(r, benchmark, {periods})": [empyrical.alpha(x, y, **year)],
            "information_ratio(r, benchmark)": [empyrical.excess_sharpe(x, y)],
        }
    return result


def load(database):
    database.execute("create extension bellwether")
    database.execute("create table close (symbol text, date date, close float8)")
    with BARS.open(newline="") as file, database.cursor().copy(
        "copy close from stdin"
    ) as copy:
        for row in csv.DictReader(file):
            copy.write_row([row["symbol"], row["date"], row["close"]])
    database.execute(
        "create table simple as select symbol, date,"
        " close / lag(close) over (partition by symbol order by date) - 1 as r from close"
    )
    database.execute(
        "create view paired as select a.*, b.r as benchmark from simple a"
        f" left join simple b on b.date = a.date and b.symbol = '{BENCHMARK}'"
    )


def check(database, symbol):
    """Largest relative error of each expression; raises when one is too large."""
    rows = database.execute(
        "select r, benchmark from paired where symbol = %s and r is not null order by date",
        (symbol,),
    ).fetchall()
    r, benchmark = np.array(rows, dtype=float).T
    wanted = expected(r, benchmark, 365 if symbol.endswith("-USD") else 252)
    got = database.execute(
        f"select {', '.join(wanted)} from (select * from paired order by date) paired"
        " where symbol = %s",
        (symbol,),
    ).fetchone()
    worst = {}
    for (expression, references), value in zip(wanted.items(), got):
        name = expression.split("(")[0]
        for reference in references:
            # alpha is a power of something near 1: rounding is measured against that
            limit = max(abs(reference), 1) if name == "alpha" else abs(reference)
            error = abs(value - reference) / limit
            assert error <= TOLERANCE, (
                f"{symbol} {expression}: {value}, not {reference}"
            )
            worst[name] = max(worst.get(name, 0), error)
    return worst, sum(map(len, wanted.values()))


def main():
    if not BARS.exists():
        print(f"performance_test: skipped: {BARS} is missing")
        return
    warnings.simplefilter("ignore")
    worst, comparisons = {}, 0
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        load(database)
        symbols = [s for (s,) in database.execute("select distinct symbol from close")]
        for symbol in symbols:
            errors, count = check(database, symbol)
            comparisons += count
            for name, error in errors.items():
                worst[name] = max(worst.get(name, 0), error)
        database.rollback()
    for name, error in worst.items():
        print(f"{error:9.1e}  {name}")
    print(
        f"performance_test: {comparisons} numbers of {len(worst)} measures on {len(symbols)}"
        f" instruments agree with empyrical-reloaded and quantstats to {TOLERANCE:g}"
    )


if __name__ == "__main__":
    main()
