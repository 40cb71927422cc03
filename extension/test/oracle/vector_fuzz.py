"""Distances and filtered neighbours against numpy: every operator of vector, halfvec, sparsevec and bit, exact
and through an index whose filters must lose no row.

Usage: DATABASE_URL=... [BELLWETHER_LONG=yes] python vector_fuzz.py   (an empty database, as superuser)
Exits with 0 and says why when a package is missing.
"""

import os
import sys

try:
    import numpy as np
    import psycopg
except ImportError as missing:
    print(f"vector_fuzz: skipped: {missing}")
    sys.exit(0)

ROUNDS = 60 if os.environ.get("BELLWETHER_LONG") else 12


def cosine(a, b):
    return 1 - a @ b / np.sqrt((a @ a) * (b @ b))


OPERATORS = {
    "<->": lambda a, b: np.sqrt(((a - b) ** 2).sum()),
    "<#>": lambda a, b: -(a @ b),
    "<=>": cosine,
    "<+>": lambda a, b: np.abs(a - b).sum(),
}
CLASSES = {"<->": "l2", "<#>": "ip", "<=>": "cosine", "<+>": "l1"}


def text_of(x, kind):
    if kind == "sparsevec":
        return "{" + ",".join(f"{i + 1}:{v:.9g}" for i, v in enumerate(x) if v) + f"}}/{len(x)}"
    return "[" + ",".join(f"{v:.9g}" for v in x) + "]"


def compare(database, rng, kind, operator, index):
    """One table, one index, some questions with filters; returns how many answers were compared."""
    n, dimensions = int(rng.integers(1, 400)), int(rng.integers(1, 70))
    rows = rng.normal(size=(n, dimensions))
    if kind == "sparsevec":
        rows[rng.random(rows.shape) < 0.7] = 0
        rows[:, 0] = 1
    if rng.random() < 0.5:
        # Few values: many distances are equal.
        rows = np.round(rows * 2) / 2
        rows[:, 0] = 1
    rows = rows.astype(np.float16 if kind == "halfvec" else np.float32).astype(float)
    database.execute("drop table if exists item")
    database.execute(f"create table item (id int, part int, v {kind}({dimensions}))")
    with database.cursor().copy("copy item from stdin") as copy:
        for i, row in enumerate(rows):
            copy.write_row((i, int(rng.integers(0, 5)), text_of(row, kind)))
    if index:
        database.execute(f"create index on item using hnsw (v {kind}_{CLASSES[operator]}_ops)")
        database.execute("analyze item")
    database.execute(f"set local enable_seqscan = {'off' if index else 'on'}")
    parts = dict(database.execute("select id, part from item").fetchall())
    compared = 0
    for _ in range(4):
        asked = rows[rng.integers(0, n)] + (rng.normal(size=dimensions) * 0.3 if kind != "sparsevec" else 0)
        asked = asked.astype(np.float16 if kind == "halfvec" else np.float32).astype(float)
        part, most = int(rng.integers(0, 6)), int(rng.integers(1, 30))
        got = database.execute(
            f"select id, (v {operator} %(a)s::{kind})::float8 from item where part = %(p)s"
            f" order by v {operator} %(a)s::{kind} limit %(n)s",
            {"a": text_of(asked, kind), "p": part, "n": most},
        ).fetchall()
        wanted = sorted(OPERATORS[operator](rows[i], asked) for i in range(n) if parts[i] == part)[:most]
        assert len(got) == len(wanted), f"{len(got)} rows, not {len(wanted)}"
        assert len({i for i, _ in got}) == len(got), "a row comes twice"
        for i, distance in got:
            exact = OPERATORS[operator](rows[i], asked)
            assert abs(distance - exact) <= 2e-4 * max(1, abs(exact)), f"{distance}, not {exact}"
        assert all(x[1] <= y[1] + 1e-5 * max(1, abs(y[1])) for x, y in zip(got, got[1:])), "not in order"
        if not index:
            assert np.allclose([d for _, d in got], wanted, rtol=2e-4, atol=2e-4), "not the nearest"
        compared += 1 + len(got)
    return compared


def bits(database, rng):
    n = int(rng.integers(1, 300))
    a, b = rng.integers(0, 2, n), rng.integers(0, 2, n)
    got = database.execute(
        f"select %s::bit({n}) <~> %s::bit({n}), %s::bit({n}) <%%> %s::bit({n})",
        ("".join(map(str, a)), "".join(map(str, b))) * 2,
    ).fetchone()
    both, either = (a & b).sum(), (a | b).sum()
    assert got[0] == (a != b).sum() and abs(got[1] - (1 - both / either if both else 1)) < 1e-9, got
    return 2


def main():
    compared, wrong = 0, []
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        database.execute("create extension if not exists bellwether")
        for seed in range(ROUNDS):
            for number, (kind, operator, index) in enumerate(
                (k, o, i) for k in ("vector", "halfvec", "sparsevec") for o in OPERATORS for i in (False, True)
            ):
                rng = np.random.default_rng([seed, number])
                try:
                    with database.transaction():
                        compared += compare(database, rng, kind, operator, index)
                except (AssertionError, psycopg.Error) as difference:
                    wrong.append(f"seed {seed}, {kind} {operator}{' by index' if index else ''}: {difference}")
            compared += bits(database, np.random.default_rng([seed, 99]))
        database.rollback()
    for line in wrong[:15]:
        print(f"vector_fuzz: {line}", file=sys.stderr)
    print(f"vector_fuzz: {ROUNDS} rounds, {compared} distances and answers as numpy has them")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
