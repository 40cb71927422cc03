"""Reads through HTTP against the same call of api through pgbench, in one run.

Run: bench/doors.py ADMIN_DSN ANALYST_DSN URL KEY_FILE   (wrk and pgbench on the PATH; the database
behind URL has the demo in it). Rounds alternate; medians of three; wanted: 60 % of pgbench.

Both sides have as many clients, each with one question under way, and ask over sessions that know
their tenant: pgbench's login is bound to one, the gateway tells a session once and keeps it for that
tenant. Both use prepared statements, one transaction a question, a Unix socket to the server. The
call is the same; the gateway alone makes JSON of its rows, in the same statement: what that costs is
the third column (pgbench with the gateway's own statement), and belongs to the gateway's side.
"""

import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile

admin, analyst, url, key_file = sys.argv[1:5]
key = pathlib.Path(key_file).read_text().strip()
clients, seconds, rounds = 4, 3, 3

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


def pgbench(sql: str) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder, "read.sql")
        script.write_text(sql + "\n")
        text = subprocess.run(
            ["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(seconds),
             "-f", str(script), "-l", "--log-prefix", f"{folder}/log", analyst],
            check=True, capture_output=True, text=True,
        ).stdout
        times = sorted(
            int(line.split()[2]) / 1000
            for log in pathlib.Path(folder).glob("log*") for line in log.read_text().splitlines()
        )
    return float(re.search(r"tps = ([\d.]+)", text)[1]), times[int(0.99 * len(times))]


def http(path: str) -> tuple[float, float]:
    text = subprocess.run(
        ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--latency",
         "-H", f"Authorization: Bearer {key}", url + path],
        check=True, capture_output=True, text=True,
    ).stdout
    if "Non-2xx" in text:
        sys.exit(f"bench: {path} was refused:\n{text}")
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    return (
        float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
        float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]],
    )


print(f"{clients} clients, {rounds} rounds of {seconds} s each, {platform.machine()}, medians")
print(f"{'read':12}{'pgbench/s':>11}{'as JSON/s':>11}{'HTTP/s':>9}{'ratio':>7}"
      f"{'pgbench p99 ms':>16}{'HTTP p99 ms':>13}")
for name, path, sql, json in READS:
    turns = [(pgbench(sql), pgbench(json), http(path)) for _ in range(rounds)]
    direct, made, through = (statistics.median(t[i][0] for t in turns) for i in range(3))
    ratio = statistics.median(t[2][0] / t[0][0] for t in turns)
    slow, slow_http = (statistics.median(t[i][1] for t in turns) for i in (0, 2))
    print(f"{name:12}{direct:11.0f}{made:11.0f}{through:9.0f}{ratio:7.2f}{slow:16.1f}{slow_http:13.1f}",
          flush=True)
