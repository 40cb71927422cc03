"""halfvec, sparsevec and bit in two databases of one server; see vector_types.sh."""

import statistics
import struct
import sys

import numpy as np
import psycopg

ROWS, DIMENSIONS, WORDS, QUERIES, K = 10_000, 384, 30_000, 100, 10
CLUSTERS, SPREAD = 300, 0.8

# Column, type, operator, operator class
CASES = (
    ("h", f"halfvec({DIMENSIONS})", "<=>", "halfvec_cosine_ops"),
    ("s", f"sparsevec({WORDS})", "<#>", "sparsevec_ip_ops"),
    ("b", f"bit({DIMENSIONS})", "<~>", "bit_hamming_ops"),
)


def half(vector):
    return struct.pack(">hh", len(vector), 0) + vector.astype(">f2").tobytes()


def sparse(entries):
    indices, values = entries
    head = struct.pack(">iii", WORDS, len(indices), 0)
    return head + indices.astype(">i4").tobytes() + values.astype(">f4").tobytes()


def bits(vector):
    return struct.pack(">i", len(vector)) + np.packbits(vector > 0).tobytes()


def documents(random, count):
    """Words by Zipf's law within topics, weights as of learned sparse encoders."""
    topics = [random.permutation(WORDS) for _ in range(50)]
    for _ in range(count):
        topic = topics[random.integers(50)]
        words = topic[np.minimum(random.zipf(1.3, random.integers(100, 200)), WORDS) - 1]
        indices = np.unique(words)
        yield indices, random.exponential(1, len(indices)).astype(np.float32)


def make(random, count):
    centers = np.random.default_rng(7).standard_normal((CLUSTERS, DIMENSIONS))
    dense = centers[random.integers(CLUSTERS, size=count)]
    dense = (dense + SPREAD * random.standard_normal(dense.shape)).astype(np.float32)
    for vector, entries in zip(dense, documents(random, count)):
        yield half(vector), sparse(entries), bits(vector)


class Database:
    def __init__(self, dsn, rows):
        self.connection = psycopg.connect(dsn, autocommit=True)
        for setting in (
            "max_parallel_workers_per_gather = 0",
            "max_parallel_maintenance_workers = 0",
            "maintenance_work_mem = '512MB'",
        ):
            self.connection.execute(f"set {setting}")
        columns = ", ".join(f"{name} {type_name}" for name, type_name, _, _ in CASES)
        self.connection.execute(f"create table item (id integer, {columns})")
        with self.connection.cursor().copy("copy item from stdin (format binary)") as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0))
            for i, row in enumerate(rows):
                fields = (struct.pack(">i", i), *row)
                copy.write(struct.pack(">h", len(fields)))
                for field in fields:
                    copy.write(struct.pack(">i", len(field)) + field)
            copy.write(struct.pack(">h", -1))
        self.connection.execute("vacuum analyze item")
        self.pid = self.connection.info.backend_pid

    def cpu_ms(self, action):
        path = f"/proc/{self.pid}/schedstat"
        before = int(open(path).read().split()[0])
        result = action()
        return (int(open(path).read().split()[0]) - before) / 1e6, result

    def nearest(self, column, operator, number):
        """CPU ms of the K nearest to one of the rows, and their distances."""
        query = self.connection.execute(f"select {column} from item where id = %s", (number,))
        sql = f"""select {column} {operator} %(q)s from item
            order by {column} {operator} %(q)s limit {K}"""
        value = query.fetchone()[0]
        ms, rows = self.cpu_ms(
            lambda: self.connection.execute(sql, {"q": value}, prepare=True).fetchall()
        )
        return ms, [d for (d,) in rows]


def measure(database, case):
    """CPU ms of an exact scan; of a build; index MB; CPU ms and recall with the index."""
    column, _, operator, operators = case
    ask = range(0, ROWS, ROWS // QUERIES)
    connection = database.connection
    exact = [database.nearest(column, operator, i) for i in ask]
    build, _ = database.cpu_ms(
        lambda: connection.execute(f"create index near on item using hnsw ({column} {operators})")
    )
    (size,) = connection.execute("select pg_relation_size('near')").fetchone()
    connection.execute("set enable_seqscan = off")
    for i in ask:
        database.nearest(column, operator, i)
    found = [database.nearest(column, operator, i) for i in ask]
    connection.execute("reset enable_seqscan; drop index near")
    hits = sum(
        sum(d <= expected[-1] + 1e-5 for d in got)
        for (_, got), (_, expected) in zip(found, exact)
    )
    return (
        statistics.median(ms for ms, _ in exact),
        build / 1000,
        size / 1e6,
        statistics.mean(ms for ms, _ in found),
        hits / K / QUERIES,
    )


def main(theirs, ours):
    rows = list(make(np.random.default_rng(1), ROWS))
    theirs, ours = Database(theirs, rows), Database(ours, rows)
    print(f"{ROWS} rows, CPU time of the backend, hnsw with default options and ef_search 40")
    names = ("exact scan, ms", "build, s", "index, MB", "hnsw, ms", "recall@10")
    for case in CASES:
        for name, a, b in zip(names, measure(theirs, case), measure(ours, case)):
            ratio = f"ratio {b / a:.2f}"
            print(f"{case[1]:17} {name:15} pgvector {a:8.3f}  bellwether {b:8.3f}  {ratio}")


if __name__ == "__main__":
    main(*sys.argv[1:])
