"""A build whose graph does not fit maintenance_work_mem: time, reads and recall.

python3 extension/bench/hnsw_memory.py "$(docker/server.sh dsn admin)" [rows] [memory ...]

needs numpy and psycopg (docker/python.sh bench). The rows are those of the text
set, each several times with noise of its own (a cosine of about 0.86 to where
it comes from), in random order. Prints for each memory: CPU and wall seconds, and
the recall of the ten nearest of 200 questions at several ef_search.
"""

import sys
import time

import numpy as np
import psycopg

import hnsw_data
from hnsw_server import cpu_seconds

K = 10
NOISE = 0.03
QUERIES = 200
PART = 20000
DATABASE = "bellwether_hnsw_memory"


def parts(rows):
    """The rows, a part at a time; the same ones each time."""
    base, _ = hnsw_data.text()
    base /= np.linalg.norm(base, axis=1, keepdims=True)
    random = np.random.default_rng(11)
    for start in range(0, rows, PART):
        count = min(PART, rows - start)
        part = base[random.integers(0, len(base), count)]
        yield start, part + random.normal(0, NOISE, part.shape).astype(np.float32)


def load(connection, rows):
    """Fills the table, and returns the distances of each question's nearest rows."""
    _, query = hnsw_data.text()
    query = query[:QUERIES] / np.linalg.norm(query[:QUERIES], axis=1, keepdims=True)
    nearest = np.full((QUERIES, K), np.inf, dtype=np.float32)
    connection.execute(f"create table item (id integer, v vector({query.shape[1]}))")
    for start, part in parts(rows):
        with connection.cursor().copy("copy item from stdin (format binary)") as copy:
            copy.set_types(["int4", "bytea"])
            for i, row in enumerate(part):
                copy.write_row((start + i, hnsw_data.binary(row)))
        part = part / np.linalg.norm(part, axis=1, keepdims=True)
        distances = np.concatenate([nearest, 1 - query @ part.T], axis=1)
        nearest = np.sort(np.partition(distances, K, axis=1)[:, :K], axis=1)
    connection.execute("vacuum analyze item")
    return query, nearest


def recall(connection, query, nearest, ef):
    connection.execute("set enable_seqscan = off")
    connection.execute(f"set hnsw.ef_search = {ef}")
    right = 0
    before = cpu_seconds(connection)
    for i, row in enumerate(query):
        text = "[" + ",".join(map(str, row)) + "]"
        found = connection.execute(
            f"select v <=> %s::vector from item order by v <=> %s::vector limit {K}", (text, text)).fetchall()
        right += sum(d <= nearest[i][K - 1] + 1e-5 for (d,) in found)
    return right / (K * len(query)), (cpu_seconds(connection) - before) / len(query) * 1000


def build(connection, memory, query, nearest):
    connection.execute("drop index if exists item_v")
    connection.execute(f"set maintenance_work_mem = '{memory}'")
    connection.execute("set max_parallel_maintenance_workers = 0")
    connection.execute("checkpoint")
    before, wall = cpu_seconds(connection), time.monotonic()
    connection.execute("create index item_v on item using hnsw (v vector_cosine_ops)")
    size = connection.execute("select pg_relation_size('item_v')").fetchone()[0]
    print(f"{memory:>8}: {cpu_seconds(connection) - before:.0f} s CPU, {time.monotonic() - wall:.0f} s wall, "
          f"{size / 1e6:.0f} MB", flush=True)
    for ef in (40, 80, 160):
        part, cpu = recall(connection, query, nearest, ef)
        print(f"          ef {ef:3}: recall {part:.4f}, {cpu:.2f} ms CPU with the statement's own", flush=True)


def main():
    dsn = sys.argv[1]
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    memories = sys.argv[3:] or ["64MB", "2GB"]
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"drop database if exists {DATABASE} with (force)")
        connection.execute(f"create database {DATABASE}")
        with psycopg.connect(dsn, dbname=DATABASE, autocommit=True) as work:
            work.execute("set client_min_messages = warning")
            work.execute("create extension bellwether")
            query, nearest = load(work, rows)
            buffers = work.execute("show shared_buffers").fetchone()[0]
            print(f"{rows} x {query.shape[1]}, shared_buffers {buffers}", flush=True)
            for memory in memories:
                build(work, memory, query, nearest)
        connection.execute(f"drop database {DATABASE} with (force)")


if __name__ == "__main__":
    main()
