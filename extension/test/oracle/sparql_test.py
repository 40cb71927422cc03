"""SPARQL against rdflib: the same triples, the same random queries, the same solutions.

    python sparql_test.py DSN [--seed N] [--queries N]

Graphs and queries come from the seed. Solutions are compared as bags, or as lists where
the query orders them wholly; numbers by value, since rdflib has decimals and a graph has
not. Left out, because rdflib departs from the specification or says more than a graph
can: the empty row that it makes of no groups, unbound members of IN, inverse members of
!( ), and paths with * or ? between two variables that nothing else binds (rdflib pairs
literals with themselves too).
"""

import argparse
import os
import random
import sys
from collections import Counter
from decimal import Decimal

import psycopg
import rdflib
from rdflib import Literal, URIRef
from rdflib.namespace import RDF, XSD

PREFIXES = {"node": "node:", "label": "label:", "property": "property:", "edge": "edge:",
            "rdf": str(RDF), "xsd": str(XSD)}
NODES = [f"k{i}" for i in range(9)] + ["a b", "50%"]


def iri(scheme, name):
    return URIRef(f"{scheme}:" + name.replace("%", "%25").replace(" ", "%20"))


class World:
    """One random graph, in the database and as triples."""

    def __init__(self, seed, connection):
        r = random.Random(seed)
        self.graph = rdflib.Graph()
        nodes, edges = [], []
        for number, key in enumerate(NODES):
            properties = {"id": number}
            labels = [name for name in ("A", "B", "C") if r.random() < 0.4]
            if r.random() < 0.7:
                properties["n"] = r.randrange(4)
            if r.random() < 0.6:
                properties["f"] = r.choice([0.5, 1.0, 2.5, -1.5])
            if r.random() < 0.7:
                properties["s"] = r.choice(["x", "y", "Xy", "äß", "a.b", ""])
            if r.random() < 0.3:
                properties["b"] = r.random() < 0.5
            nodes.append({"key": key, "labels": labels, "properties": properties})
            subject = iri("node", key)
            for name in labels:
                self.graph.add((subject, RDF.type, iri("label", name)))
            for name, value in properties.items():
                self.graph.add((subject, iri("property", name), Literal(value)))
        for number in range(r.randrange(5, 30)):
            source, target = r.choice(NODES), r.choice(NODES)
            kind = r.choice(["R", "S", "T"])
            # the same edge twice is one triple
            edges.append({"source": source, "target": target, "type": kind, "key": str(number)})
            self.graph.add((iri("node", source), iri("edge", kind), iri("node", target)))
        connection.execute("truncate sparql_oracle.node, sparql_oracle.edge")
        connection.execute("select graph_upsert_nodes('sparql_oracle', %s)", (psycopg.types.json.Jsonb(nodes),))
        connection.execute("select graph_upsert_edges('sparql_oracle', %s)", (psycopg.types.json.Jsonb(edges),))


class Maker:
    """One query; kinds of variables are kept, so that comparisons make sense."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, *choices):
        return self.random.choice(choices)

    def chance(self, part):
        return self.random.random() < part

    def node(self):
        return self.pick("?a", "?b", "?c", "?a", "?b", "?c", "node:k1", "node:k4", "<node:a%20b>", "node:none")

    def step(self, depth):
        kind = self.random.randrange(6 if depth > 0 else 2)
        if kind < 2:
            return self.pick("edge:R", "edge:S", "edge:T")
        if kind == 2:
            return f"^{self.pick('edge:R', 'edge:S')}"
        if kind == 3:
            return f"({self.step(depth - 1)}|{self.step(depth - 1)})"
        if kind == 4:
            return f"({self.step(depth - 1)}/{self.step(depth - 1)})"
        return f"^({self.step(depth - 1)})"

    def triple(self):
        kind = self.random.randrange(11)
        if kind < 3:
            return f"{self.node()} {self.pick('edge:R', 'edge:S', 'edge:T')} {self.node()} ."
        if kind == 3:
            return f"{self.node()} property:n {self.pick('?n', '?n', '1', '2')} ."
        if kind == 4:
            return f"{self.node()} property:s {self.pick('?s', '?s', chr(34) + 'x' + chr(34))} ."
        if kind == 5:
            return f"{self.node()} property:f {self.pick('?f', '?f', '1.0e0')} ; property:id ?i ."
        if kind == 6:
            return f"{self.node()} a {self.pick('?l', 'label:A', 'label:B')} ."
        if kind == 7:
            return f"{self.node()} {self.step(2)} {self.node()} ."
        if kind == 8:
            subject, object = self.node(), self.node()
            known = " ".join(f"{end} property:id {value} ." for end, value in ((subject, "?i"), (object, "?j")) if end[0] == "?")
            return f"{subject} ({self.step(2)}){self.pick('*', '+', '?')} {object} . {known}"
        if kind == 9:
            return f"{self.node()} !({self.pick('edge:R', 'edge:R|a', 'property:id|edge:S')}) {self.pick('?o', '?a', '?b')} ."
        return f"{self.node()} ?p {self.pick('?o', '?b', '1', 'label:A')} ."

    def condition(self, depth, exists=True):
        kind = self.random.randrange(12)
        if depth > 0 and kind < 3:
            return f"({self.condition(depth - 1, exists)} {self.pick('&&', '||')} {self.condition(depth - 1, exists)})"
        if depth > 0 and kind == 3:
            return f"!({self.condition(depth - 1, exists)})"
        if kind == 4 and exists:
            return f"{self.pick('', 'NOT ')}EXISTS {{ {self.triple()} }}"
        if kind == 5:
            return f"bound({self.pick('?a', '?n', '?s', '?o')})"
        if kind == 6:
            return f"regex(?s, {self.pick(chr(34) + '^x' + chr(34), chr(34) + 'Y$' + chr(34) + ', ' + chr(34) + 'i' + chr(34))})"
        if kind == 7:
            return f"{self.pick('?n', '?i')} {self.pick('', 'NOT ')}IN (1, 2, {self.pick('3', '0.5')})"
        if kind == 8:
            return f"{self.pick('?a', '?b')} {self.pick('=', '!=')} {self.pick('?b', '?c', 'node:k1', 'node:none')}"
        if kind == 9:
            return f"?s {self.pick('=', '!=', '<', '>=')} {self.pick('?s', chr(34) + 'x' + chr(34))}"
        if kind == 10:
            return f"isIRI({self.pick('?a', '?o', '?n')})"
        return f"{self.number()} {self.pick('=', '!=', '<', '<=', '>', '>=')} {self.number()}"

    def number(self):
        return self.pick("?n", "?i", "?f", "1", "2", "(?n + 1)", "(?i * 2 - ?n)", "(?f / 2)", "strlen(?s)",
                         "coalesce(?n, 7)", "if(?n > 1, ?n, ?i)", "abs(?f)", "-?n")

    def group(self, depth):
        parts = [self.triple() for _ in range(self.random.randrange(1, 4))]
        for _ in range(self.random.randrange(3) if depth > 0 else 0):
            kind = self.random.randrange(8)
            if kind == 0:
                parts.append(f"OPTIONAL {{ {self.group(depth - 1)} }}")
            elif kind == 1:
                parts.append(f"{{ {self.group(depth - 1)} }} UNION {{ {self.group(depth - 1)} }}")
            elif kind == 2:
                parts.append(f"MINUS {{ {self.group(depth - 1)} }}")
            elif kind == 3:
                parts.append(f"VALUES ({self.pick('?a ?n', '?b ?n')}) {{ (node:k1 1) (UNDEF 2) (node:k2 UNDEF) }}")
            elif kind == 4:
                parts.append(f"OPTIONAL {{ {self.triple()} FILTER({self.condition(1, False)}) }}")
            elif kind == 5:
                parts.append(f"{{ SELECT DISTINCT ?a ?b {{ {self.group(depth - 1)} }} }}")
            elif kind == 6:
                parts.append(f"{{ {self.group(depth - 1)} }}")
            else:
                parts.append(f"BIND({self.number()} AS ?z{self.random.randrange(10**6)})")
        if self.chance(0.4):
            parts.append(f"FILTER({self.condition(2)})")
        return " ".join(parts)

    def query(self):
        kind = self.random.randrange(8)
        group = self.group(2)
        if kind == 0:
            return f"ASK {{ {group} }}"
        if kind == 1:
            having = self.pick("", " HAVING (COUNT(*) > 1)")
            return (f"SELECT ?a (COUNT(*) AS ?x) (COUNT(DISTINCT ?b) AS ?y) (SUM(?n) AS ?z) {{ ?a property:id ?i . {group} }}"
                    f" GROUP BY ?a{having}")
        if kind == 2:
            return f"SELECT (MIN(?i) AS ?x) (MAX(?i) AS ?y) (AVG(?i) AS ?z) (COUNT(?s) AS ?w) {{ ?b property:id ?i . {group} }}"
        if kind == 3:
            return f"SELECT DISTINCT ?i {{ ?a property:id ?i . {group} }} ORDER BY {self.pick('?i', 'DESC(?i)')} LIMIT 3 OFFSET 1"
        return f"SELECT {self.pick('', 'DISTINCT ')}?a ?b ?n ?s ?o {{ {group} }}"


def ours(value):
    if isinstance(value, dict):
        return ("iri", value["@id"])
    if isinstance(value, bool) or value is None:
        return (type(value).__name__, value)
    if isinstance(value, (int, float)):
        return ("number", round(float(value), 9))
    return ("string", value)


def theirs(value):
    if value is None:
        return ("NoneType", None)
    if isinstance(value, URIRef):
        return ("iri", str(value))
    python = value.toPython()
    if isinstance(python, (Decimal, int, float)) and not isinstance(python, bool):
        return ("number", round(float(python), 9))
    return (type(python).__name__, python) if isinstance(python, bool) else ("string", str(value))


def solve(connection, world, query):
    """(ours, theirs) in comparable form."""
    result = world.graph.query(query, initNs=PREFIXES)
    rows = [row[0] for row in connection.execute("select sparql('sparql_oracle', %s)", (query,)).fetchall()]
    if result.type == "ASK":
        return rows, [{"ask": result.askAnswer}]
    names = [str(name) for name in result.vars]
    a = [tuple(ours(row[name]) for name in names) for row in rows]
    b = [tuple(theirs(binding.get(name)) for name in result.vars) for binding in result.bindings]
    if "GROUP BY" in query:
        # no group: rdflib makes a row without anything
        b = [row for row in b if row[0] != ("NoneType", None)]
    return (a, b) if "ORDER BY" in query else (Counter(a), Counter(b))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dsn")
    parser.add_argument("--seed", type=int, default=1)
    long = os.environ.get("BELLWETHER_LONG") == "yes"
    parser.add_argument("--queries", type=int, default=5000 if long else 250)
    options = parser.parse_args()
    connection = psycopg.connect(options.dsn, autocommit=True, prepare_threshold=None)
    connection.execute("set client_min_messages = warning")
    connection.execute("create extension if not exists bellwether")
    connection.execute("drop schema if exists sparql_oracle cascade")
    connection.execute("select create_graph('sparql_oracle')")
    connection.execute("set statement_timeout = '20s'")
    filled = 0
    for number in range(options.queries):
        if number % 20 == 0:
            world = World(options.seed * 7919 + number, connection)
        seed = options.seed * 1000003 + number
        query = Maker(seed).query()
        a, b = solve(connection, world, query)
        filled += bool(a)
        if a != b:
            both = (a - b, b - a) if isinstance(a, Counter) else (a, b)
            sys.exit(f"seed {seed} (graph {options.seed * 7919 + number - number % 20}):\n{query}\n"
                     f"only ours: {both[0]}\nonly rdflib's: {both[1]}")
    # the grammar is worth something only if many queries have solutions
    if filled < options.queries / 3:
        sys.exit(f"only {filled} of {options.queries} queries have solutions")
    connection.execute("drop schema sparql_oracle cascade")
    print(f"{options.queries} SPARQL queries from seed {options.seed} as rdflib answers them, {filled} with solutions")


if __name__ == "__main__":
    main()
