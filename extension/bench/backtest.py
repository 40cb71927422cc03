"""One backtest in SQL and in backtesting.py; see backtest.sh."""

import json
import os
import statistics
import time
import warnings

os.environ["TQDM_DISABLE"] = "1"
import psycopg

import backtest_strategies as strategies

SYMBOL, ROUNDS, RUNS = "AAPL", 5, 20


class Backend:
    """CPU milliseconds of a database session."""

    def __init__(self, connection):
        self.connection, self.pid = connection, connection.info.backend_pid

    def cpu_ms(self):
        with open(f"/proc/{self.pid}/schedstat") as file:
            return int(file.read().split()[0]) / 1e6

    def backtest(self, rows, options):
        """CPU milliseconds of a backtest, and how many trades it has."""
        statement = strategies.play(rows, "trade_count")
        self.connection.execute(statement, {"options": options}, prepare=True)
        before = self.cpu_ms()
        for _ in range(RUNS):
            answer = self.connection.execute(statement, {"options": options}, prepare=True)
            ((_, trades),) = answer.fetchall()
        return (self.cpu_ms() - before) / RUNS, trades


def run(case, bars, backend, options):
    """CPU milliseconds of one round: theirs, ours from ready signals, ours with the signals."""
    test = strategies.prepare(bars, case.options, case.signals(bars))
    before = time.process_time()
    wanted = len(test.run()._trades)
    theirs = (time.process_time() - before) * 1000
    ready, trades = backend.backtest("select * from signal", options)
    whole, trades_of_whole = backend.backtest(case.rows(f"symbol = '{SYMBOL}'"), options)
    assert trades == trades_of_whole == wanted, f"{case.name}: trades differ"
    return theirs, ready, whole


def main():
    warnings.simplefilter("ignore")
    bars = strategies.frames()[SYMBOL]
    print(f"backtest of {len(bars)} daily bars ({SYMBOL}), CPU ms, median of {ROUNDS} rounds, same trades")
    print("backtesting.py | SQL from ready signals, ratio | SQL that makes the signals too, ratio")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        strategies.load(connection)
        connection.execute("analyze bar")
        for case in strategies.CASES:
            if "leverage" in case.options:
                continue  # ruined long before the last bar
            connection.execute("drop table if exists signal")
            connection.execute(f"create table signal as {case.rows(f'symbol = {SYMBOL!r}')}")
            connection.execute("analyze signal")
            options = json.dumps(case.options | {"cash": strategies.CASH})
            backend = Backend(connection)
            rounds = [run(case, bars, backend, options) for _ in range(ROUNDS)]
            theirs, ready, whole = map(statistics.median, zip(*rounds))
            print(
                f"{theirs:6.1f} | {ready:5.2f} {theirs / ready:5.0f}x"
                f" | {whole:5.2f} {theirs / whole:5.0f}x | {case.name}"
            )


if __name__ == "__main__":
    main()
