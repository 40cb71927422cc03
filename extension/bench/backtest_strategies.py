"""The same strategies in SQL and for backtesting.py, on the demo instruments with full bars.

Shared by test/oracle/backtest_test.py, which compares their trades, and backtest.py.
"""

import csv
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import talib
from backtesting import Backtest, Strategy

BARS = Path(__file__).parents[2] / "demo/data/ohlcv_daily.csv"
COLUMNS = ("Open", "High", "Low", "Close")


def load(database):
    database.execute("create extension bellwether")
    database.execute(
        "create table bar (symbol text, ts timestamptz, open float8, high float8, low float8,"
        " close float8, primary key (symbol, ts))"
    )
    with BARS.open(newline="") as file, database.cursor().copy("copy bar from stdin") as copy:
        for row in csv.DictReader(file):
            if row["high"]:
                copy.write_row(
                    [row["symbol"], row["date"] + "+00", *(row[c.lower()] for c in COLUMNS)]
                )


def frames():
    """symbol -> bars as backtesting.py wants them."""
    bars = pd.read_csv(BARS, parse_dates=["date"]).dropna(subset="high")
    bars = bars.rename(columns=str.capitalize).set_index("Date")
    return {symbol: group[list(COLUMNS)] for symbol, group in bars.groupby("Symbol")}


@dataclass
class Case:
    """A rule for signals, in SQL and in numpy, and the options of an account."""

    name: str
    indicators: str
    enter: str
    leave: str
    signals: object
    options: dict = field(default_factory=dict)

    def rows(self, where):
        """Bars with two columns of signals."""
        return f"""
            select symbol, ts, open, high, low, close, {self.enter} as enter, {self.leave} as leave
            from (
                select *, {self.indicators}
                from bar where {where}
                window w as (partition by symbol order by ts rows unbounded preceding),
                    before as (partition by symbol order by ts
                        rows between unbounded preceding and 1 preceding)
            ) as bar"""


def play(rows, wanted="*"):
    """backtest of each symbol; %(options)s is jsonb."""
    return f"""
        select symbol, (backtest(ts, open, high, low, close, enter, leave, %(options)s
            order by ts)).{wanted}
        from ({rows}) as bar
        group by symbol"""


def crossing(close):
    fast, slow = talib.SMA(close, 10), talib.SMA(close, 30)
    above = np.where(np.isnan(slow), np.nan, fast > slow)
    was = np.concatenate(([np.nan], above[:-1]))
    return (above == 1) & (was == 0), (above == 0) & (was == 1)


def breakout(high, low, close):
    highest = np.concatenate(([np.nan], talib.MAX(high, 20)[:-1]))
    lowest = np.concatenate(([np.nan], talib.MIN(low, 10)[:-1]))
    return close > highest, close < lowest


def sma_cross(name, **options):
    return Case(
        "SMA cross" + name,
        "sma(close, 10) over w > sma(close, 30) over w as above,"
        " sma(close, 10) over before > sma(close, 30) over before as was",
        "above and not was", "was and not above",
        lambda bars: crossing(bars.Close.to_numpy()), options,
    )  # fmt: skip


def rsi_reversion(name, low=30, high=55, **options):
    def signals(bars):
        rsi = talib.RSI(bars.Close.to_numpy(), 14)
        return rsi < low, rsi > high

    return Case(
        "RSI reversion" + name, "rsi(close, 14) over w as rsi",
        f"rsi < {low}", f"rsi > {high}", signals, options,
    )  # fmt: skip


def channel_breakout(name, **options):
    return Case(
        "breakout" + name,
        "(donchian(high, low, 20) over before).upper, (donchian(high, low, 10) over before).lower",
        "close > upper", "close < lower",
        lambda bars: breakout(*(bars[c].to_numpy() for c in ("High", "Low", "Close"))),
        options,
    )  # fmt: skip


STOPS = {"stop_loss": 0.04, "take_profit": 0.1, "reference": "signal", "fee": 0.001}
CASES = [
    sma_cross(""),
    sma_cross(", fee and part of the account", fee=0.002, size=0.5),
    sma_cross(", both ways", side="both", size=0.95, fee=0.001),
    sma_cross(", filled at the close", fill="close", fee=0.001, size=0.9),
    sma_cross(", both ways at the close", fill="close", side="both", size=0.9),
    rsi_reversion(""),
    rsi_reversion(", short", low=70, high=45, side="short", size=0.8),
    rsi_reversion(", both ways and leveraged", high=70, side="both", leverage=1.5, size=0.9),
    rsi_reversion(", stops and fixed size", sizing="fixed", size=7, **STOPS),
    channel_breakout(", stops", **STOPS),
    channel_breakout(", tight stops on the same bar", **STOPS | {
        "stop_loss": 0.01, "take_profit": 0.012}),
    channel_breakout(", trailing stop", trailing_stop=0.07, fee=0.001),
    channel_breakout(", both ways, all stops", side="both", trailing_stop=0.05, time_stop=15,
                     size=0.9, **STOPS),
    channel_breakout(", stops, filled at the close", fill="close", **STOPS),
    channel_breakout(", time stop", time_stop=5),
    rsi_reversion(", up to five at once", sizing="fixed", size=7, positions=5, **STOPS),
    rsi_reversion(", short, up to three at once", low=70, high=45, side="short", sizing="fixed",
                  size=3, positions=3, trailing_stop=0.06, time_stop=8),
    channel_breakout(", up to four at once at the close", sizing="fixed", size=5, positions=4,
                     fill="close", fee=0.001, stop_loss=0.04, reference="signal"),
    channel_breakout(", up to four at once, both ways", sizing="fixed", size=5, positions=4,
                     side="both", time_stop=15, **STOPS),
    channel_breakout(", ruined", side="short", leverage=3, size=0.99),
]  # fmt: skip
CASH = 1_000_000


class Signals(Strategy):
    """Follows two columns of signals with the options of a case."""

    enter = leave = options = None

    def init(self):
        self.side = self.options.get("side", "long")

    def wanted(self):
        """1, -1 or 0; None for no opinion."""
        enter, leave = self.enter[len(self.data) - 1], self.leave[len(self.data) - 1]
        if self.side == "both":
            return None if enter == leave else 1 if enter else -1
        if leave:
            return 0
        return None if not enter else 1 if self.side == "long" else -1

    def trail(self, close):
        share = self.options.get("trailing_stop")
        for trade in self.trades if share else ():
            if trade.is_long:
                trade.sl = max(trade.sl or 0, close * (1 - share))
            else:
                trade.sl = min(trade.sl or np.inf, close * (1 + share))

    def open(self, direction, close):
        stop, target = self.options.get("stop_loss"), self.options.get("take_profit")
        size = self.options.get("size", 1)
        order = self.buy if direction > 0 else self.sell
        order(
            **({} if size == 1 else {"size": size}),
            sl=stop and close * (1 - direction * stop),
            tp=target and close * (1 + direction * target),
        )

    def next(self):
        close = self.data.Close[-1]
        self.trail(close)
        wanted = self.wanted()
        position = int(np.sign(self.position.size))
        limit = self.options.get("time_stop")
        if wanted is not None and wanted != position:
            self.position.close()
            if wanted:
                self.open(wanted, close)
            return
        # Before orders: those are not among the trades yet.
        has_room = len(self.trades) < self.options.get("positions", 1)
        for trade in self.trades if limit else ():
            if len(self.data) - trade.entry_bar >= limit:
                trade.close()
        if wanted and has_room:
            self.open(wanted, close)


def prepare(bars, options, signals):
    return Backtest(
        bars, type("Case", (Signals,), {
            "options": options, "enter": signals[0], "leave": signals[1]}),
        cash=CASH, commission=options.get("fee", 0), margin=1 / options.get("leverage", 1),
        trade_on_close=options.get("fill") == "close", finalize_trades=False,
    )  # fmt: skip
