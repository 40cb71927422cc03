"""Random Cypher queries: no crash, no internal error, the right answer.

    python cypher_fuzz.py DSN [--seed N] [--queries N]

Seven of ten queries are valid by construction (cypher_grammar.py) and are compared with
an evaluation in Python (cypher_model.py): rows, their order where it is determined, and
after a write the whole graph. Each is asked twice, with literals and with parameters for
them. Two of ten mix types at will (cypher_wild.py), one is broken somewhere: these may
end in an error that the language or a limit explains, never in an internal one. A broken
connection is a crash. The same seed makes the same queries; BELLWETHER_LONG=yes makes
many more.
"""

import argparse
import json
import os
import sys

import psycopg

from cypher_grammar import Grammar, render
from cypher_model import Graph, Node, Relationship, key
from cypher_wild import Maker

GRAPH = "fuzz"
# classes and codes that a query of a user may end with
EXPECTED = ("CY", "22", "54", "57014")
# Nodes with some properties missing; two relationships between the same nodes, a loop
MAKE = """
    CREATE (a:A {k: 0, s: 'a', b: true})-[:T {k: 1}]->(b:B {k: 1, s: 'ab'}),
        (b)-[:U {k: 2, s: 'a'}]->(a), (a)-[:T {k: 2}]->(b), (b)-[:T]->(c:A:B {k: 2, b: false}),
        (c)-[:U {k: 1, b: true}]->(d {s: 'ab'}), (d)-[:T]->(d), (d)-[:T {s: 'ab'}]->(e:C {k: 1}), (:C:A {k: 7, s: ''})"""


class Wrong(Exception):
    """The server did not answer as it should."""


def ask(connection, query, parameters=None):
    rows = connection.execute("select cypher(%s, %s, %s)::text", (GRAPH, query, json.dumps(parameters or {})))
    return [json.loads(row[0]) for row in rows.fetchall()]


def outcome(connection, query, parameters, state=False):
    """Rows (or the graph afterwards) or an SQLSTATE; everything is undone."""
    try:
        with connection.transaction(force_rollback=True):
            rows = ask(connection, query, parameters)
            return "rows", read_graph(connection).state() if state else rows
    except psycopg.Error as error:
        if connection.closed or connection.broken:
            raise
        if not error.sqlstate.startswith(EXPECTED):
            raise Wrong(f"SQLSTATE {error.sqlstate}: {error}") from None
        return "error", error.sqlstate


def read_graph(connection):
    nodes = {}
    for row in ask(connection, "MATCH (n) RETURN n"):
        n = row["n"]
        nodes[n["id"]] = Node(n["id"], n["labels"], n["properties"])
    return Graph(
        list(nodes.values()),
        [
            Relationship(r["id"], r["type"], nodes[r["start"]], nodes[r["end"]], r["properties"])
            for r in (row["r"] for row in ask(connection, "MATCH ()-[r]->() RETURN r"))
        ],
    )


def shown(value):
    """A value of the model as JSON shows it; 1 and 1.0 stay apart."""
    if isinstance(value, Node):
        return ("node", value.id)
    if isinstance(value, Relationship):
        return ("relationship", value.id)
    if isinstance(value, list):
        return ("list", tuple(map(shown, value)))
    if isinstance(value, dict):
        if set(value) == {"id", "labels", "properties"}:
            return ("node", value["id"])
        if set(value) == {"id", "type", "start", "end", "properties"}:
            return ("relationship", value["id"])
        return ("map", tuple(sorted((k, shown(v)) for k, v in value.items())))
    return (type(value).__name__, key(value)[1])


def table(rows, grammar):
    """The rows to compare: sorted where the query does not, lists of collect too."""
    out = []
    for row in rows:
        shape = {name: shown(value) for name, value in row.items()}
        for name in grammar.bags:
            shape[name] = ("bag", tuple(sorted(map(repr, shape[name][1]))))
        out.append(shape)
    keys = [tuple(row[name] for name in grammar.keys) for row in out]
    return keys, sorted(repr(sorted(row.items())) for row in out)


def compare(connection, seed, graph):
    """A valid query against the model, with literals and with parameters."""
    grammar = Grammar(seed, graph.copy())
    parts, run = grammar.query()
    parameters = {}
    texts = [(render(parts), {}), (render(parts, parameters), parameters)]
    try:
        rows = run()
        want = grammar.graph.state() if grammar.writes else table(rows, grammar)
    except OverflowError:  # too many rows, or numbers beyond what is compared
        want = None
    for text, given in texts:
        try:
            kind, got = outcome(connection, text, given, grammar.writes)
        except Wrong as wrong:
            raise Wrong(f"{wrong}\n  {text}\n  {given}") from None
        if want is None or (kind == "error" and got == "57014"):
            return "uncounted"
        if kind == "error":
            raise Wrong(f"SQLSTATE {got} for a valid query\n  {text}\n  {given}")
        if not grammar.writes:
            got = table(got, grammar)
        if got != want:
            raise Wrong(f"{text}\n  {given}\n  answered {got}\n  expected {want}")
    return "compared"


def wild(connection, seed, broken):
    """A query of any types, with literals and with parameters."""
    plain = Maker(seed)
    query = plain.query()
    if broken:
        query = plain.damage(query)
    try:
        kind, answer = outcome(connection, query, {})
        if broken:
            return kind
        other = Maker(seed)
        other.as_parameters = True
        query = other.query()
        # what is refused when literals are compiled may be refused later, or never
        # reached, with parameters
        kind2, answer2 = outcome(connection, query, other.parameters)
    except Wrong as wrong:
        raise Wrong(f"{wrong}\n  {query}") from None
    text = lambda rows: sorted(json.dumps(row, sort_keys=True) for row in rows)
    if kind == kind2 == "rows" and "LIMIT" not in query and text(answer) != text(answer2):
        raise Wrong(f"{query} {other.parameters}\n  {answer}\n  {answer2}")
    return kind


def write(options):
    """The queries as SQL for a single-user server, which reads a statement a line."""
    print(f"select create_graph('{GRAPH}')")
    empty = Graph([], [])
    for number, query in enumerate([MAKE] + [None] * options.queries):
        seed = options.seed * 1000003 + number
        if query is None and number % 10 < 3:
            query = Maker(seed).query()
        elif query is None:
            query = render(Grammar(seed, empty).query()[0])
        quoted = query.replace("'", "''").replace("\n", " ")
        print(f"select cypher('{GRAPH}', '{quoted}')")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dsn", nargs="?")
    parser.add_argument("--print", action="store_true", help="write the statements instead, one a line")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--go-on", action="store_true", help="report what is wrong and go on")
    long = os.environ.get("BELLWETHER_LONG") == "yes"
    parser.add_argument("--queries", type=int, default=50000 if long else 1500)
    options = parser.parse_args()
    if options.print:
        write(options)
        return
    if options.dsn is None:
        parser.error("a connection string is needed")
    connection = psycopg.connect(options.dsn, autocommit=True, prepare_threshold=None)
    connection.execute("set client_min_messages = warning")
    connection.execute("create extension if not exists bellwether")
    connection.execute(f"drop schema if exists {GRAPH} cascade")
    connection.execute(f"select create_graph('{GRAPH}')")
    ask(connection, MAKE)
    connection.execute("set statement_timeout = '5s'")
    graph = read_graph(connection)
    seen = {"compared": 0, "uncounted": 0, "rows": 0, "error": 0}
    failures = 0
    for number in range(options.queries):
        seed = options.seed * 1000003 + number
        try:
            if number % 10 < 3:
                seen[wild(connection, seed, number % 10 == 0)] += 1
            else:
                seen[compare(connection, seed, graph)] += 1
        except Wrong as wrong:
            failures += 1
            print(f"seed {seed}: {wrong}", file=sys.stderr)
            if not options.go_on:
                sys.exit(1)
        except psycopg.Error as error:
            sys.exit(f"seed {seed}: the connection broke ({error})")
    # the grammar is worth something only if most is executed, and something refused
    if failures or seen["compared"] < 0.6 * options.queries or seen["error"] < options.queries / 50:
        sys.exit(f"{failures} wrong; {seen}")
    connection.execute(f"drop schema {GRAPH} cascade")
    print(f"{options.queries} queries from seed {options.seed}: {seen['compared']} as evaluated in Python, "
          f"{seen['rows']} others answered, {seen['error']} refused, {seen['uncounted']} too large to compare")


if __name__ == "__main__":
    main()
