"""Reads through HTTP against the same call of api through pgbench, in one run.

Run: bench/doors.py ADMIN_DSN ANALYST_DSN URL KEY_FILE   (wrk and pgbench on the PATH; the database
behind URL has the demo in it, the key a high rate). Rounds alternate; medians of three; wanted: 60 %
of pgbench.

Both sides have as many clients, each with one question under way and the next one sent when its
answer is there, and ask over sessions that know their tenant: pgbench's login is bound to one, the
gateway tells a session once and keeps it for that tenant. Both use prepared statements, one
transaction a question, a Unix socket to the server, one thread for all clients. The call is the same;
the gateway alone makes JSON of its rows, in the same statement: what that costs is the third column
(pgbench with such a statement, one round), and belongs to the gateway's side.

Everything runs on the same cores, and what asks costs, too: the last two columns are the CPU that
pgbench and wrk take for a question, in microseconds. pgbench is PostgreSQL's own client and is its
database's only one; wrk reads an answer with its head over TCP and is the cheapest of its kind.

Four clients leave each of gateway, database and wrk without work while it waits for the others;
sixteen are what a few open pages make. Both are measured.
"""

import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile

admin, analyst, url, key_file = sys.argv[1:5]
key = pathlib.Path(key_file).read_text().strip()
seconds, rounds = 2, 3

VIEW = "select row_to_json(p)::text, {keys} from ({call}) as p;"
POSITIONS = "select * from api.positions order by account_id desc, symbol desc limit 51"
BARS = "select * from api.bars where symbol = 'AAPL' order by ts desc, symbol desc limit 101"

# name, address, the call, the call with JSON made of it
READS = [
    (
        "portfolio", "/api/portfolio", "select api.portfolio();", "select api.portfolio()::text;",
    ),
    (
        "positions", "/api/positions?limit=50", POSITIONS + ";",
        VIEW.format(keys="p.account_id::text, p.symbol::text", call=POSITIONS),
    ),
    (
        "100 bars", "/api/market/bars?symbol=AAPL&limit=100", BARS + ";",
        VIEW.format(keys="p.ts::text, p.symbol::text", call=BARS),
    ),
    (
        "one cycle", "/cycles/3", "select api.cycle_report(3);",
        "select api.cycle_report(3)::text;",
    ),
    (
        "quote", "/api/market/quote?symbol=AAPL", "select * from api.quote('AAPL');",
        "select row_to_json(r)::text from api.quote('AAPL') as r;",
    ),
]


def asked(command: list[str]) -> tuple[str, float]:
    """What a command says, and the CPU seconds that it took."""
    before = os.times()
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    after = os.times()
    return text, sum(
        getattr(after, kind) - getattr(before, kind)
        for kind in ("children_user", "children_system")
    )


def pgbench(sql: str, clients: int) -> tuple[float, float, float]:
    """Questions a second, the 99th percentile in ms, pgbench's own CPU us a question."""
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder, "read.sql")
        script.write_text(sql + "\n")
        text, cpu = asked(
            ["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(seconds),
             "-f", str(script), "-l", "--log-prefix", f"{folder}/log", analyst]
        )
        times = sorted(
            int(line.split()[2]) / 1000
            for log in pathlib.Path(folder).glob("log*") for line in log.read_text().splitlines()
        )
    rate = float(re.search(r"tps = ([\d.]+)", text)[1])
    return rate, times[int(0.99 * len(times))], cpu / len(times) * 1e6


def http(path: str, clients: int) -> tuple[float, float, float]:
    """Questions a second, the 99th percentile in ms, wrk's own CPU us a question."""
    text, cpu = asked(
        ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--latency",
         "-H", f"Authorization: Bearer {key}", url + path]
    )
    if "Non-2xx" in text:
        sys.exit(f"bench: {path} was refused:\n{text}")
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    return (
        float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
        float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]],
        cpu / int(re.search(r"(\d+) requests in", text)[1]) * 1e6,
    )


def row(name: str, path: str, sql: str, json: str, clients: int) -> str:
    made = pgbench(json, clients)[0]
    turns = [(pgbench(sql, clients), http(path, clients)) for _ in range(rounds)]
    (direct, slow, asks), (through, slow_http, asks_http) = (
        [statistics.median(turn[side][i] for turn in turns) for i in range(3)] for side in (0, 1)
    )
    ratio = statistics.median(turn[1][0] / turn[0][0] for turn in turns)
    return (f"{name:12}{direct:11.0f}{made:11.0f}{through:9.0f}{ratio:7.2f}{slow:16.1f}"
            f"{slow_http:13.1f}{asks:12.1f}{asks_http:8.1f}")


for clients in (4, 16):
    print(f"{clients} clients, {rounds} rounds of {seconds} s each, {platform.machine()}, medians")
    print(f"{'read':12}{'pgbench/s':>11}{'as JSON/s':>11}{'HTTP/s':>9}{'ratio':>7}"
          f"{'pgbench p99 ms':>16}{'HTTP p99 ms':>13}{'pgbench us':>12}{'wrk us':>8}")
    for read in READS:
        print(row(*read, clients), flush=True)
    print()
