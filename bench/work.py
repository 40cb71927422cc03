"""The queue against pgqueuer, procrastinate and raw SKIP LOCKED, same run, same machine.

python3 bench/work.py "$(docker/server.sh dsn admin)" [--long | --drain | --storm] [SYSTEM ...]

needs .build/release/bellwether, psycopg, pgqueuer, procrastinate and uvloop
(docker/python.sh bench) and pgbench on the PATH. SYSTEM: bellwether raw pgqueuer-10
pgqueuer-100 procrastinate; all by default. Two workers each, and the systems take turns
in three rounds, so that a ratio is of figures of about the same time: under six minutes on
a quiet machine. Each figure begins with a checkpoint, so that none pays for another's. Printed for each:

    drain    jobs a second, from the commit of many jobs to the last one's end: as many as
             take some seconds on a quiet machine
    start    ms from the return of a single enqueue to the start of its job, workers idle
    storm    single enqueues a second on 32 connections with the workers at work: 10,000 of
             bellwether, of which none may be lost, and ten seconds of the others, by clients
             that have prepared the statement
    WAL      bytes a job, from enqueue to end
    CPU      microseconds a job of the drain, of the workers and their server processes: what
             other programs on the machine take from both alike is not in it

and for bellwether also the drain of 50 tenants, and while an old snapshot is held open.
--long drains a million jobs and reports the workers' anonymous memory; --drain and --storm
measure nothing but that, to see what a change brings.
"""

import contextlib
import datetime
import os
import pathlib
import platform
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = pathlib.Path(__file__).resolve().parent.parent
BELLWETHER = ROOT / ".build/release/bellwether"
OTHERS = [sys.executable, str(ROOT / "bench/work_others.py")]
WORKERS = 2
STORM_CONNECTIONS, STORM_JOBS = 32, 10_000
STORM_SECONDS = 10
STARTS = 100
ROUNDS = 3
TENANTS = 50
SHORT_DRAIN = 40_000
HELD_DRAIN = 100_000


def database(dsn, name, user=None):
    parts = urlsplit(dsn)
    host = parts.netloc
    if user:
        host = user + "@" + host.rpartition("@")[2]
    text = urlunsplit((parts.scheme, host, "/" + name, parts.query, ""))
    # An empty host: the socket's folder is in the query.
    return text if "://" in text else text.replace(":/", "://", 1)


def connect(dsn):
    return psycopg.connect(dsn, autocommit=True)


def value(connection, sql, *parameters):
    return connection.execute(sql, parameters).fetchone()[0]


class Bellwether:
    """The queue of this project; also with the simplest functions in its place."""

    def __init__(self, dsn, raw=False):
        self.name = "raw" if raw else "bellwether"
        self.database = "bench_work_" + self.name
        self.dsn = database(dsn, self.database)
        self.worker_dsn = database(dsn, self.database, "bellwether_worker")
        self.raw = raw
        self.jobs = 100_000 if raw else 300_000
        self.starts = 15 if raw else STARTS // ROUNDS
        self.storm = ["-T", str(STORM_SECONDS)] if raw else [
            "-t", str(STORM_JOBS // STORM_CONNECTIONS)]

    def install(self):
        psql(self.dsn, "-f", "sql/install.sql")
        if self.raw:
            psql(self.dsn, "-f", "bench/work_raw.sql")

    def command(self):
        return [
            str(BELLWETHER), "worker", "--kinds", "probe", "--concurrency", "100",
            "--database", self.worker_dsn, "--log-level", "warning",
        ]

    ready = "select count(*) = 2 from work.worker where idle"
    one = "select work.enqueue('probe')"
    answering = "select work.enqueue('probe', '{\"answer\": \"bench\"}')"
    empty = "select (select job_id from work.job order by job_id desc limit 1) is null"

    def enqueue(self, connection, count, tenants=1):
        if self.raw:
            connection.execute(
                "insert into work.job (tenant_id, kind, priority, run_at, max_attempts,"
                " payload, enqueued_at) select 0, 'probe', 100, now(), 5, '{}', now()"
                " from generate_series(1, %s)", (count,))
            connection.execute("notify work")
        else:
            connection.execute(
                "select count(*) from work.enqueue_many('probe',"
                " array_fill('{}'::jsonb, array[%s]),"
                " array(select n %% %s from generate_series(1, %s) as n))",
                (count, tenants, count))

    def done(self, connection):
        """How many were done, where that is recorded."""
        return None if self.raw else value(connection, "select count(*) from work.job_done")


class Pgqueuer:
    def __init__(self, dsn, batch):
        self.name = f"pgqueuer-{batch}"
        self.database = f"bench_pgqueuer_{batch}"
        self.dsn = database(dsn, self.database)
        self.batch = batch
        self.jobs = 40_000 if batch == 100 else 10_000

    starts = 15
    storm = ["-T", str(STORM_SECONDS)]

    def install(self):
        subprocess.run([*OTHERS, self.dsn, "pgqueuer", "install"], check=True)

    def command(self):
        return [*OTHERS, self.dsn, "pgqueuer", "run", str(self.batch)]

    ready = "select count(*) > 4 from pg_stat_activity where datname = current_database()"
    insert = (
        "insert into pgqueuer (priority, entrypoint, payload, execute_after, status)"
        " select 0, 'probe', {payload}, now(), 'queued' from generate_series(1, {count})"
        " returning id"
    )
    one = insert.format(payload="null", count=1)
    answering = insert.format(payload="'answer'", count=1)
    empty = "select (select id from pgqueuer order by id desc limit 1) is null"

    def enqueue(self, connection, count, tenants=1):
        connection.execute(self.insert.format(payload="null", count=count))

    def done(self, connection):
        return None


class Procrastinate:
    name = "procrastinate"
    database = "bench_procrastinate"
    jobs = 500
    starts = 15
    storm = ["-T", str(STORM_SECONDS)]

    def __init__(self, dsn):
        self.dsn = database(dsn, self.database)

    def install(self):
        subprocess.run([*OTHERS, self.dsn, "procrastinate", "install"], check=True)

    def command(self):
        return [*OTHERS, self.dsn, "procrastinate", "run", "100"]

    ready = Pgqueuer.ready
    insert = (
        "insert into procrastinate_jobs (queue_name, task_name, args)"
        " select 'default', 'probe', '{args}' from generate_series(1, {count}) returning id"
    )
    one = insert.format(args="{}", count=1)
    answering = insert.format(args='{"answer": true}', count=1)
    empty = "select (select id from procrastinate_jobs order by id desc limit 1) is null"

    def enqueue(self, connection, count, tenants=1):
        connection.execute(self.insert.format(args="{}", count=count))

    def done(self, connection):
        return None


def psql(dsn, *arguments):
    subprocess.run(
        ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", *arguments, dsn], check=True, cwd=ROOT,
        env={**os.environ, "PGOPTIONS": "-c client_min_messages=warning"},
        stdout=subprocess.DEVNULL)


def until(what, condition, seconds=300, pause=0.02, processes=()):
    deadline = time.monotonic() + seconds
    while not condition():
        if any(process.poll() is not None for process in processes):
            raise ChildProcessError(f"a worker ended before: {what}")
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(pause)


@contextlib.contextmanager
def workers(system, connection):
    processes = [
        subprocess.Popen(system.command(), stdin=subprocess.DEVNULL, cwd=ROOT)
        for _ in range(WORKERS)
    ]
    try:
        until("workers listen", lambda: value(connection, system.ready),
              processes=processes)
        time.sleep(3)
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=60)


def drain(system, connection, jobs=None, pause=0.05, tenants=1):
    jobs = jobs or system.jobs
    before = value(connection, "select pg_current_wal_insert_lsn()")
    system.enqueue(connection, jobs, tenants)
    start = time.monotonic()
    until("the queue is empty", lambda: value(connection, system.empty), 3600, pause)
    seconds = time.monotonic() - start
    wal = value(connection, "select pg_current_wal_insert_lsn() - %s::pg_lsn", before)
    return jobs / seconds, float(wal) / jobs


def starts(system, connection, dsn, count):
    """ms from the enqueue's return to the job's start, sorted."""
    waits = []
    chance = random.Random(1)
    with connect(dsn) as listener:
        listener.execute("listen bench")
        for _ in range(count):
            job = value(connection, system.answering)
            sent = time.time()
            answer = next(listener.notifies(timeout=30, stop_after=1))
            done, began = answer.payload.split()
            assert int(done) == job, (done, job)
            waits.append(max(0.0, float(began) - sent) * 1000)
            time.sleep(chance.uniform(0.1, 0.3))
    return sorted(waits)


def storm(system, connection):
    """Enqueues a second by pgbench; none may be lost."""
    before = system.done(connection)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(system.one + ";\n")
        script.flush()
        output = subprocess.run(
            ["pgbench", "-n", "-M", "prepared", "-c", str(STORM_CONNECTIONS), "-j", "2", *system.storm, "-f",
             script.name, system.dsn],
            check=True, capture_output=True, text=True).stdout
    until("the storm is over", lambda: value(connection, system.empty))
    # "10000/10000" if a number was asked for, "1234" if a time was.
    made = int(re.search(r"actually processed: (\d+)", output).group(1))
    if before is not None:
        lost = before + made - system.done(connection)
        assert lost == 0, f"{lost} of {made} jobs of the storm were lost"
    return float(re.search(r"tps = ([0-9.]+)", output).group(1))


def held(system, connection, dsn):
    """Drains with a snapshot held open, as a fraction of those before and after it.

    Medians, of the later half of those under the snapshot, before which 300,000 jobs lie dead.
    """
    def rate():
        return drain(system, connection, HELD_DRAIN, pause=0.01)[0]

    plain = [rate() for _ in range(3)]
    with psycopg.connect(dsn) as holder:
        holder.execute("set idle_in_transaction_session_timeout = 0")
        holder.commit()
        holder.execute("begin isolation level repeatable read; select 1 from pg_class limit 1")
        during = [rate() for _ in range(6)]
        holder.rollback()
    connection.execute("vacuum work.job")
    plain += [rate() for _ in range(3)]
    return median(during[3:]) / median(plain)


def anonymous(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) / 1024


def million(system, connection, processes):
    """Anonymous MB of the workers after 100,000, 200,000, ... jobs."""
    sizes = []
    for _ in range(10):
        drain(system, connection, 100_000, pause=0.2)
        sizes.append(max(anonymous(process) for process in processes))
    return sizes


def recreate(dsn, name):
    with connect(database(dsn, "postgres")) as server:
        server.execute(f'drop database if exists "{name}" with (force)')
        server.execute(f'create database "{name}"')


def prepare(system, dsn):
    recreate(dsn, system.database)
    system.install()


def processor_seconds(connection, processes):
    """What the workers and their server processes have used so far."""
    backends = connection.execute(
        "select pid from pg_stat_activity where datname = current_database()"
        " and backend_type = 'client backend' and pid <> pg_backend_pid()").fetchall()
    ticks = 0
    for pid in [process.pid for process in processes] + [row[0] for row in backends]:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def measure(system, only):
    """One round: the workers of one system alone are at work."""
    figures = {}
    with connect(system.dsn) as connection, workers(system, connection) as processes:
        drain(system, connection, system.jobs // 10)
        connection.execute("checkpoint")
        before = processor_seconds(connection, processes)
        figures["drain"], figures["wal"] = drain(system, connection)
        used = processor_seconds(connection, processes) - before
        figures["cpu"] = 1e6 * used / system.jobs
        if only == "drain":
            return figures
        # Statistics and dead rows of the drain are not the storm's.
        connection.execute("vacuum analyze")
        connection.execute("checkpoint")
        if only != "storm":
            figures["starts"] = starts(system, connection, system.dsn, system.starts)
        figures["storm"] = storm(system, connection)
    return figures


def only_ours(system, is_long):
    """What the others are not asked for."""
    figures = {}
    with connect(system.dsn) as connection, workers(system, connection) as processes:
        rates = [
            [
                drain(system, connection, SHORT_DRAIN, pause=0.02, tenants=tenants)[0]
                for tenants in (1, TENANTS)
            ]
            for _ in range(3)
        ]
        figures["tenants"] = median(many / one for one, many in rates)
        figures["held"] = held(system, connection, system.dsn)
        figures["memory"] = max(anonymous(process) for process in processes)
        if is_long:
            figures["million"] = million(system, connection, processes)
    return figures


def discard(dsn, name):
    with connect(database(dsn, "postgres")) as server:
        server.execute(f'drop database if exists "{name}" with (force)')


def median(numbers):
    return statistics.median(list(numbers))


def table(rounds):
    """A line for each system: medians of the rounds, and all waits together."""
    print("system          drain/s  WAL bytes/job  CPU us/job  start p50 ms  p99 ms  storm/s")
    for name, found in rounds.items():
        line = (
            f"{name:<14} {median(f['drain'] for f in found):8.0f} "
            f"{median(f['wal'] for f in found):14.0f} "
            f"{median(f['cpu'] for f in found):11.0f}")
        waits = sorted(wait for figures in found for wait in figures.get("starts", []))
        line += (
            f" {waits[len(waits) // 2]:13.1f} {waits[int(len(waits) * 0.99)]:7.1f}"
            if waits else f" {'':13} {'':7}")
        if "storm" in found[0]:
            line += f" {median(f['storm'] for f in found):8.0f}"
        print(line, flush=True)


def ratio(ours, others, what):
    """The median of the rounds' ratios: what ran at about the same time is compared."""
    ratios = [
        mine[what] / max(theirs[what] for theirs in of_round)
        for mine, *of_round in zip(ours, *others)
    ]
    every = " ".join(f"{one:.1f}" for one in ratios)
    return f"{median(ratios):.1f}x (rounds {every})"


def drains(rounds):
    ours = rounds["bellwether"]
    pgqueuer = [found for name, found in rounds.items() if name.startswith("pgq")]
    if pgqueuer:
        print(f"drain: {ratio(ours, pgqueuer, 'drain')} pgqueuer's best (wanted 5x, aim 8x)")
        least = median(min(f["cpu"] for f in of_round) for of_round in zip(*pgqueuer))
        print(
            "CPU: pgqueuer's best takes "
            f"{least / median(f['cpu'] for f in ours):.1f}x of ours a job")
        print(f"WAL: {ratio(ours, pgqueuer, 'wal')} the greater of pgqueuer's bytes a job")
    if "raw" in rounds:
        print(f"drain: {ratio(ours, [rounds['raw']], 'drain')} raw SKIP LOCKED")


def storms(rounds):
    ours = rounds["bellwether"]
    pgqueuer = [found for name, found in rounds.items() if name.startswith("pgq")]
    if pgqueuer:
        print(f"storm: {ratio(ours, pgqueuer, 'storm')} pgqueuer's best")
    if "raw" in rounds:
        print(f"storm: {ratio(ours, [rounds['raw']], 'storm')} NOTIFY per row (wanted 5x)")


def summary(ours, own):
    waits = sorted(wait for figures in ours for wait in figures["starts"])
    print(
        f"start when idle: p50 {waits[len(waits) // 2]:.1f} ms (wanted 5), "
        f"p99 {waits[int(len(waits) * 0.99)]:.1f} (30), of {len(waits)}")
    print(f"drain of {TENANTS} tenants: {own['tenants']:.2f} of that of one")
    print(f"drain under a held snapshot: {own['held']:.2f} of the usual (wanted 0.80)")
    print(f"anonymous memory of a worker: {own['memory']:.0f} MB (wanted under 100)")
    if "million" in own:
        sizes = " ".join(f"{size:.0f}" for size in own["million"])
        print(f"over a million jobs, MB after each 100,000: {sizes}")


def main():
    arguments = [word for word in sys.argv[1:] if not word.startswith("--")]
    only = next((word for word in ("drain", "storm") if f"--{word}" in sys.argv), None)
    dsn, names = arguments[0], arguments[1:]
    systems = [
        Bellwether(dsn), Bellwether(dsn, raw=True), Pgqueuer(dsn, 10), Pgqueuer(dsn, 100),
        Procrastinate(dsn),
    ]
    systems = [system for system in systems if not names or system.name in names]
    with connect(dsn) as server:
        version = value(server, "show server_version").split()[0]
    print(
        f"{datetime.date.today()}, {os.cpu_count()} cores of {platform.machine()}, "
        f"PostgreSQL {version}, {WORKERS} workers, load {os.getloadavg()[0]:.1f} at the start")
    rounds = {system.name: [] for system in systems}
    try:
        for system in systems:
            prepare(system, dsn)
        for number in range(ROUNDS):
            for system in systems:
                figures = measure(system, only)
                rounds[system.name].append(figures)
                print(
                    f"  round {number + 1}: {system.name} drains {figures['drain']:.0f}/s, "
                    f"{figures['cpu']:.0f} us of CPU a job, storm {figures.get('storm', 0):.0f}"
                    f"/s, load {os.getloadavg()[0]:.0f}",
                    file=sys.stderr, flush=True)
        table(rounds)
        if "bellwether" in rounds:
            drains(rounds)
            if only != "drain":
                storms(rounds)
            if only is None:
                own = only_ours(systems[0], "--long" in sys.argv)
                summary(rounds["bellwether"], own)
    finally:
        for system in systems:
            discard(dsn, system.database)


if __name__ == "__main__":
    main()
