"""The Python package pgvector with psycopg: types found by name, text and binary, COPY."""

import sys

import numpy as np
import psycopg
from pgvector import Bit, HalfVector, SparseVector, Vector
from pgvector.psycopg import register_vector

DIMENSIONS = 3
DENSE = [1.5, 0, -2]


def rows_come_back(connection):
    """What was sent in both formats is what is read in both formats."""
    connection.execute(
        "create table item (id int primary key, v vector(3), h halfvec(3), s sparsevec(3), b bit(3))"
    )
    values = (Vector(DENSE), HalfVector(DENSE), SparseVector(DENSE), Bit([True, False, True]))
    connection.execute("insert into item values (1, %s, %s, %s, %s)", values)
    connection.execute("insert into item values (2, %b, %b, %b, %s)", values)
    connection.execute("insert into item (id, v) values (3, %s)", (np.array(DENSE),))
    for binary in (False, True):
        with connection.cursor(binary=binary) as cursor:
            read = cursor.execute("select v, h, s from item where id < 3 order by id").fetchall()
        for v, h, s in read:
            assert list(np.asarray(v.to_list() if isinstance(v, Vector) else v)) == DENSE, v
            assert h.to_list() == DENSE, h
            assert s.to_list() == DENSE and s.dimensions() == DIMENSIONS, s
    bits = connection.execute("select b from item where id = 1").fetchone()[0]
    assert str(bits) in ("101", "Bit(101)", "Bit('101')"), bits


def arrays_come_back(connection):
    """Arrays of a type whose oid only the server knows."""
    connection.execute("create table many (v vector(3)[])")
    connection.execute("insert into many values (%s)", ([Vector(DENSE), Vector([0, 0, 1])],))
    (read,) = connection.execute("select v from many").fetchone()
    assert len(read) == 2, read


def copies(connection):
    """COPY in the binary format, as bulk loaders do."""
    random = np.random.default_rng(1)
    connection.execute("create table loaded (id int, v vector(32), h halfvec(32), s sparsevec(32))")
    with connection.cursor().copy("copy loaded from stdin with (format binary)") as copy:
        copy.set_types(["int4", "vector", "halfvec", "sparsevec"])
        for i in range(1000):
            x = random.standard_normal(32).astype(np.float32)
            copy.write_row([i, Vector(x), HalfVector(x), SparseVector(np.where(x > 1, x, 0))])
    assert connection.execute("select count(*) from loaded").fetchone() == (1000,)


def searches(connection):
    """Nearest rows by each access method are those without an index."""
    cases = (
        ("v", "vector_l2_ops", "<->", ("hnsw", "ivfflat")),
        ("h", "halfvec_cosine_ops", "<=>", ("hnsw", "ivfflat")),
        ("s", "sparsevec_ip_ops", "<#>", ("hnsw",)),
    )
    for column, operators, operator, methods in cases:
        query = connection.execute(f"select {column} from loaded where id = 7").fetchone()[0]
        sql = f"select id from loaded order by {column} {operator} %s limit 5"
        exact = connection.execute(sql, (query,)).fetchall()
        for method in methods:
            connection.execute(f"create index nearest on loaded using {method} ({column} {operators})")
            connection.execute("set local ivfflat.probes = 100")
            connection.execute("set local enable_seqscan = off")
            plan = connection.execute(f"explain {sql}", (query,)).fetchall()
            assert any("nearest" in row[0] for row in plan), plan
            assert connection.execute(sql, (query,)).fetchall() == exact, (column, method)
            connection.execute("drop index nearest")


def main(dsn):
    with psycopg.connect(dsn) as connection:
        connection.execute("create extension if not exists vector")
        register_vector(connection)
        for test in (rows_come_back, arrays_come_back, copies, searches):
            test(connection)
    print("clients: psycopg with pgvector, 4 passed")


if __name__ == "__main__":
    main(sys.argv[1])
