"""Trades and equity of backtest() against backtesting.py, on every demo instrument with full bars.

Usage: DATABASE_URL=... python backtest_test.py   (an empty database, as superuser)
Exits with 0 and says why when a package or the data is missing.
"""

import json
import os
import sys
import warnings
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "bench"))
os.environ["TQDM_DISABLE"] = "1"
try:
    import numpy as np
    import psycopg
    from psycopg.types.composite import CompositeInfo, register_composite

    import backtest_strategies as strategies
except ImportError as missing:
    print(f"backtest_test: skipped: {missing}")
    sys.exit(0)

TOLERANCE = 1e-9


def close_to(got, wanted):
    return np.allclose(got, wanted, rtol=TOLERANCE, atol=0)


def check(name, result, bars, reference):
    """Raises where the trades or the equity differ; returns the number of trades."""
    # Which of several ends first on a bar is nobody's concern.
    wanted = reference._trades.sort_values(["ExitBar", "EntryBar"])
    trades = [t for t in result.trades if t.exit_ts]
    trades.sort(key=lambda trade: (trade.exit_ts, trade.entry_ts))
    assert len(trades) == len(wanted), f"{name}: {len(trades)} trades, not {len(wanted)}"
    for got, (_, trade) in zip(trades, wanted.iterrows()):
        where = f"{name}: trade of {trade.EntryTime:%Y-%m-%d}"
        times = (got.entry_ts.replace(tzinfo=None), got.exit_ts.replace(tzinfo=None))
        assert times == (trade.EntryTime, trade.ExitTime), f"{where}: {times}"
        prices = (got.size, got.entry_price, got.exit_price)
        exact = (trade.Size, trade.EntryPrice, trade.ExitPrice)
        assert prices == exact, f"{where}: {prices}, not {exact}"
        assert close_to(
            (got.pnl, got.fees, got.net_return), (trade.PnL, trade.Commission, trade.ReturnPct)
        ), f"{where}: profit {got.pnl}, not {trade.PnL}"
    equity = reference._equity_curve.Equity.to_numpy()
    assert len(result.equity) == len(bars) and close_to(result.equity, equity), (
        f"{name}: equity differs"
    )
    assert close_to(result.final_equity, equity[-1])
    still_open = sum(t.fees for t in result.trades if not t.exit_ts)
    assert close_to(result.fees, wanted.Commission.sum() + still_open), f"{name}: fees differ"
    assert close_to(result.max_drawdown, reference["Max. Drawdown [%]"] / 100)
    if len(wanted):
        assert close_to(result.win_rate, (wanted.PnL > 0).mean())
    return len(wanted)


def main():
    if not strategies.BARS.exists():
        print(f"backtest_test: skipped: {strategies.BARS} is missing")
        return
    warnings.simplefilter("ignore")
    frames = strategies.frames()
    rows_as = psycopg.rows.namedtuple_row
    with psycopg.connect(os.environ["DATABASE_URL"], row_factory=rows_as) as database:
        strategies.load(database)
        register_composite(CompositeInfo.fetch(database, "backtest_trade"), database)
        for case in strategies.CASES:
            options = json.dumps(case.options | {"cash": strategies.CASH, "equity_curve": True})
            rows = database.execute(
                strategies.play(case.rows("true")), {"options": options}
            ).fetchall()
            assert len(rows) == len(frames)
            trades, reasons = 0, set()
            for result in rows:
                bars = frames[result.symbol]
                reference = strategies.prepare(bars, case.options, case.signals(bars)).run()
                trades += check(f"{case.name}, {result.symbol}", result, bars, reference)
                reasons |= {t.reason for t in result.trades}
            assert trades > 0, f"{case.name}: no trades"
            print(f"{trades:6d} trades  {case.name}: {', '.join(sorted(reasons))}")
        database.rollback()
    print(
        f"backtest_test: {len(strategies.CASES)} strategies on {len(frames)} instruments have the"
        f" trades of backtesting.py, and its equity to {TOLERANCE:g}"
    )


if __name__ == "__main__":
    main()
