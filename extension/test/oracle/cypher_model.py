"""Cypher over a small graph, evaluated in Python: what cypher_fuzz.py compares with.

Values are None, bool, int, float, str, list and dict, and the two classes here. Nothing
is shared with the extension: patterns are found by trying every relationship, logic has
three values by hand.
"""

import math
from functools import cmp_to_key


class Node:
    def __init__(self, id, labels, properties):
        self.id, self.labels, self.properties = id, set(labels), dict(properties)


class Relationship:
    def __init__(self, id, type, start, end, properties):
        self.id, self.type, self.start, self.end = id, type, start, end
        self.properties = dict(properties)


class Graph:
    def __init__(self, nodes, relationships):
        self.nodes, self.relationships = nodes, relationships
        self.next = 10**9

    def copy(self):
        nodes = {n.id: Node(n.id, n.labels, n.properties) for n in self.nodes}
        return Graph(
            list(nodes.values()),
            [Relationship(r.id, r.type, nodes[r.start.id], nodes[r.end.id], r.properties) for r in self.relationships],
        )

    def new_id(self):
        self.next += 1
        return self.next

    def state(self):
        """What the graph holds, whatever the ids are."""
        name = lambda n: (tuple(sorted(n.labels)), key(n.properties))
        return (
            sorted(map(repr, map(name, self.nodes))),
            sorted(repr((r.type, key(r.properties), name(r.start), name(r.end))) for r in self.relationships),
        )


def key(value):
    """Equal for values that DISTINCT takes for the same; null is like null."""
    if isinstance(value, (Node, Relationship)):
        return (type(value).__name__, value.id)
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return (type(value).__name__, value)
    if isinstance(value, (int, float)):
        return ("number", float(f"{value:.12g}"))
    if isinstance(value, list):
        return ("list", tuple(map(key, value)))
    return ("map", tuple(sorted((k, key(v)) for k, v in value.items())))


def equal(a, b):
    if a is None or b is None:
        return None
    if isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            return False
        return conjunction([equal(x, y) for x, y in zip(a, b)])
    return key(a) == key(b)


def conjunction(answers):
    return False if False in answers else None if None in answers else True


def disjunction(answers):
    return True if True in answers else None if None in answers else False


def negation(a):
    return None if a is None else not a


def exclusive(a, b):
    return None if a is None or b is None else a != b


def contains(item, items):
    return None if items is None else disjunction([equal(item, i) for i in items])


def strict(function):
    return lambda *args: None if None in [None if a is None else 0 for a in args] else function(*args)


def divide(a, b):
    return int(a / b) if abs(a) < 2**53 else (abs(a) // abs(b)) * (1 if (a < 0) == (b < 0) else -1)


def modulo(a, b):
    return int(math.fmod(a, b)) if abs(a) < 2**53 else a - b * divide(a, b)


def quantify(kind, answers):
    if kind == "any":
        return disjunction(answers)
    if kind == "all":
        return conjunction(answers)
    if kind == "none":
        return negation(disjunction(answers))
    return False if answers.count(True) > 1 else None if None in answers else answers.count(True) == 1


def index(items, i):
    return items[i] if -len(items) <= i < len(items) else None


def order(a, b):
    """As ORDER BY sorts values of one type: null is last."""
    if a is None or b is None:
        return (a is None) - (b is None)
    if isinstance(a, (Node, Relationship)):
        a, b = a.id, b.id
    if isinstance(a, list):
        for x, y in zip(a, b):
            if order(x, y):
                return order(x, y)
        return len(a) - len(b)
    return (a > b) - (a < b)


def sort(rows, keys):
    """keys: (function of a row, descending)"""
    for function, descending in reversed(keys):
        rows = sorted(rows, key=cmp_to_key(lambda a, b: order(function(a), function(b))), reverse=descending)
    return rows


def aggregate(name, distinct, values):
    values = [v for v in values if v is not None]
    if distinct:
        values = list({key(v): v for v in reversed(values)}.values())
    if name == "count":
        return len(values)
    if name == "collect":
        return values
    if name == "sum":
        return sum(values)
    if not values:
        return None
    if name == "avg":
        return sum(values) / len(values)
    return sort(values, [(lambda v: v, name == "max")])[0]


# --- patterns: a part is {"path", "nodes": [...], "edges": [...]}, expressions are functions of a row


def node_fits(pattern, node, row):
    if not set(pattern["labels"]) <= node.labels:
        return False
    return all(equal(node.properties.get(k), f(row)) is True for k, f in pattern["properties"])


def edge_fits(pattern, edge, row):
    if pattern["types"] and edge.type not in pattern["types"]:
        return False
    return all(equal(edge.properties.get(k), f(row)) is True for k, f in pattern["properties"])


def bind(row, name, value):
    """The row with the name; None if it stands for something else."""
    if name is None:
        return row
    if name in row:
        return row if row[name] is not None and key(row[name]) == key(value) else None
    return {**row, name: value}


def steps(graph, node, pattern, row, used):
    """Each relationship to follow from a node, and the node it leads to."""
    for edge in graph.relationships:
        if edge.id in used or not edge_fits(pattern, edge, row):
            continue
        if pattern["direction"] != "<" and edge.start is node:
            yield edge, edge.end
        if pattern["direction"] != ">" and edge.end is node and not (pattern["direction"] == "-" and edge.start is edge.end):
            yield edge, edge.start


def trails(graph, node, pattern, row, used, hops):
    least, most = pattern["hops"]
    if len(hops) >= least:
        yield hops, node, used
    if most is None or len(hops) < most:
        for edge, to in steps(graph, node, pattern, row, used):
            yield from trails(graph, to, pattern, row, used | {edge.id}, hops + [edge])


def follow(graph, part, place, node, row, used, nodes, edges):
    """Matches of the part from its node number place on, which is this node."""
    pattern = part["nodes"][place]
    if not node_fits(pattern, node, row):
        return
    row = bind(row, pattern["name"], node)
    if row is None:
        return
    nodes = nodes + [node]
    if place == len(part["edges"]):
        if part["path"]:
            row = {**row, part["path"]: {"nodes": nodes, "relationships": edges}}
        yield row, used
        return
    edge = part["edges"][place]
    if edge["hops"] is None:
        found = (([e], to, used | {e.id}) for e, to in steps(graph, node, edge, row, used))
    else:
        found = trails(graph, node, edge, row, used, [])
    for hops, to, taken in found:
        after = bind(row, edge["name"], hops if edge["hops"] else hops[0])
        if after is not None:
            passed = nodes + between(node, hops) if hops else nodes[:-1]
            yield from follow(graph, part, place + 1, to, after, taken, passed, edges + hops)


def between(node, hops):
    """The nodes that hops pass after this one and before the last."""
    nodes = []
    for edge in hops[:-1]:
        node = edge.end if edge.start is node else edge.start
        nodes.append(node)
    return nodes


def match(graph, parts, row, used=frozenset()):
    if not parts:
        yield row
        return
    for node in graph.nodes:
        for after, taken in follow(graph, parts[0], 0, node, row, used, [], []):
            yield from match(graph, parts[1:], after, taken)
