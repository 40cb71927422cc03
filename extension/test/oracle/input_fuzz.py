"""Damaged input: texts and bytes of vectors, and texts of queries, none of which may do harm.

    python input_fuzz.py DSN [--seed N] [--inputs N]
    python input_fuzz.py --print [--seed N] [--inputs N]     statements for valgrind, one a line

Valid examples are cut, doubled, swapped and sprinkled with what parsers trip over. Each input ends
in a value or in an error of the user's (never XX...). A value must come back the same by its own text
and by its own bytes; bytes are sent by COPY BINARY. The queries are those of the regression tests.
"""

import argparse
import os
import random
import re
import struct
import sys
from pathlib import Path

TYPES = ["vector", "halfvec", "sparsevec"]
HERE = Path(__file__).resolve().parent
DENSE = ["[1,2,3]", "[0.5, -1e-3 ,  7]", "[1]", "[-0,0,1e4]", "[65504,-65504,6.1e-5]", " [1,2] ",
         "[" + ",".join(["1.25"] * 300) + "]"]
SPARSE = ["{1:1.5,3:2}/5", "{}/4", "{ 2 : -1 , 9 : 1e-3 }/ 10", "{1:1}/1", "{16000:1}/16000",
          "{1:0,2:3}/3", "{999999999:1}/1000000000"]
EXAMPLES = {"vector": DENSE + ["[1e30,-3.4e38,1e-40]"], "halfvec": DENSE, "sparsevec": SPARSE}
PIECES = ["[", "]", "{", "}", ":", ",", "/", " ", "\t", "+", "-", ".", "e", "E", "0", "1", "9", "1e39", "-1e-46",
          "NaN", "inf", "-Infinity", "0x1p3", "1e", "1e400", "99999999999999999999", "2147483648", "-1",
          "''", "ä", "\u0660", "1_0", "nan", "()", ",,", "16001", "null"]
NUMBERS = ["0", "1", "2", "3", "7", "100", "0.5", "2147483647", "9223372036854775807", "1e38", "1e308", "-1"]
WORDS = ["MATCH", "RETURN", "WITH", "WHERE", "UNWIND", "CREATE", "MERGE", "DELETE", "SET", "CALL", "EXISTS", "NOT",
         "(", ")", "[", "]", "{", "}", "->", "<-", "-", "*", "..", ":", "|", ",", ";", "'", '"', "`", "$p", "0", "1e9",
         "9223372036854775808", "null", "//", "/*", "\\u00e4", "ä", "SELECT", "ASK", "FILTER", "OPTIONAL", "UNION",
         "?x", "<a:b>", "_:b", "GROUP BY", "ORDER BY", "LIMIT", "^", "!", "+", ".", "@", "^^", "CASE", "END", "reduce("]


def damage(r, text, pieces):
    """The text after an accident or three."""
    for _ in range(r.choice([1, 1, 1, 3])):
        at = r.randrange(len(text) + 1)
        to = min(len(text), at + r.choice([1, 1, 2, 5, 20]))
        kind = r.randrange(9)
        words = list(re.finditer(r"\w+", text))
        if kind >= 6 and words:
            # A number for a number, a word for a word: what is left may well be right.
            one = r.choice(words)
            others = NUMBERS if one[0].isdigit() else [word[0] for word in words if not word[0].isdigit()]
            text = text[:one.start()] + r.choice(others) + text[one.end():]
        elif kind == 0:
            text = text[:at] + text[to:]
        elif kind == 1:
            text = text[:at] + r.choice(pieces) + text[at:]
        elif kind == 2:
            text = text[:at] + r.choice(pieces) + text[to:]
        elif kind == 3:
            text = text[:at] + text[at:to] * r.choice([2, 3, 50]) + text[to:]
        elif kind == 4:
            text = text[:at]
        else:
            other = r.randrange(len(text) + 1)
            text = text[:at] + text[other:other + 20] + text[to:]
    return text.replace("\0", "")[:20000]


def damage_bytes(r, data):
    data = bytearray(data)
    for _ in range(r.choice([1, 1, 1, 3])):
        kind = r.randrange(4)
        at = r.randrange(len(data) + 1)
        if kind == 0:
            del data[at:at + r.choice([1, 2, 4, 8])]
        elif kind == 1:
            data[at:at] = r.randbytes(r.choice([1, 2, 4]))
        elif kind == 2 and data:
            data[r.randrange(len(data))] = r.choice([0, 1, 0x7F, 0x80, 0xFF, r.randrange(256)])
        else:
            data[at:at + 4] = struct.pack(">i", r.choice([-1, 0, 1, 2**31 - 1, -2**31, 16000, 16001]))
    return bytes(data)


def queries():
    """Queries of the regression tests: (function, graph's making, text)."""
    found = []
    for name in ["cypher_match", "cypher_expression", "cypher_write", "cypher_temporal"]:
        for text in re.findall(r"cypher\('\w+',\s*'((?:[^']|'')*)'", (HERE / f"../sql/{name}.sql").read_text()):
            found.append(("cypher", text.replace("''", "'")))
    for text in re.findall(r"ask\('((?:[^']|'')*)'", (HERE / "../sql/sparql.sql").read_text()):
        found.append(("sparql", text.replace("''", "'")))
    return found


def quoted(text):
    return "'" + text.replace("'", "''").replace("\n", " ").replace("\r", " ") + "'"


def typed(r):
    """A type, perhaps with a number of dimensions, and a text for it."""
    name = r.choice(TYPES)
    text = damage(r, r.choice(EXAMPLES[name]), PIECES)
    return name, name + r.choice(["", "", "(3)", "(5)"]), text


def write(options):
    known = queries()
    print("select create_graph('damaged')")
    print("""select cypher('damaged', 'CREATE (a:Person {name: "Ann", age: 40})-[:KNOWS]->(b:Person {name: "Bob"})')""")
    for number in range(options.inputs):
        r = random.Random(options.seed * 1000003 + number)
        if number % 2:
            name, kind, text = typed(r)
            print(f"select {quoted(text)}::{kind}, {quoted(text)}::{kind} <-> {quoted(text)}::{kind}")
        else:
            function, text = r.choice(known)
            print(f"select {function}('damaged', {quoted(damage(r, text, WORDS))})")


class Fuzzer:
    def __init__(self, connection, seed):
        self.connection = connection
        self.seed = seed
        self.known = queries()
        self.seen = {"values": 0, "refused": 0, "answers": 0}

    def fail(self, number, what):
        sys.exit(f"input {number} of seed {self.seed}: {what}")

    def ask(self, number, statement, *arguments):
        """The first row, or None after an error that a user may be told."""
        import psycopg
        try:
            return self.connection.execute(statement, arguments).fetchone()
        except psycopg.Error as error:
            if error.sqlstate is None or error.sqlstate.startswith("XX"):
                self.fail(number, f"{statement} {arguments!r:.500}: {error.sqlstate} {error}")
            self.seen["refused"] += 1
            return None

    def text(self, number, r):
        name, kind, text = typed(r)
        row = self.ask(number, f"select %s::text::{kind}::text", text)
        if row:
            self.seen["values"] += 1
            again = self.ask(number, f"select %s::text::{kind}::text", row[0])
            if again != row:
                self.fail(number, f"{kind} {text!r:.300} is {row[0]:.300}, which is {again}")
            self.bytes(number, name, self.connection.execute(
                f"select {name}_send(%s::text::{name})", (row[0],)).fetchone()[0], row[0])

    def bytes(self, number, name, data, expected=None):
        """What COPY BINARY makes of the bytes; the bytes of a value give that value."""
        import psycopg
        message = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0) + struct.pack(">hi", 1, len(data)) + data
        try:
            with self.connection.transaction(force_rollback=True), self.connection.cursor() as cursor:
                with cursor.copy(f"copy damaged_{name} from stdin (format binary)") as copy:
                    copy.write(message + struct.pack(">h", -1))
                text, back = cursor.execute(f"select v::text, {name}_send(v) from damaged_{name}").fetchone()
                if expected is not None and text != expected:
                    self.fail(number, f"{name} {expected:.300} by its bytes is {text:.300}")
                if back != data:
                    self.fail(number, f"{name}: {data.hex()} came back as {back.hex()}")
                cursor.execute(f"select v <-> v, v = %s::text::{name} from damaged_{name}", (text,))
                if cursor.fetchone()[1] is not True:
                    self.fail(number, f"{name}: {data.hex()} is not what its text {text:.300} is")
                self.seen["values"] += 1
        except psycopg.Error as error:
            if expected is not None or error.sqlstate is None or error.sqlstate.startswith("XX"):
                self.fail(number, f"{name} {data.hex()}: {error.sqlstate} {error}")
            self.seen["refused"] += 1

    def damaged_bytes(self, number, r):
        name = r.choice(TYPES)
        data = self.connection.execute(
            f"select {name}_send(%s::text::{name})", (r.choice(EXAMPLES[name]),)).fetchone()[0]
        self.bytes(number, name, damage_bytes(r, data))

    def query(self, number, r):
        function, text = r.choice(self.known)
        with self.connection.transaction(force_rollback=True):
            try:
                with self.connection.transaction():
                    self.connection.execute(
                        f"select count(*) from {function}('damaged', %s::text)", (damage(r, text, WORDS),))
                self.seen["answers"] += 1
            except Exception as error:
                state = getattr(error, "sqlstate", None)
                if state is None or state.startswith("XX"):
                    self.fail(number, f"{function}: {state} {error}")
                self.seen["refused"] += 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dsn", nargs="?")
    parser.add_argument("--print", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    long = os.environ.get("BELLWETHER_LONG") == "yes"
    parser.add_argument("--inputs", type=int, default=100000 if long else 5000)
    options = parser.parse_args()
    if options.print:
        write(options)
        return
    if options.dsn is None:
        parser.error("a connection string is needed")
    import psycopg
    connection = psycopg.connect(options.dsn, autocommit=True, prepare_threshold=None)
    connection.execute("set client_min_messages = error")
    connection.execute("create extension if not exists bellwether")
    connection.execute("drop schema if exists damaged cascade")
    connection.execute("select create_graph('damaged')")
    connection.execute("""select cypher('damaged',
        'CREATE (a:Person {name: "Ann", age: 40})-[:KNOWS]->(b:Person {name: "Bob"})')""")
    connection.execute("set statement_timeout = '5s'")
    connection.execute("set cypher.max_memory = '64MB'")
    for name in TYPES:
        connection.execute(f"create temporary table damaged_{name} (v {name})")
    fuzzer = Fuzzer(connection, options.seed)
    turns = [fuzzer.text, fuzzer.damaged_bytes, fuzzer.query, fuzzer.query]
    for number in range(options.inputs):
        turns[number % len(turns)](number, random.Random(options.seed * 1000003 + number))
    # Accidents that spare nothing, or everything, would try nothing.
    seen = fuzzer.seen
    if min(seen["refused"], seen["values"], seen["answers"]) < options.inputs / 50:
        sys.exit(f"the damage is of no use: {seen}")
    connection.execute("drop schema damaged cascade")
    print(f"{options.inputs} inputs from seed {options.seed}: {seen['values']} values came back the same, "
          f"{seen['answers']} queries answered, {seen['refused']} inputs refused")


if __name__ == "__main__":
    main()
