"""Ten rounds in which a fifth of the rows goes and as many others come.

python3 extension/bench/hnsw_churn.py "$(docker/server.sh dsn admin)" [rounds]

needs numpy and psycopg (docker/python.sh bench). 50,000 rows of the text set are
in the table at any time. Prints for each round the CPU time of inserts and vacuum,
what hnsw_check has to say, and at the end the recall of the ten nearest beside that
of an index built anew over the same rows.
"""

import sys

import numpy as np
import psycopg

import hnsw_data
from hnsw_server import cpu_seconds

K = 10
ROWS = 50_000
EFS = (20, 40, 80, 160)
DATABASE = "bellwether_hnsw_churn"


def insert(connection, base, ids):
    with connection.cursor().copy("copy item from stdin (format binary)") as copy:
        copy.set_types(["int4", "bytea"])
        for i in ids:
            copy.write_row((int(i), hnsw_data.binary(base[i])))


def recalls(connection, query, truth):
    connection.execute("set enable_seqscan = off")
    result = []
    for ef in EFS:
        connection.execute(f"set hnsw.ef_search = {ef}")
        right = 0
        for i, row in enumerate(query):
            text = "[" + ",".join(map(str, row)) + "]"
            found = connection.execute(
                f"select v <=> %s::vector from item order by v <=> %s::vector limit {K}", (text, text)).fetchall()
            right += sum(d <= truth[i][K - 1] + 1e-5 for (d,) in found)
        result.append(right / (K * len(query)))
    return result


def churn(connection, base, rounds):
    random = np.random.default_rng(5)
    order = random.permutation(len(base))
    inside, outside = order[:ROWS], order[ROWS:]
    insert(connection, base, inside)
    connection.execute("create index item_v on item using hnsw (v vector_cosine_ops)")
    for number in range(1, rounds + 1):
        inside, gone = np.split(random.permutation(inside), [ROWS * 4 // 5])
        connection.execute("delete from item where id = any(%s)", (gone.tolist(),))
        before = cpu_seconds(connection)
        connection.execute("vacuum (parallel 0) item")
        vacuum = cpu_seconds(connection) - before
        pool = random.permutation(np.concatenate([outside, gone]))
        fresh, outside = np.split(pool, [ROWS // 5])
        before = cpu_seconds(connection)
        insert(connection, base, fresh)
        inserts = cpu_seconds(connection) - before
        inside = np.concatenate([inside, fresh])
        print(f"round {number:2}: vacuum {vacuum:.1f} s CPU, {len(fresh)} inserts {inserts:.1f} s CPU", flush=True)
    connection.execute("vacuum (parallel 0) item")
    return inside


def main():
    dsn = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    base, query = hnsw_data.text()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"drop database if exists {DATABASE} with (force)")
        connection.execute(f"create database {DATABASE}")
        with psycopg.connect(dsn, dbname=DATABASE, autocommit=True) as work:
            work.execute("set client_min_messages = warning")
            work.execute("set maintenance_work_mem = '512MB'")
            work.execute("set max_parallel_maintenance_workers = 0")
            work.execute("create extension bellwether")
            work.execute(f"create table item (id integer, v vector({base.shape[1]})) with (autovacuum_enabled = off)")
            inside = churn(work, base, rounds)
            truth = hnsw_data.exact(base[inside], query, "cosine", K)
            print("hnsw_check:", work.execute("select severity, problem from hnsw_check('item_v')").fetchall() or "nothing")
            after = recalls(work, query, truth)
            work.execute("reindex index item_v")
            print("hnsw_check of a fresh build:", work.execute("select severity, problem from hnsw_check('item_v')").fetchall() or "nothing")
            fresh = recalls(work, query, truth)
            for ef, a, b in zip(EFS, after, fresh):
                print(f"ef {ef:3}: recall {a:.4f} after {rounds} rounds, {b:.4f} of a fresh build")
        connection.execute(f"drop database {DATABASE} with (force)")


if __name__ == "__main__":
    main()
