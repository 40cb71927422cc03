"""Own CPU of the agent cycle, model latency 0: rules-v1 judges, nobody is waited for.

python3 bench/cycle.py "$(docker/server.sh dsn admin)" [BELLWETHER]

needs a release build and psycopg (docker/python.sh bench), and BELLWETHER_MODEL_PATH. Makes a
database of its own with ten symbols of 300 days, lets a worker compute the snapshots, then runs
cycles of all ten symbols: one after another, and twenty at once. Printed for each is the CPU of
the worker and of its server processes, a symbol and cycle, in milliseconds, less what a worker
takes that finds nothing to do; wanted: 10 at most. Other programs on the machine are not in it.
"""

import os
import pathlib
import subprocess
import sys
import time
from urllib.parse import urlsplit, urlunsplit

import psycopg

SYMBOLS, DAYS, CYCLES = 10, 300, 20
NAME = "bellwether_cycle_bench"
ROOT = pathlib.Path(__file__).resolve().parent.parent

admin = sys.argv[1]
program = sys.argv[2] if len(sys.argv) > 2 else str(ROOT / ".build/release/bellwether")


def database(name, user):
    parts = urlsplit(admin)
    host = user + "@" + parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, "/" + name, parts.query, ""))


def server_ticks(connection):
    """CPU of all server processes that have ended, in clock ticks."""
    backend = connection.info.backend_pid
    parent = pathlib.Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1]
    fields = pathlib.Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()
    return int(fields[13]) + int(fields[14])


def work(connection, concurrency):
    """CPU of the worker and of its server processes, and the time it took, in ms."""
    before, start = server_ticks(connection), time.monotonic()
    worker = subprocess.Popen(
        [program, "worker", "--until-idle", "--concurrency", str(concurrency),
         "--database", database(NAME, "bellwether_worker")],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = worker.stderr.read()
    _, status, usage = os.wait4(worker.pid, 0)
    if status != 0:
        sys.exit(f"bench: the worker failed:\n{said}")
    wall = (time.monotonic() - start) * 1000
    time.sleep(0.3)  # the server waits for its children
    tick = 1000 / os.sysconf("SC_CLK_TCK")
    return (
        (usage.ru_utime + usage.ru_stime) * 1000,
        (server_ticks(connection) - before) * tick, wall,
    )


MARKET = f"""
select tenant.create_tenant(1, 'bench');
insert into market.instrument (symbol, asset_class, sector)
select 'C' || n, 'crypto', 'S' || n from generate_series(1, {SYMBOLS}) as n;
insert into market.bar (instrument_id, ts, open, high, low, close, volume, known_at)
select
    i.instrument_id, timestamptz '2017-01-01Z' + d * interval '1 day', p.price, p.price * 1.02,
    p.price * 0.98, p.price * 1.01, 1e6, timestamptz '2017-01-02Z' + d * interval '1 day'
from market.instrument as i, generate_series(0, {DAYS - 1}) as d, lateral (
    select 100 * exp(
        0.001 * d + 0.05 * sin(d / 9.0 + i.instrument_id)
        + abs(hashint8extended(d, i.instrument_id)) % 1000 / 50000.0
    ) as price
) as p where i.symbol ~ '^C[0-9]';
"""

with psycopg.connect(database("postgres", "postgres"), autocommit=True) as maintenance:
    maintenance.execute(f"drop database if exists {NAME} with (force)")
    maintenance.execute(f"create database {NAME}")
    subprocess.run([program, "migrate", "--database", database(NAME, "postgres")],
                   check=True, capture_output=True)
    with psycopg.connect(database(NAME, "postgres"), autocommit=True) as connection:
        connection.execute(MARKET)
        work(connection, 8)
        connection.execute("analyze")
        recorded = "select count(*) from agent.step where tenant_id = 1"
        end = connection.execute("select max(ts) from market.bar").fetchone()[0]

        def cycles(count):
            connection.execute("begin; set local bellwether.tenant = 1")
            for _ in range(count):
                connection.execute(
                    "select agent.new_cycle(array_agg(symbol order by instrument_id), false, "
                    "as_of => %s) from market.instrument where symbol ~ '^C[0-9]'", [end])
            connection.execute("commit")

        cycles(2)
        work(connection, 1)
        idle = work(connection, 1)
        print(f"{CYCLES} cycles of {SYMBOLS} symbols, {DAYS} days of history, rules-v1; "
              "ms a symbol and cycle")
        print(f"{'':14}{'worker':>8}{'server':>8}{'both':>8}{'wall':>8}")
        for name, concurrency in [("one by one", 1), ("twenty at once", CYCLES)]:
            had = connection.execute(recorded).fetchone()[0]
            cycles(CYCLES)
            used = work(connection, concurrency)
            steps = connection.execute(recorded).fetchone()[0] - had
            if steps != 4 * CYCLES * SYMBOLS:
                sys.exit(f"bench: {steps} steps instead of {4 * CYCLES * SYMBOLS}")
            own, server, wall = (
                (used[k] - idle[k]) / (CYCLES * SYMBOLS) for k in range(3))
            print(f"{name:14}{own:8.2f}{server:8.2f}{own + server:8.2f}{wall:8.2f}", flush=True)
    maintenance.execute(f"drop database {NAME} with (force)")
