"""Reads through HTTP against the same call of api through pgbench, in one run.

Run: bench/doors.py ADMIN_DSN ANALYST_DSN URL KEY_FILE   (wrk and pgbench on the PATH; the database
behind URL has the demo in it). Rounds alternate; medians of three; wanted: 60 % of pgbench.
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

READS = [
    ("portfolio", "/api/portfolio", "select api.portfolio();"),
    (
        "positions", "/api/positions?limit=50",
        "select * from api.positions order by account_id desc, symbol desc limit 51;",
    ),
    (
        "100 bars", "/api/market/bars?symbol=AAPL&limit=100",
        "select * from api.bars where symbol = 'AAPL' order by ts desc, symbol desc limit 101;",
    ),
    ("one cycle", "/cycles/3", "select api.cycle_report(3);"),
    (
        "quote", "/api/market/quote?symbol=AAPL", "select * from api.quote('AAPL');",
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
print(f"{'read':12}{'pgbench/s':>11}{'HTTP/s':>9}{'ratio':>7}{'pgbench p99 ms':>16}{'HTTP p99 ms':>13}")
for name, path, sql in READS:
    pairs = [(pgbench(sql), http(path)) for _ in range(rounds)]
    direct = statistics.median(p[0][0] for p in pairs)
    through = statistics.median(p[1][0] for p in pairs)
    ratio = statistics.median(p[1][0] / p[0][0] for p in pairs)
    slow, slow_http = (statistics.median(p[i][1] for p in pairs) for i in (0, 1))
    print(f"{name:12}{direct:11.0f}{through:9.0f}{ratio:7.2f}{slow:16.1f}{slow_http:13.1f}", flush=True)
