"""Odd arguments: every function of the extension, found in the catalogue, is called with what it may not expect.

    python function_fuzz.py DSN [--seed N] [--calls N] [--seconds N] [--only NAME]

Arguments are nulls, empty and huge values, NaN and infinities, arrays with nulls, other bounds and more
dimensions, values from a table that keeps them compressed or out of line, and damaged bytes of the
extension's own formats. Functions are called by themselves, as aggregates over rows and groups, and over
frames of windows. Each call ends in an answer or in an error of the user's: never an internal one,
never a lost server. A function that comes later is called, too, for the catalogue tells of it.
"""

import argparse
import os
import random
import sys
import time

import psycopg

DIMENSIONS = ",".join(["0.25"] * 2000)
# Tried as a text of each type; what a type accepts is an argument for it.
TEXTS = [
    "", " ", "0", "1", "-1", "2", "3", "7", "100", "16000", "32768", "2147483647", "-2147483648", "9223372036854775807",
    "-9223372036854775808", "0.5", "-0", "1e-320", "1e308", "-1e308", "NaN", "Infinity", "-Infinity", "true", "false",
    "[1]", "[1,2,3]", "[0,0,0]", "[-1,2,-3]", "[3e38,-3e38,1e-45]", "[65504,-65504,0]", "[1,2,3,4]", f"[{DIMENSIONS}]",
    "{}/3", "{1:1,3:-2}/3", "{1:1}/1000000000", "{1:3e38}/3", "{16000:1}/16000", "101", "000", "111", "1" * 2000,
    "{}", "{1}", "{1,2,3}", "{NULL}", "{1,NULL,3}", "{NULL,NULL}", "[0:2]={1,2,3}", "[-5:-3]={1,NULL,2}", "{{1,2},{3,4}}",
    "{NaN,Infinity,-Infinity}", "{0,0,0}", "{1e308,-1e308}", '{"[1,2,3]","[0,0,0]"}', '{"[1,2,3]",NULL,"[1]"}', "{a,b}",
    '{a,NULL,""}', "{9223372036854775807,-1}", "{2020-01-01,infinity,-infinity}", "{damaged}",
    "infinity", "-infinity", "epoch", "2020-02-29", "2020-02-29 23:59:59.999999+00", "294276-12-31", "4714-11-24 BC",
    "1 day", "-1 month", "178000000 years", "00:00:00.000001", "null", "[]", '{"a": 1}', '[1, "x", null, [{}]]', '"x"', "1e400",
    '{"id": "a"}', '[{"key": "a"}]', '[{"from": "a", "to": "b", "type": "KNOWS"}]', '{"limit": -1}', "[" * 500 + "]" * 500,
    "a", "KNOWS", "Person", "name", "damaged", "damaged.node", "damaged.edge", "damaged_hnsw", "damaged_ivfflat",
    "damaged_value", "pg_class", "public", "x" * 300, "ä\u2028\U0001f600", "%s%n%1$I", "'", '"', "\\", "\\x", "\\x00",
    "\\x" + "ff" * 40, "\\x" + "00" * 200, "MATCH (n) RETURN n", "RETURN 1", "CREATE (:X)", "UNWIND range(1, 9) AS x RETURN x",
    "select ?x where {?x ?y ?z}", "ask {}", "shortest_path", "pagerank", "cosine", "l2", "out", "both", "[1,5)", "empty", "(,)",
    "(,,,,)", "(1,2)", "(1,1,1)", "()", "(,)", "(,,)", "(,,,)", "(,,,,,)", "(,,,,,,)", "(1,1,1,2020-01-01,0.5)",
]
SETUP = """
drop schema if exists damaged cascade;
drop table if exists damaged_value cascade;
select create_graph('damaged');
select cypher('damaged', 'CREATE (a:Person {name: "Ann", age: 40})-[:KNOWS {w: 1}]->(b:Person {name: "Bob"})-[:KNOWS]->(a)');
create table damaged_value (id int primary key, v vector(3), h halfvec(3), s sparsevec(3), f float8[], far vector, note text, bytes bytea);
alter table damaged_value alter far set storage external, alter f set storage extended, alter note set storage external;
insert into damaged_value
select n, array[n, n % 3, 1]::vector, array[n, 1, 0]::vector::halfvec, array[0, n, 1]::vector::sparsevec,
    array_fill(n::float8, array[3000]), array_fill(n::float4, array[3000])::vector, repeat('long ', 4000),
    case when n % 2 = 0 then (
        select pattern_block(i, i, timestamptz '2020-01-01' + i * interval '1 day',
            timestamptz '2020-01-02' + i * interval '1 day', 'infinity', array[i % 8 / 8.0, 1, n % 4 / 32.0]::vector order by i)
        from generate_series(1, 20) as i)
    else (
        select pattern_sketch(0, pattern_block, (select pattern_basis(array[i % 8 / 8.0, 1, i % 5 / 32.0]::vector, 2) from generate_series(1, 20) as i))
        from (select pattern_block(i, i, timestamptz '2020-01-01' + i * interval '1 day',
            timestamptz '2020-01-02' + i * interval '1 day', 'infinity', array[i % 8 / 8.0, 1, n % 4 / 32.0]::vector order by i)
            from generate_series(1, 20) as i) as b) end
from generate_series(1, 40) as n;
create index damaged_hnsw on damaged_value using hnsw (v vector_l2_ops);
create index damaged_ivfflat on damaged_value using ivfflat (v vector_l2_ops) with (lists = 2);
"""
# Rows of the table, by the type of the column.
STORED = {
    "vector": ["v", "far"], "halfvec": ["h"], "sparsevec": ["s"], "double precision[]": ["f"], "text": ["note"], "bytea": ["bytes"],
}
FUNCTIONS = """
select p.oid::regprocedure::text, format('%I.%I', n.nspname, p.proname), p.prokind::text, p.proretset,
    array(select format_type(t, null) from unnest(p.proargtypes) with ordinality as a (t, place) order by a.place), p.provariadic <> 0
from pg_proc as p
inner join pg_namespace as n on p.pronamespace = n.oid
inner join pg_depend as d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
inner join pg_extension as e on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid and e.extname = 'bellwether'
where 'internal'::regtype <> all (p.proargtypes) and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
order by 1
"""
# What most functions can do something with, by type; a graph's functions need its name first of all.
FITTING = {
    "text": ["a", "both", "out", "name", "MATCH (n)-[r]->(m) RETURN n, r.w, m", "select ?x where {?x ?y ?z}", "sum", "abs", "toUpper", "size", "split"],
    "text[]": ["{KNOWS}", "{Person}", "{}"], "jsonb": ["{}", '{"a": 1}'], "timestamp with time zone": ["2020-02-29", "infinity"],
    "integer": ["1", "2", "3"], "bigint": ["1", "2"], "double precision": ["0.5", "1"], "boolean": ["true", "false"],
    "bigint[]": ["{1,2}", "{1}"], "double precision[]": ["{1,2,3}", "{0.5,0.5}"], "vector[]": ['{"[1,2,3]","[0,0,0]"}'],
    "timestamp with time zone[]": ["{2020-01-01,2020-01-02,2020-01-03}"], "vector": ["[1,2,3]", "[0,0,0]"], "halfvec": ["[1,2,3]"],
    "sparsevec": ["{1:1,3:-2}/3"], "regclass": ["damaged_hnsw"], "name": ["v"], "cypher_value": ["1", '{"a": 1}', "[1,2,3]"],
}
GRAPHS = ("public.graph_", "public.cypher", "public.sparql", "public.drop_graph")
ANY = {"anyelement": "integer", "anyarray": "integer[]", "anycompatible": "integer", "anycompatiblearray": "integer[]", '"any"': "integer",
       "record": "damaged_value", "anynonarray": "integer", "cstring": "text"}


class Fuzzer:
    def __init__(self, dsn, seed):
        self.dsn, self.seed = dsn, seed
        self.seen = {"answers": 0, "refused": 0}
        self.called = {}
        self.failed = []
        self.connect()
        for statement in SETUP.split(";\n"):
            if statement.strip():
                self.connection.execute(statement)
        self.functions = self.connection.execute(FUNCTIONS).fetchall()
        self.values = {}

    def connect(self):
        self.connection = psycopg.connect(self.dsn, autocommit=True, prepare_threshold=None)
        for setting in ["client_min_messages = error", "statement_timeout = '5s'", "cypher.max_memory = '64MB'", "work_mem = '16MB'",
                        "bellwether.tenant = 0"]:
            self.connection.execute(f"set {setting}")

    def accepted(self, kind):
        """Texts that a type accepts, as literals."""
        if kind not in self.values:
            good = []
            for text in TEXTS:
                literal = "'" + text.replace("'", "''") + "'"
                if "\\" in text:
                    literal = "E" + literal.replace("\\", "\\\\")
                try:
                    self.connection.execute(f"select {literal}::{kind}".replace("%", "%%"))
                    good.append(literal)
                except psycopg.Error as error:
                    self.check(error, f"{literal}::{kind}")
            self.values[kind] = good
        return self.values[kind]

    def argument(self, r, kind, is_mild):
        real = ANY.get(kind, kind)
        cast = "cstring" if kind == "cstring" else real
        if is_mild and r.random() < 0.9 and real in FITTING:
            return f"'{r.choice(FITTING[real])}'::{cast}" if r.random() < 0.9 else f"null::{cast}"
        choice = r.randrange(10)
        if choice == 0:
            return f"null::{cast}"
        if choice <= 3 and real in STORED:
            column = r.choice(STORED[real])
            stored = f"(select {column} from damaged_value where id = {r.randint(1, 41)})"
            if real == "bytea" and r.random() < 0.7:
                at, byte = r.choice([0, 1, 2, 3, 4, 5, 8, 12, 16, 20, r.randrange(400)]), r.choice([0, 1, 127, 128, 255])
                damage = r.randrange(3)
                if damage == 0:
                    return f"substring({stored} for {at})"
                if damage == 1:
                    return f"overlay({stored} placing '\\x{byte:02x}' from {at + 1})"
                return f"overlay({stored} placing '\\x{r.randbytes(4).hex()}' from {at + 1})"
            return stored
        good = self.accepted(real)
        return f"{r.choice(good)}::{cast}" if good else f"null::{cast}"

    def statement(self, r, function):
        _, name, kind, is_set, kinds, is_variadic = function
        kinds = list(kinds)
        # Where all is odd a call ends at the first argument.
        is_mild = r.random() < 0.6
        if is_variadic and r.random() < 0.5 and kinds and kinds[-1].endswith("[]"):
            kinds[-1] = kinds[-1][:-2]
            arguments = [self.argument(r, one, is_mild) for one in kinds]
        else:
            arguments = [self.argument(r, one, is_mild) for one in kinds]
            if is_variadic:
                arguments[-1] = "variadic " + arguments[-1]
        if kinds and kinds[0] == "text" and name.startswith(GRAPHS) and r.random() < 0.8:
            arguments[0] = "'damaged'"
        if kind == "f":
            call = f"{name}({', '.join(arguments)})"
            return f"select * from {call} as f" if is_set or r.random() < 0.2 else f"select {call}"
        # Rows of arguments: some the same in each row, as settings are, others not.
        rows = []
        count = r.choice([0, 1, 2, 3, 8, 40])
        fixed = [r.random() < 0.6 for _ in arguments]
        for _ in range(max(count, 1)):
            rows.append([old if same else self.argument(r, one, is_mild)
                         for old, same, one in zip(arguments, fixed, kinds)])
        columns = [f"a{place}" for place in range(len(kinds))]
        values = ", ".join(f"({', '.join([str(n)] + row)})" for n, row in enumerate(rows))
        source = f"(values {values}) as t (n{''.join(', ' + one for one in columns)}) where n < {count}"
        call = f"{name}({', '.join(columns) or '*'})" if kind == "a" else f"{name}({', '.join(columns)})"
        if kind == "w" or r.random() < 0.3:
            frame = r.choice(["", "", "rows between 2 preceding and current row", "rows between unbounded preceding and 1 following",
                              "rows between 1 following and 2 following"])
            part = r.choice(["", "partition by n % 2 "])
            return f"select {call} over ({part}order by n {frame}) from {source}"
        if r.random() < 0.3:
            return f"select n % 3, {call} from {source} group by 1"
        return f"select {call} from {source}"

    def check(self, error, statement):
        state = error.sqlstate
        # XX001: bytes of a format of ours were seen to be damaged, as they are.
        if state is None or state in ("XX000", "XX002", "57P02"):
            self.failed.append(f"{state} {error}\n    {statement:.1000}")
            if self.connection.closed or len(self.failed) >= 20:
                self.tell()

    def tell(self):
        sys.exit("\n".join([f"seed {self.seed}:"] + self.failed))

    def call(self, r, function):
        statement = self.statement(r, function)
        answered = self.called.setdefault(function[0], [0, 0])
        try:
            with self.connection.transaction(force_rollback=True):
                self.connection.execute(statement.replace("%", "%%"), binary=r.random() < 0.2).fetchmany(1000)
            answered[0] += 1
            self.seen["answers"] += 1
        except psycopg.Error as error:
            self.check(error, statement)
            answered[1] += 1
            self.seen["refused"] += 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dsn")
    parser.add_argument("--seed", type=int, default=1)
    long = os.environ.get("BELLWETHER_LONG") == "yes"
    parser.add_argument("--calls", type=int, default=200000 if long else 6000)
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("--only")
    options = parser.parse_args()
    with psycopg.connect(options.dsn, autocommit=True) as connection:
        connection.execute("set client_min_messages = error")
        connection.execute("create extension if not exists bellwether")
    fuzzer = Fuzzer(options.dsn, options.seed)
    functions = [one for one in fuzzer.functions if options.only is None or options.only in one[0]]
    if not functions:
        sys.exit("the extension has no such function")
    end = time.monotonic() + options.seconds
    number = 0
    while number < options.calls or time.monotonic() < end:
        r = random.Random(options.seed * 1000003 + number)
        fuzzer.call(r, functions[number % len(functions)])
        number += 1
    if fuzzer.failed:
        fuzzer.tell()
    # A fuzzer that is refused everywhere tries nothing.
    never = sorted(name for name, (answers, _) in fuzzer.called.items() if answers == 0)
    if options.only is None and len(never) > len(functions) / 5:
        sys.exit(f"{len(never)} of {len(functions)} functions never answered: {never}")
    fuzzer.connection.execute("drop table damaged_value")
    fuzzer.connection.execute("drop schema damaged cascade")
    print(f"{number} calls of {len(functions)} functions from seed {options.seed}: {fuzzer.seen['answers']} answered, "
          f"{fuzzer.seen['refused']} refused; never answered: {', '.join(never) or 'none'}")


if __name__ == "__main__":
    main()
