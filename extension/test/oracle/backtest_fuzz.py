"""Random strategies on random bars against backtesting.py: gaps over stops, stop and target within one bar,
bars without a range, signals on every bar and on none, costs, leverage, many positions.

Usage: DATABASE_URL=... [BELLWETHER_LONG=yes] python backtest_fuzz.py   (an empty database, as superuser)
Exits with 0 and says why when a package is missing.
"""

import json
import os
import random
import sys
import warnings
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "bench"))
os.environ["TQDM_DISABLE"] = "1"
try:
    import numpy as np
    import pandas as pd
    import psycopg
    from psycopg.types.composite import CompositeInfo, register_composite

    import backtest_strategies as strategies
    from backtest_test import check
except ImportError as missing:
    print(f"backtest_fuzz: skipped: {missing}")
    sys.exit(0)

ROUNDS = 1000 if os.environ.get("BELLWETHER_LONG") else 200


def bars_of(chance):
    """Bars of a random walk whose gaps and ranges are as large as its stops."""
    n = chance.choice([2, 3, 10, 60, 250])
    swing = chance.choice([0.002, 0.02, 0.08])
    rng = np.random.default_rng(chance.getrandbits(32))
    close = 100 * np.exp(np.cumsum(rng.normal(0, swing, n)))
    # Most bars open where the last one closed, some far from it.
    gap = np.where(rng.random(n) < 0.2, rng.normal(0, 2 * swing, n), 0)
    open = np.concatenate(([100], close[:-1])) * np.exp(gap)
    reach = np.where(rng.random(n) < 0.1, 0, np.abs(rng.normal(0, swing, n)))
    high = np.maximum(open, close) * (1 + reach)
    low = np.minimum(open, close) / (1 + reach)
    if chance.random() < 0.3:
        # Prices as exchanges tell them: then a stop is met to the tick.
        open, high, low, close = (np.round(x, 1) for x in (open, high, low, close))
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.cumsum(rng.integers(1, 5, n)), unit="D")
    return pd.DataFrame({"Open": open, "High": high, "Low": low, "Close": close}, index=days)


def options_of(chance):
    options = {"side": chance.choice(["long", "short", "both"]), "size": chance.choice([0.3, 0.8, 0.95])}
    if chance.random() < 0.4:
        options |= {"sizing": "fixed", "size": chance.choice([2, 7, 100]), "positions": chance.choice([1, 3])}
    if chance.random() < 0.6:
        options["fee"] = chance.choice([0.0005, 0.002, 0.01])
    if chance.random() < 0.3:
        options["fill"] = "close"
    if chance.random() < 0.6:
        options |= {"reference": "signal", "stop_loss": chance.choice([0.003, 0.02, 0.1])}
    if chance.random() < 0.5:
        options |= {"reference": "signal", "take_profit": chance.choice([0.003, 0.02, 0.1])}
    if chance.random() < 0.3:
        options["trailing_stop"] = chance.choice([0.005, 0.05])
    # backtesting.py counts the bar of the signal when it fills at its close; we count bars held.
    if chance.random() < 0.3 and "fill" not in options:
        options["time_stop"] = chance.choice([1, 2, 5])
    if chance.random() < 0.2:
        options["leverage"] = chance.choice([1.5, 3])
    return options


def main():
    """Plays each strategy here and there."""
    warnings.simplefilter("ignore")
    rows_as = psycopg.rows.namedtuple_row
    total, reasons, wrong = 0, set(), []
    with psycopg.connect(os.environ["DATABASE_URL"], row_factory=rows_as) as database:
        database.execute("create extension if not exists bellwether")
        register_composite(CompositeInfo.fetch(database, "backtest_trade"), database)
        for seed in range(ROUNDS):
            chance = random.Random(seed)
            bars, options = bars_of(chance), options_of(chance)
            often = chance.choice([0.02, 0.2, 0.5, 1])
            signals = [np.array([chance.random() < often for _ in range(len(bars))]) for _ in range(2)]
            # backtesting.py asks a strategy from the second bar on.
            for signal in signals:
                signal[0] = False
            rows = [
                (ts.isoformat() + "+00", *map(float, bar), bool(enter), bool(leave))
                for (ts, bar), enter, leave in zip(zip(bars.index, bars.to_numpy()), *signals)
            ]
            result = database.execute(
                "select (backtest(ts, open, high, low, close, enter, leave, %s order by ts)).*"
                " from unnest(%s::timestamptz[], %s::float8[], %s::float8[], %s::float8[], %s::float8[],"
                " %s::boolean[], %s::boolean[]) as bar (ts, open, high, low, close, enter, leave)",
                (json.dumps(options | {"cash": strategies.CASH, "equity_curve": True}), *map(list, zip(*rows))),
            ).fetchone()
            try:
                total += check(
                    f"seed {seed} {options}", result, bars, strategies.prepare(bars, options, signals).run()
                )
            except AssertionError as difference:
                wrong.append(str(difference))
            reasons |= {t.reason for t in result.trades}
        database.rollback()
    for line in wrong[:10]:
        print(f"backtest_fuzz: {line}", file=sys.stderr)
    assert total > 5 * ROUNDS and len(reasons) > 4, "too little was traded to prove anything"
    print(f"backtest_fuzz: {ROUNDS} random strategies, {total} trades as backtesting.py has them: {', '.join(sorted(reasons))}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
