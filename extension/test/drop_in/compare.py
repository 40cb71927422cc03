"""Asks two databases the same and reports every answer that differs; see compare.sh."""

import random
import struct
import sys
from pathlib import Path

import psycopg

HERE = Path(__file__).parent
TEXT_INPUTS, BINARY_INPUTS = 5000, 1000

# What the catalog says of the type vector. Named difference: <> estimates with neqsel here.
CATALOG = [
    """select p.oid::regprocedure::text, pg_get_function_result(p.oid), provolatile,
            proparallel, proisstrict, prokind, proleakproof
        from pg_proc as p
        where 'vector'::regtype in (prorettype, proargtypes[0])
            or proname in ('vector_avg', 'vector_combine')
        order by 1 collate "C" """,
    """select oid::regoperator::text, oprcode::text, oprcom::regoperator::text,
            oprnegate::regoperator::text, oprcanmerge, oprcanhash,
            case when oprname <> '<>' then oprrest::text || oprjoin::text end
        from pg_operator where oprleft = 'vector'::regtype and oprright = 'vector'::regtype
        order by 1 collate "C" """,
    """select aggfnoid::text, aggtransfn::text, aggfinalfn::text, aggcombinefn::text,
            aggtranstype::regtype::text, agginitval, aggfinalmodify
        from pg_aggregate join pg_proc as p on p.oid = aggfnoid
        where proargtypes[0] = 'vector'::regtype order by 1 collate "C" """,
    """select castsource::regtype::text, casttarget::regtype::text,
            castfunc::regprocedure::text, castcontext, castmethod
        from pg_cast where 'vector'::regtype in (castsource, casttarget)
        order by 1 collate "C", 2 collate "C" """,
    """select typname, typlen, typbyval, typtype, typcategory, typispreferred, typdelim,
            typalign, typstorage, typmodin::text, typmodout::text, typinput::text,
            typoutput::text, typreceive::text, typsend::text
        from pg_type where typname in ('vector', '_vector') order by 1""",
    """select opcname, opcdefault, amopstrategy, amopopr::regoperator::text
        from pg_opclass join pg_am as m on m.oid = opcmethod
        join pg_amop on amopfamily = opcfamily
        where opcintype = 'vector'::regtype and amname = 'btree' order by 3""",
]

# Types of pgvector that are not part of the family yet
LATER = ("halfvec", "sparsevec")


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
                rows = map(str, cursor.fetchall())
                results.append([r for r in rows if not any(n in r for n in LATER)])
            if not cursor.nextset():
                return results

    return run


def binary_input(data):
    def run(cursor):
        cursor.execute("create temporary table received (v vector(2))")
        with cursor.copy("copy received from stdin (format binary)") as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0))
            copy.write(struct.pack(">hi", 1, len(data)) + data + struct.pack(">h", -1))
        return cursor.execute("select v::text from received").fetchall()

    return run


def fuzzed_text(source):
    text = "".join(source.choices("[[]],,1 20.5e-+ naif\tx", k=source.randint(0, 9)))
    return f"select '{'[' * (source.random() < 0.8)}{text}{']' * (source.random() < 0.6)}'::vector"


def fuzzed_binary(source):
    if source.random() < 0.5:
        return source.randbytes(source.randint(0, 20))
    dim = source.choice((-1, 0, 1, 2, 2, 2, 3, 16001))
    return struct.pack(">hh", dim, source.random() < 0.1) + source.randbytes(8)


def questions():
    for line in (HERE / "statements.sql").read_text().splitlines():
        if line and not line.startswith("--"):
            yield line, statement(line)
    for sql in CATALOG:
        yield sql, statement(sql)
    source = random.Random(1)
    for _ in range(TEXT_INPUTS):
        sql = fuzzed_text(source)
        yield sql, statement(sql)
    for _ in range(BINARY_INPUTS):
        data = fuzzed_binary(source)
        yield f"binary {data.hex()}", binary_input(data)


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
