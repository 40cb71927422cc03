"""Indicators against TA-Lib and numpy on random bars: short ones, ones that stand still, ones of a few ticks,
tiny and huge prices.

Usage: DATABASE_URL=... [BELLWETHER_LONG=yes] python series_fuzz.py   (an empty database, as superuser)
Exits with 0 and says why when a package is missing.
"""

import os
import sys
import warnings

try:
    import numpy as np
    import psycopg

    import series_test
except ImportError as missing:
    print(f"series_fuzz: skipped: {missing}")
    sys.exit(0)

ROUNDS = 300 if os.environ.get("BELLWETHER_LONG") else 60
KINDS = ("walk", "ticks", "tiny", "huge", "still")


def bars_of(rng, kind):
    n = int(rng.choice([1, 2, 5, 14, 15, 30, 61, 120, 300]))
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, n)))
    open = np.concatenate((close[:1], close[:-1])) * np.exp(rng.normal(0, 0.005, n))
    high = np.maximum(open, close) * (1 + np.abs(rng.normal(0, 0.01, n)))
    low = np.minimum(open, close) / (1 + np.abs(rng.normal(0, 0.01, n)))
    volume = rng.integers(1, 10**6, n).astype(float)
    if kind == "ticks":
        open, high, low, close = (np.round(x) for x in (open, high, low, close))
    elif kind == "still":
        open = high = low = close = np.full(n, 100.0)
    scale = {"tiny": 1e-7, "huge": 1e7}.get(kind, 1)
    return {k: v * (1 if k == "volume" else scale) for k, v in
            dict(open=open, high=high, low=low, close=close, volume=volume).items()}


def differs(expression, value, reference, bar, kind):
    unknown = ~np.isfinite(reference)
    if kind == "still" and not expression.startswith(STEADY):
        # Where nothing moves a share of the movement has no value; ours is null, or what it tends to.
        return None if not np.isinf(value).any() else "is infinite"
    if not expression.endswith((".macd", ".k")) and (np.isnan(value) != unknown).any():
        return f"nulls differ at {np.flatnonzero(np.isnan(value) != unknown)[:3]} of {len(value)}"
    if np.isnan(value[~unknown]).any():
        return "null"
    if expression.startswith(("mfi", "(stochastic")):
        # Of a hundred: where the truth is 0, a running sum of the reference leaves its rounding.
        reference, value = reference + 100, value + 100
    limit = np.maximum(series_test.scale(expression, reference, bar), np.finfo(float).tiny)[~unknown]
    error = (np.abs(value - reference)[~unknown] / limit).max(initial=0)
    return f"relative error {error:.2g}" if error > 1e-7 else None


# What has a value where nothing moves.
STEADY = ("sma", "wma", "ema", "dema", "tema", "momentum", "roc", "true_range", "atr", "(bollinger", "(donchian", "obv",
          "vwap", "(keltner", "(ichimoku", "realised_vol", "parkinson")


def main():
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    wrong, compared = {}, 0
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        database.execute("create extension if not exists bellwether")
        for seed in range(ROUNDS):
            rng = np.random.default_rng(seed)
            kind = KINDS[seed % len(KINDS)]
            bar = bars_of(rng, kind)
            wanted = {}
            try:
                wanted = series_test.expected(bar)
            except Exception as error:  # the reference itself cannot: say so, it counts against the number compared
                print(f"series_fuzz: seed {seed}: the reference fails: {error}")
                continue
            rows = database.execute(
                f"select {', '.join(map(series_test.over_window, wanted))}"
                " from unnest(%s::float8[], %s::float8[], %s::float8[], %s::float8[], %s::float8[]) with ordinality"
                " as bar (open, high, low, close, volume, place)"
                " window w as (order by place rows unbounded preceding) order by place",
                [list(map(float, bar[c])) for c in series_test.COLUMNS],
            ).fetchall()
            got = dict(zip(wanted, np.array(rows, dtype=float).T))
            for expression, reference in wanted.items():
                compared += 1
                if said := differs(expression, got[expression], np.asarray(reference, float), bar, kind):
                    wrong.setdefault(expression, f"seed {seed}, {kind}, {len(bar['close'])} bars: {said}")
        database.rollback()
    for expression, said in wrong.items():
        print(f"series_fuzz: {expression}: {said}", file=sys.stderr)
    assert compared > 30 * ROUNDS, "too little was compared to prove anything"
    print(f"series_fuzz: {ROUNDS} random series, {compared} columns")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
