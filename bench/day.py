"""A whole day of one-minute bars of fifty symbols, replayed at 1,000 times its speed.

python3 bench/day.py "$(docker/server.sh dsn admin)" [BELLWETHER]

needs a release build and psycopg (docker/python.sh bench), and BELLWETHER_MODEL_PATH. Makes a
database of its own in which a tenant holds fifty positions, each with an exit plan; feeds the 390
minutes of a session at their times, 60 ms for each, while a worker watches, and prints how long it
took until the last exit was placed, as a multiple of the day's own speed; wanted: 1,000 at least
of the bars alone, as the feed is what sets the pace. Every fifth symbol falls through its stop at a
minute of its own: each of these exits must be placed for that minute, and none other, and the
books must agree. The CPU of worker and server is printed for a minute of the day, and what the day
would reach if only that bounded it, on one core.
"""

import os
import pathlib
import signal
import subprocess
import sys
import time
from urllib.parse import urlsplit, urlunsplit

import psycopg

SYMBOLS, MINUTES, SPEED = 50, 390, 1000
NAME = "bellwether_day_bench"
ROOT = pathlib.Path(__file__).resolve().parent.parent

admin = sys.argv[1]
program = sys.argv[2] if len(sys.argv) > 2 else str(ROOT / ".build/release/bellwether")


def database(name, user):
    parts = urlsplit(admin)
    host = user + "@" + parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, "/" + name, parts.query, ""))


def ended(connection):
    """CPU of all server processes that have ended, in ms."""
    backend = connection.info.backend_pid
    parent = pathlib.Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1]
    fields = pathlib.Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) * 1000 / os.sysconf("SC_CLK_TCK")


MARKET = f"""
select tenant.create_tenant(1, 'day');
insert into market.instrument (symbol, asset_class)
select format('R%s', lpad(n::text, 2, '0')), 'crypto' from generate_series(1, {SYMBOLS}) as n;
insert into market.bar (instrument_id, ts, open, high, low, close, volume, known_at)
select i.instrument_id, '2018-02-05 00:00Z', 100, 100, 100, 100, 1e6, '2018-02-06 00:00Z'
from market.instrument as i where i.symbol ~ '^R';
begin;
set local bellwether.tenant = 1;
select tenant.set_setting('max_positions', '100');
select tenant.set_setting('max_sector_fraction', '1');
do $$
declare
    placed trade.orders;
    wanted text;
begin
    for wanted in select symbol from market.instrument where symbol ~ '^R' order by 1 loop
        placed := trade.place_order(
            (select account_id from trade.account where tenant_id = 1), wanted, 'buy', 1,
            as_of => '2018-02-06 00:00:01Z');
        perform trade.begin_submit(placed.order_id);
        perform trade.record_submit(placed.order_id, 'acked', 'b' || placed.order_id);
        perform trade.record_fill(
            placed.order_id, 'f' || placed.order_id, 1, 100, 0, '2018-02-06 00:00:02Z');
    end loop;
end
$$;
update trade.exit_plan
set stop_price = 95, target_price = 200, exit_by = '2100-01-01',
    checked_until = '2018-02-06 00:00:02Z'
where tenant_id = 1;
delete from work.job;
commit;
analyze;
"""

MINUTE = """
insert into market.bar
    (instrument_id, bar_interval, ts, open, high, low, close, volume, known_at)
select i.instrument_id, '1m', m.ts, p.price, p.price, p.price, p.price, 1000,
    m.ts + interval '1 minute'
from market.instrument as i
cross join (
    select timestamptz '2018-02-06 14:30Z' + %(minute)s * interval '1 minute' as ts
) as m
cross join lateral (select substr(i.symbol, 2)::int as n) as s
cross join lateral (
    select case when s.n %% 5 = 0 and %(minute)s >= 7 * s.n then 94
        else 100 + (s.n + %(minute)s) %% 4 end as price
) as p
where i.symbol ~ '^R'
"""

with psycopg.connect(database("postgres", "postgres"), autocommit=True) as maintenance:
    maintenance.execute(f"drop database if exists {NAME} with (force)")
    maintenance.execute(f"create database {NAME}")
    subprocess.run([program, "migrate", "--database", database(NAME, "postgres")],
                   check=True, capture_output=True)
    with psycopg.connect(database(NAME, "postgres"), autocommit=True) as connection:
        connection.execute(MARKET)
        before = ended(connection)
        worker = subprocess.Popen(
            [program, "worker", "--kinds", "match_orders,submit_order", "--concurrency", "4",
             "--database", database(NAME, "bellwether_worker")],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 60
        while not connection.execute("select exists (select from work.worker)").fetchone()[0]:
            if worker.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"bench: no worker came:\n{worker.stderr.read()}")
            time.sleep(0.05)

        begun = time.monotonic()
        for minute in range(MINUTES):
            time.sleep(max(0, begun + minute * 60 / SPEED - time.monotonic()))
            connection.execute(MINUTE, {"minute": minute})
        # The last minute lasts, too.
        time.sleep(max(0, begun + MINUTES * 60 / SPEED - time.monotonic()))
        fed = time.monotonic() - begun
        while connection.execute(
            "select exists (select from work.job where kind in ('match_orders', 'submit_order'))"
        ).fetchone()[0]:
            time.sleep(0.01)
        worked = time.monotonic() - begun
        worker.send_signal(signal.SIGTERM)
        worker.stderr.read()
        _, status, usage = os.wait4(worker.pid, 0)
        time.sleep(0.5)
        own = (usage.ru_utime + usage.ru_stime) * 1000 / MINUTES
        server = (ended(connection) - before) / MINUTES

        connection.execute("set bellwether.tenant = 1")
        exits, late, sold, faults = connection.execute(
            """
            select
                count(*), count(*) filter (where p.triggered_by <> 'stop' or p.triggered_at
                    <> timestamptz '2018-02-06 14:31Z'
                    + 7 * substr(p.symbol, 2)::int * interval '1 minute'),
                (select count(*) from trade.orders where side = 'sell'),
                (select count(*) from trade.audit() as a where not a.agrees)
            from trade.exit_plan as p where p.status = 'triggered'
            """).fetchone()
        wanted = sum(1 for n in range(5, SYMBOLS + 1, 5) if 7 * n < MINUTES)
        if (exits, late, sold, faults) != (wanted, 0, wanted, 0):
            sys.exit(f"bench: {exits} exits of {wanted}, {late} at another minute, {sold} orders, "
                     f"{faults} faults in the books")
        day = MINUTES * 60
        print(f"{MINUTES} minutes of {SYMBOLS} symbols, {SYMBOLS} exit plans, {exits} exits")
        print(f"fed in {fed:.2f} s: {day / fed:.0f} times its speed")
        print(f"worked off after {worked:.2f} s, {1000 * (worked - fed):.0f} ms later: "
              f"{day / worked:.0f} times its speed")
        print(f"CPU a minute of the day: worker {own:.2f} ms, its server processes {server:.2f} ms")
    maintenance.execute(f"drop database {NAME} with (force)")
