"""CREATE INDEX by one process and by two, in turn.

python3 extension/bench/hnsw_parallel.py "$(docker/server.sh dsn admin)" [rounds]

needs numpy and psycopg (docker/python.sh bench). The text set, 256 MB. Prints for
each round the CPU seconds of each process and the wall time. Other work on the
machine makes the wall time of two processes wrong; what one of them uses at most
is what it would be where each has a core.
"""

import statistics
import sys
import threading
import time

import numpy as np
import psycopg

import hnsw_data

DATABASE = "bellwether_hnsw_parallel"


def used(pid):
    """CPU seconds of a process, or None if it has ended."""
    try:
        with open(f"/proc/{pid}/schedstat") as file:
            return int(file.read().split()[0]) / 1e9
    except (FileNotFoundError, ProcessLookupError):
        return None


class Watch(threading.Thread):
    """Notes the CPU time of a backend's workers until it is told to stop."""

    def __init__(self, dsn, leader):
        super().__init__()
        self.dsn, self.leader, self.seen, self.ended = dsn, leader, {}, threading.Event()

    def run(self):
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            while not self.ended.is_set():
                for (pid,) in connection.execute("select pid from pg_stat_activity where leader_pid = %s", (self.leader,)):
                    self.seen.setdefault(pid, 0)
                for pid in self.seen:
                    self.seen[pid] = max(self.seen[pid], used(pid) or 0)
                self.ended.wait(0.01)


def build(connection, dsn, workers):
    connection.execute("drop index if exists item_v")
    connection.execute(f"set max_parallel_maintenance_workers = {workers}")
    connection.execute(f"alter table item set (parallel_workers = {workers})")
    connection.execute("checkpoint")
    pid = connection.info.backend_pid
    watch = Watch(dsn, pid)
    watch.start()
    before, start = used(pid), time.monotonic()
    connection.execute("create index item_v on item using hnsw (v vector_cosine_ops)")
    wall, leader = time.monotonic() - start, used(pid) - before
    watch.ended.set()
    watch.join()
    return wall, leader, list(watch.seen.values())


def main():
    dsn, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    base, _ = hnsw_data.text()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"drop database if exists {DATABASE} with (force)")
        connection.execute(f"create database {DATABASE}")
        with psycopg.connect(dsn, dbname=DATABASE, autocommit=True) as work:
            work.execute("create extension bellwether")
            work.execute("set maintenance_work_mem = '256MB'")
            work.execute(f"create table item (id integer, v vector({base.shape[1]}))")
            with work.cursor().copy("copy item from stdin (format binary)") as copy:
                copy.set_types(["int4", "bytea"])
                for i, row in enumerate(base):
                    copy.write_row((i, hnsw_data.binary(row)))
            alone, longest, walls = [], [], []
            for number in range(rounds):
                wall_one, one, _ = build(work, dsn, 0)
                wall_two, leader, workers = build(work, dsn, 1)
                print(f"round {number + 1}: alone {one:.2f} s CPU, {wall_one:.2f} s wall; leader {leader:.2f}, "
                      f"workers {' '.join(f'{w:.2f}' for w in workers)} s CPU, {wall_two:.2f} s wall", flush=True)
                alone.append(one)
                longest.append(max([leader, *workers]))
                walls.append(wall_two / wall_one)
            print(f"medians: the longer one uses {statistics.median(longest) / statistics.median(alone):.2f} of the CPU "
                  f"time alone; wall {statistics.median(walls):.2f}")
        connection.execute(f"drop database {DATABASE} with (force)")


if __name__ == "__main__":
    main()
