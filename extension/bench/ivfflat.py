"""ivfflat in two databases of one server, on the text set; see ivfflat.sh."""

import sys

import numpy as np
import psycopg

import hnsw_data

K, QUERIES, LISTS, ROUNDS = 10, 300, 250, 3
PROBES = (1, 2, 5, 10, 20, 40)


class Database:
    def __init__(self, dsn, base, query):
        self.connection = psycopg.connect(dsn, autocommit=True)
        run = self.connection.execute
        run("set max_parallel_maintenance_workers = 0; set maintenance_work_mem = '256MB'; set enable_seqscan = off")
        run("drop table if exists item; drop table if exists query")
        for table, rows in (("item", base), ("query", query)):
            run(f"create table {table} (id integer, v vector({rows.shape[1]}))")
            with self.connection.cursor().copy(f"copy {table} from stdin (format binary)") as copy:
                copy.set_types(["int4", "bytea"])
                for i, row in enumerate(rows):
                    copy.write_row((i, hnsw_data.binary(row)))
            run(f"vacuum analyze {table}")

    def cpu(self):
        with open(f"/proc/{self.connection.info.backend_pid}/schedstat") as file:
            return int(file.read().split()[0]) / 1e9

    def build(self):
        before = self.cpu()
        self.connection.execute(f"create index item_v on item using ivfflat (v vector_cosine_ops) with (lists = {LISTS})")
        size = self.connection.execute("select pg_relation_size('item_v')").fetchone()[0]
        return self.cpu() - before, size

    def recall(self, probes, truth):
        self.connection.execute(f"set ivfflat.probes = {probes}")
        rows = self.connection.execute(
            "select query.id, nearest.d from query, lateral (select item.v <=> query.v as d from item"
            f" order by item.v <=> query.v limit {K}) nearest").fetchall()
        return sum(d <= truth[q][K - 1] + 1e-5 for q, d in rows) / (K * QUERIES)

    def milliseconds(self, probes):
        self.connection.execute(f"set ivfflat.probes = {probes}")
        before = self.cpu()
        self.connection.execute(
            "select count(*) from query, lateral (select item.id from item"
            f" order by item.v <=> query.v limit {K}) nearest")
        return (self.cpu() - before) / QUERIES * 1000


def main():
    base, query = hnsw_data.text()
    query = query[:QUERIES]
    truth = hnsw_data.exact(base, query, "cosine", K)
    sides = {"pgvector": Database(sys.argv[1], base, query), "bellwether": Database(sys.argv[2], base, query)}
    print(f"{len(base)} x {base.shape[1]}, {LISTS} lists, {QUERIES} questions")
    for name, side in sides.items():
        cpu, size = side.build()
        print(f"{name:10} build {cpu:.1f} s CPU, {size / 1e6:.1f} MB", flush=True)
    for probes in PROBES:
        recall = {name: side.recall(probes, truth) for name, side in sides.items()}
        times = {name: [] for name in sides}
        for _ in range(ROUNDS):
            for name, side in sides.items():
                times[name].append(side.milliseconds(probes))
        ms = {name: float(np.median(t)) for name, t in times.items()}
        print(f"probes {probes:2}: recall {recall['bellwether']:.4f} against {recall['pgvector']:.4f}, "
              f"{ms['bellwether']:.3f} against {ms['pgvector']:.3f} ms CPU: {ms['bellwether'] / ms['pgvector']:.2f}", flush=True)


if __name__ == "__main__":
    main()
