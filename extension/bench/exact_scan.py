"""Exact nearest neighbours in two databases of one server; see exact_scan.sh."""

import statistics
import struct
import sys

import numpy as np
import psycopg

ROWS, DIMENSIONS, ROUNDS = 62_000, 384, 15
OPERATORS = ("<->", "<#>", "<=>", "<+>")


def binary(vector):
    return struct.pack(">hh", len(vector), 0) + vector.astype(">f4").tobytes()


class Database:
    def __init__(self, dsn, rows):
        self.connection = psycopg.connect(dsn, autocommit=True)
        self.connection.execute("set max_parallel_workers_per_gather = 0")
        self.connection.execute("create table item (id integer, v vector)")
        with self.connection.cursor().copy(
            "copy item from stdin (format binary)"
        ) as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0))
            for i, row in enumerate(rows):
                data = binary(row)
                copy.write(struct.pack(">hiii", 2, 4, i, len(data)) + data)
            copy.write(struct.pack(">h", -1))
        self.connection.execute("vacuum analyze item")
        self.pid = self.connection.info.backend_pid

    def cpu_ms(self):
        with open(f"/proc/{self.pid}/schedstat") as file:
            return int(file.read().split()[0]) / 1e6

    def nearest(self, operator, query):
        """CPU milliseconds of the backend, and the ids."""
        before = self.cpu_ms()
        rows = self.connection.execute(
            f"select id from item order by v {operator} %s::vector limit 10",
            (str(query.tolist()),),
            prepare=True,
        ).fetchall()
        return self.cpu_ms() - before, [i for (i,) in rows]


def main(theirs, ours):
    random = np.random.default_rng(1)
    rows = random.standard_normal((ROWS, DIMENSIONS), dtype=np.float32)
    queries = random.standard_normal((ROUNDS, DIMENSIONS), dtype=np.float32)
    theirs, ours = Database(theirs, rows), Database(ours, rows)
    print(f"exact scan, {ROWS} x {DIMENSIONS}, CPU ms a query, median of {ROUNDS}")
    for operator in OPERATORS:
        theirs.nearest(operator, queries[0]), ours.nearest(operator, queries[0])
        times = {theirs: [], ours: []}
        for query in queries:
            a, expected = theirs.nearest(operator, query)
            b, got = ours.nearest(operator, query)
            assert got == expected, f"{operator}: {got} instead of {expected}"
            times[theirs].append(a)
            times[ours].append(b)
        a, b = (statistics.median(times[d]) for d in (theirs, ours))
        print(f"{operator}  pgvector {a:6.1f}  bellwether {b:6.1f}  ratio {b / a:.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
