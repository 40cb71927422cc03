"""Asks two databases the same and reports every answer that differs; see compare.sh."""

import random
import re
import struct
import sys
from pathlib import Path

import psycopg

HERE = Path(__file__).parent
TYPES = ("vector", "halfvec", "sparsevec")
TEXT_INPUTS, BINARY_INPUTS, OPERATIONS = 4000, 1000, 2000

# What the catalog says of the types, and of the distances of bit. Named differences: <>
# estimates with neqsel here; access methods know a type without a support function for it.
OURS = "(select oid from pg_type where typname in ('vector', 'halfvec', 'sparsevec'))"
CATALOG = [
    f"""select p.oid::regprocedure::text, pg_get_function_result(p.oid), provolatile,
            proparallel, proisstrict, prokind, proleakproof
        from pg_proc as p
        where (prorettype in {OURS} or proargtypes[0] in {OURS}
            or proname in ('vector_avg', 'vector_combine', 'halfvec_avg', 'halfvec_combine',
                'hamming_distance', 'jaccard_distance'))
        order by 1 collate "C" """,
    f"""select oid::regoperator::text, oprcode::text, oprcom::regoperator::text,
            oprnegate::regoperator::text, oprcanmerge, oprcanhash,
            case when oprname <> '<>' then oprrest::text || oprjoin::text end
        from pg_operator
        where oprleft in {OURS} or oprright in {OURS} or oprname in ('<~>', '<%>')
            and oprleft = 'bit'::regtype
        order by 1 collate "C" """,
    f"""select aggfnoid::oid::regprocedure::text, aggtransfn::text, aggfinalfn::text,
            aggcombinefn::text, aggtranstype::regtype::text, agginitval, aggfinalmodify
        from pg_aggregate join pg_proc as p on p.oid = aggfnoid
        where proargtypes[0] in {OURS} order by 1 collate "C" """,
    f"""select castsource::regtype::text, casttarget::regtype::text,
            castfunc::regprocedure::text, castcontext, castmethod
        from pg_cast where castsource in {OURS} or casttarget in {OURS}
        order by 1 collate "C", 2 collate "C" """,
    """select typname, typlen, typbyval, typtype, typcategory, typispreferred, typdelim,
            typalign, typstorage, typmodin::text, typmodout::text, typinput::text,
            typoutput::text, typreceive::text, typsend::text
        from pg_type where typname ~ '^_?(vector|halfvec|sparsevec)$' order by 1""",
    f"""select opcname, opcdefault, amopstrategy, amopopr::regoperator::text, amopsortfamily
        from pg_opclass join pg_am as m on m.oid = opcmethod
        join pg_amop on amopfamily = opcfamily
        where opcintype in {OURS} and amname = 'btree' order by 1, 3""",
]

# Where halfvec spells a function differently from vector
SPELLINGS = {"vector_dims": "vector_dims", "vector_norm": "l2_norm"}


def answer(connection, action):
    """What action returns, or the error's parts; leaves nothing behind."""
    try:
        with connection.cursor() as cursor:
            result = action(cursor)
    except psycopg.Error as error:
        d = error.diag
        result = ("error", d.sqlstate, d.message_primary, d.message_detail, d.message_hint)
    connection.rollback()
    return result


def statement(sql):
    def run(cursor):
        cursor.execute(sql)
        results = []
        while True:
            if cursor.description:
                results.append([str(row) for row in cursor.fetchall()])
            if not cursor.nextset():
                return results

    return run


def binary_input(type_name, data):
    def run(cursor):
        cursor.execute(f"create temporary table received (v {type_name}(2))")
        with cursor.copy("copy received from stdin (format binary)") as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0))
            copy.write(struct.pack(">hi", 1, len(data)) + data + struct.pack(">h", -1))
        return cursor.execute("select v::text from received").fetchall()

    return run


def as_halfvec(line):
    """The same question about halfvec."""
    return re.sub(
        r"\bvector(_\w+)?\b",
        lambda m: SPELLINGS.get(m[0], "halfvec" + (m[1] or "")),
        line.replace("array_to_vector", "array_to_halfvec").replace("3e38", "6e4"),
    )


def fuzzed_text(source, type_name):
    if type_name == "sparsevec":
        text = "".join(source.choices("{}:://,,1123 05.e-+na\tx", k=source.randint(0, 10)))
        ends = source.choice(("", "}/5", "}/3", "}/", "}", ":1}/5", ":2,2:1}/4"))
        return f"select '{'{' * (source.random() < 0.8)}{text}{ends}'::sparsevec"
    text = "".join(source.choices("[[]],,1 20.5e-+ naif\tx", k=source.randint(0, 9)))
    opening, closing = "[" * (source.random() < 0.8), "]" * (source.random() < 0.6)
    return f"select '{opening}{text}{closing}'::{type_name}"


def fuzzed_binary(source, type_name):
    if source.random() < 0.5:
        return source.randbytes(source.randint(0, 20))
    if type_name == "sparsevec":
        dim, nnz = source.choice((-1, 0, 2, 2, 2, 3, 10**9 + 1)), source.choice((-1, 0, 1, 2, 3))
        numbers = [source.choice((-1, 0, 0, 1, 1, 2)) for _ in range(max(nnz, 0))]
        values = [source.choice((0.0, 1.5, -2.0, float("inf"))) for _ in numbers]
        return (
            struct.pack(">iii", dim, nnz, source.random() < 0.1)
            + struct.pack(f">{len(numbers)}i", *numbers)
            + struct.pack(f">{len(values)}f", *values)
        )
    dim = source.choice((-1, 0, 1, 2, 2, 2, 3, 16001))
    size = 8 if type_name == "vector" else 4
    return struct.pack(">hh", dim, source.random() < 0.1) + source.randbytes(size)


def number(source):
    """Eighths: sums and products of them are exact in any order."""
    return source.choice((0, 0, source.randint(-64, 64) / 8))


def literal(source, type_name, dim):
    values = [number(source) for _ in range(dim)]
    if type_name == "bit":
        return "b'" + "".join("01"[v > 0] for v in values) + "'"
    if type_name != "sparsevec":
        return f"'{values}'::{type_name}"
    entries = [f"{i + 1}:{v}" for i, v in enumerate(values)]
    source.shuffle(entries)
    return f"'{{{','.join(entries)}}}/{dim}'::sparsevec"


# What can be asked of two values a and b
BINARY = ("a <-> b", "a <#> b", "a <=> b", "a <+> b", "a < b", "a <= b", "a = b", "a <> b",
    "a >= b", "a > b", "l2_distance(a, b)", "inner_product(a, b)", "cosine_distance(a, b)",
    "l1_distance(a, b)", "{t}_cmp(a, b)", "{t}_l2_squared_distance(a, b)",
    "{t}_negative_inner_product(a, b)")  # fmt: skip
DENSE = ("a + b", "a - b", "a * b", "a || b", "{t}_spherical_distance(a, b)", "vector_dims(a)",
    "binary_quantize(a)", "subvector(a, {n}, {m})", "array[a, b]", "a::real[]",
    "(select avg(v) from unnest(array[a, b, a]) v)",
    "(select sum(v) from unnest(array[a, b]) v)")  # fmt: skip
UNARY = ("l2_normalize(a)", "a::vector", "a::halfvec", "a::sparsevec", "a::{t}({n})", "a::text",
    "{t}_send(a)")  # fmt: skip


def operation(source):
    """An expression over two generated values of a type, mostly of equal dimensions."""
    type_name = source.choice((*TYPES, "bit"))
    if type_name == "bit":
        choices = ("a <~> b", "a <%> b", "hamming_distance(a, b)", "jaccard_distance(a, b)")
    else:
        norm = "vector_norm(a)" if type_name == "vector" else "l2_norm(a)"
        choices = BINARY + UNARY + (norm,) + (DENSE if type_name != "sparsevec" else ())
    dim = source.choice((1, 2, 3, 7, 8, 9, 31, 33, 64, 100))
    other = dim if source.random() < 0.95 else source.randint(1, 9)
    expression = source.choice(choices).format(
        t=type_name, n=source.choice((dim, 1, 2, -1)), m=source.randint(-1, 5)
    )
    a, b = literal(source, type_name, dim), literal(source, type_name, other)
    return f"select {expression} from (select {a} as a, {b} as b) q"


def questions():
    for file in ("statements.sql", "sparse_statements.sql", "index_statements.sql"):
        for line in (HERE / file).read_text().splitlines():
            if line and not line.startswith("--"):
                yield line, statement(line)
                if file == "statements.sql":
                    yield as_halfvec(line), statement(as_halfvec(line))
    for sql in CATALOG:
        yield sql, statement(sql)
    source = random.Random(1)
    for type_name in TYPES:
        for _ in range(TEXT_INPUTS):
            sql = fuzzed_text(source, type_name)
            yield sql, statement(sql)
        for _ in range(BINARY_INPUTS):
            data = fuzzed_binary(source, type_name)
            yield f"binary {type_name} {data.hex()}", binary_input(type_name, data)
    for _ in range(OPERATIONS):
        sql = operation(source)
        yield sql, statement(sql)


def main(theirs, ours):
    asked = differing = 0
    with psycopg.connect(theirs) as theirs, psycopg.connect(ours) as ours:
        for question, action in questions():
            asked += 1
            expected, got = answer(theirs, action), answer(ours, action)
            if expected != got:
                differing += 1
                print(f"{question[:200]}\n  pgvector   {expected}\n  bellwether {got}")
    print(f"drop-in: {asked} questions, {differing} answered differently")
    sys.exit(differing > 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
