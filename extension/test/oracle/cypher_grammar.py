"""Cypher queries that are valid by construction, each with its meaning in Python.

An expression is a text with literals left open, and a function from a row to a value;
a clause is a text and a function from rows to rows. So one tree can be written with
literals or with parameters, and says itself what must come out (cypher_model.py).
"""

import random

from cypher_model import (Node, aggregate, conjunction, contains, disjunction, divide, equal,
                          exclusive, index, key, match, modulo, negation, quantify, sort, strict)

PROPERTIES = {"k": "int", "s": "string", "b": "bool"}
LABELS, TYPES = ["A", "B", "C"], ["T", "U"]


class Literal:
    def __init__(self, value):
        self.value = value


def literal_text(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal_text, value)) + "]"
    return repr(value)


def render(parts, parameters=None):
    """The text; with a dictionary for parameters, literals go there, each once."""
    out, names = [], {}
    for part in parts:
        if isinstance(part, str):
            out.append(part)
        elif parameters is None:
            out.append(literal_text(part.value))
        else:
            name = names.setdefault(id(part), f"p{len(names)}")
            parameters[name] = part.value
            out.append("$" + name)
    return "".join(out)


class Expression:
    def __init__(self, parts, value):
        self.parts, self.value = parts, value


def join(template, *expressions):
    """% in the template stands for the expressions, one after the other; \0 for itself."""
    out = []
    for piece, expression in zip(template.split("%"), (*expressions, None)):
        out += [piece.replace("\0", "%")] + (expression.parts if expression else [])
    return out


class Grammar:
    def __init__(self, seed, graph):
        self.random = random.Random(seed)
        self.graph = graph
        self.names = 0
        self.scope = {}  # name: type
        self.declared = {}  # by the MATCH being made
        self.taken = set()  # columns of the projection being made
        self.bags = []  # columns of the result whose lists have no order

    # --- choices

    def pick(self, *choices):
        return self.random.choice(choices)

    def chance(self, part):
        return self.random.random() < part

    def name(self, letter):
        self.names += 1
        return f"{letter}{self.names}"

    def of_type(self, *types):
        return [n for n, t in self.scope.items() if t in types]

    def literal(self, value):
        return Expression([Literal(value)], lambda row: value)

    def call(self, template, function, *args):
        return Expression(join(template, *args), lambda row: function(*[a.value(row) for a in args]))

    # --- expressions: none of them can fail

    def expression(self, type, depth):
        return getattr(self, type)(depth)

    def leaf(self, type, literals):
        entities = self.of_type("node", "edge")
        names = self.of_type(type)
        if names and self.chance(0.5):
            name = self.pick(*names)
            return Expression([name], lambda row: row[name])
        if entities and self.chance(0.7):
            name = self.pick(*entities)
            property = next(k for k, t in PROPERTIES.items() if t == type)
            return Expression(
                self.pick([f"{name}.{property}"], [f"{name}['{property}']"]),
                lambda row: None if row[name] is None else row[name].properties.get(property),
            )
        return self.literal(self.pick(*literals))

    def case(self, type, depth):
        condition, yes, no = self.bool(depth), self.expression(type, depth), self.expression(type, depth)
        return Expression(
            join("CASE WHEN % THEN % ELSE % END", condition, yes, no),
            lambda row: yes.value(row) if condition.value(row) is True else no.value(row),
        )

    def coalesce(self, type, depth):
        a, b = self.expression(type, depth), self.expression(type, depth)
        return self.call("coalesce(%, %)", lambda x, y: y if x is None else x, a, b)

    def int(self, depth):
        if depth <= 0 or self.chance(0.25):
            return self.leaf("int", [0, 1, -1, 2, 3, 7, 10, None])
        d = depth - 1
        kind = self.random.randrange(13)
        if kind < 3:
            sign = self.pick("+", "-")
            return self.call(f"(% {sign} %)", strict(lambda a, b: a + b if sign == "+" else a - b), self.int(d), self.int(d))
        if kind == 3:
            return self.call("(% * %)", strict(lambda a, b: a * b), self.int(d), self.literal(self.pick(0, 2, -3)))
        if kind == 4:
            by = self.literal(self.pick(1, 2, -3, 7))
            return self.pick(lambda: self.call("(% / %)", strict(divide), self.int(d), by),
                             lambda: self.call("(% \0 %)", strict(modulo), self.int(d), by))()
        if kind == 5:
            return self.pick(lambda: self.call("size(%)", strict(len), self.ints(d)),
                             lambda: self.call("size(%)", strict(len), self.string(d)))()
        if kind == 6:
            return self.pick(lambda: self.call("abs(%)", strict(abs), self.int(d)),
                             lambda: self.call("sign(%)", strict(lambda a: (a > 0) - (a < 0)), self.int(d)),
                             lambda: self.call("-(%)", strict(lambda a: -a), self.int(d)))()
        if kind == 7:
            return self.case("int", d)
        if kind == 8:
            return self.coalesce("int", d)
        if kind == 9:
            return self.pick(lambda: self.call("head(%)", strict(lambda l: l[0] if l else None), self.ints(d)),
                             lambda: self.call("last(%)", strict(lambda l: l[-1] if l else None), self.ints(d)),
                             lambda: self.call("%[%]", strict(index), self.ints(d), self.int(0)))()
        if kind == 10:
            return self.reduce(d)
        paths = self.of_type("path")
        if kind == 11 and paths:
            name = self.pick(*paths)
            return Expression([f"length({name})"], lambda row: None if row[name] is None else len(row[name]["relationships"]))
        if kind == 12 and self.of_type("node"):
            return self.found(d, self.pick("COUNT { %s }", "size([%s | 1])"), len)
        return self.int(d)

    def reduce(self, depth):
        start, items = self.int(depth), self.ints(depth)
        total, item = self.name("t"), self.name("x")
        with_names = self.inner({total: "int", item: "int"}, lambda: self.int(min(depth, 1)))

        def value(row):
            answer, values = start.value(row), items.value(row)
            if values is None:
                return None
            for v in values:
                answer = with_names.value({**row, total: answer, item: v})
                if answer is not None and abs(answer) > 10**9:
                    raise OverflowError
            return answer

        return Expression(join(f"reduce({total} = %, {item} IN % | %)", start, items, with_names), value)

    def inner(self, names, make):
        """What is made while these names are in scope too."""
        before = self.scope
        self.scope = {**before, **names}
        made = make()
        self.scope = before
        return made

    def string(self, depth):
        if depth <= 0 or self.chance(0.3):
            return self.leaf("string", ["", "a", "ab", "Ab c", "äß", "'\\\"", "x1", None])
        d = depth - 1
        kind = self.random.randrange(9)
        number = self.literal(self.pick(0, 1, 2, 9))
        if kind < 2:
            return self.call("(% + %)", strict(lambda a, b: a + b), self.string(d), self.string(d))
        if kind == 2:
            return self.call("substring(%, %)", strict(lambda s, n: s[n:]), self.string(d), number)
        if kind == 3:
            return self.pick(lambda: self.call("left(%, %)", strict(lambda s, n: s[:n]), self.string(d), number),
                             lambda: self.call("right(%, %)", strict(lambda s, n: s[len(s) - min(n, len(s)):]), self.string(d), number))()
        if kind == 4:
            return self.call("reverse(%)", strict(lambda s: s[::-1]), self.string(d))
        if kind == 5:
            return self.call("replace(%, %, %)", strict(lambda s, a, b: s.replace(a, b)), self.string(d),
                             self.literal(self.pick("a", "b", "äß")), self.string(0))
        if kind == 6:
            return self.pick(lambda: self.call("toString(%)", strict(str), self.int(d)),
                             lambda: self.call("toString(%)", strict(lambda b: "true" if b else "false"), self.bool(d)))()
        if kind == 7:
            return self.case("string", d)
        return self.coalesce("string", d)

    def bool(self, depth):
        if depth <= 0 or self.chance(0.15):
            return self.leaf("bool", [True, False, None])
        d = depth - 1
        kind = self.random.randrange(14)
        if kind < 3:
            type = self.pick("int", "int", "string")
            sign = self.pick("<", "<=", ">", ">=")
            compare = {"<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}[sign]
            ordered = strict(compare if type == "int" else lambda a, b: compare(a.encode(), b.encode()))
            return self.call(f"(% {sign} %)", ordered, self.expression(type, d), self.expression(type, d))
        if kind == 3:
            sign = self.pick("=", "<>")
            type = self.pick("int", "string", "bool", "ints")
            same = lambda a, b: equal(a, b) if sign == "=" else negation(equal(a, b))
            return self.call(f"(% {sign} %)", same, self.expression(type, d), self.expression(type, d))
        if kind == 4:
            return self.call("(% < % <= %)", lambda a, b, c: conjunction([strict(lambda x, y: x < y)(a, b), strict(lambda x, y: x <= y)(b, c)]),
                             self.int(d), self.int(d), self.int(d))
        if kind < 7:
            word, function = self.pick(("AND", lambda a, b: conjunction([a, b])), ("OR", lambda a, b: disjunction([a, b])), ("XOR", exclusive))
            return self.call(f"(% {word} %)", function, self.bool(d), self.bool(d))
        if kind == 7:
            return self.call("(NOT %)", negation, self.bool(d))
        if kind == 8:
            type = self.pick("int", "string", "bool", "ints")
            return self.pick(lambda: self.call("(% IS NULL)", lambda a: a is None, self.expression(type, d)),
                             lambda: self.call("(% IS NOT NULL)", lambda a: a is not None, self.expression(type, d)))()
        if kind == 9:
            return self.call("(% IN %)", contains, self.int(d), self.ints(d))
        if kind == 10:
            word, function = self.pick(("STARTS WITH", str.startswith), ("ENDS WITH", str.endswith), ("CONTAINS", str.__contains__))
            return self.call(f"(% {word} %)", strict(function), self.string(d), self.string(0))
        if kind == 11:
            word, item, items = self.pick("any", "all", "none", "single"), self.name("x"), self.ints(d)
            condition = self.inner({item: "int"}, lambda: self.bool(d))
            return Expression(
                join(f"{word}({item} IN % WHERE %)", items, condition),
                lambda row: None if items.value(row) is None
                else quantify(word, [condition.value({**row, item: v}) for v in items.value(row)]),
            )
        nodes = self.of_type("node")
        if kind == 12 and nodes:
            name, label = self.pick(*nodes), self.pick(*LABELS)
            return Expression([f"{name}:{label}"], lambda row: None if row[name] is None else label in row[name].labels)
        if kind == 13 and nodes:
            return self.found(d, self.pick("exists(%s)", "EXISTS { %s }", "(NOT EXISTS { MATCH %s RETURN 1 })"), None)
        return self.case("bool", d)

    def ints(self, depth):
        names = self.of_type("ints")
        if names and self.chance(0.3):
            name = self.pick(*names)
            return Expression([name], lambda row: row[name])
        if depth <= 0 or self.chance(0.2):
            return self.literal(self.pick([], [1], [1, None, 3], [3, 2, 2], [0, 7]))
        d = depth - 1
        kind = self.random.randrange(8)
        if kind == 0:
            return self.call("[%, %]", lambda a, b: [a, b], self.int(d), self.int(d))
        if kind == 1:
            return self.call("range(%, %)", lambda a, b: list(range(a, b + 1)), self.literal(self.pick(0, 1, 3)), self.literal(self.pick(0, 2, 4)))
        if kind == 2:
            return self.call("(% + %)", strict(lambda a, b: a + b), self.ints(d), self.ints(d))
        if kind == 3:
            return self.pick(lambda: self.call("tail(%)", strict(lambda l: l[1:]), self.ints(d)),
                             lambda: self.call("reverse(%)", strict(lambda l: l[::-1]), self.ints(d)))()
        if kind == 4:
            a, b = self.literal(self.pick(0, 1, -1, -2, None)), self.literal(self.pick(0, 1, 2, -1, 9))
            return self.call("%[%..%]", strict(lambda l, x, y: l[x:y]), self.ints(d), a, b)
        if kind == 5:
            return self.case("ints", d)
        paths = self.of_type("path")
        if kind == 6 and paths:
            name, item = self.pick(*paths), self.name("x")
            return Expression(
                [f"[{item} IN nodes({name}) | {item}.k]"],
                lambda row: None if row[name] is None else [n.properties.get("k") for n in row[name]["nodes"]],
            )
        item, items = self.name("x"), self.ints(d)
        condition, result = self.inner({item: "int"}, lambda: (self.bool(d), self.int(d)))

        def value(row):
            values = items.value(row)
            if values is None:
                return None
            inner = [{**row, item: v} for v in values]
            return [result.value(r) for r in inner if condition.value(r) is True]

        return Expression(join(f"[{item} IN % WHERE % | %]", items, condition, result), value)

    def found(self, depth, template, function):
        """A pattern from a node of the scope, as a condition or a number."""
        name = self.pick(*self.of_type("node"))
        declared = self.declared
        text, part = self.part(False, name)
        self.declared = declared
        before, after = template.split("%s")

        def value(row):
            matches = [] if row[name] is None else list(match(self.graph, [part], row))
            return function(matches) if function else bool(matches) != before.startswith("(NOT")

        return Expression([before] + text + [after], value)

    # --- patterns

    def properties(self, text):
        if not self.chance(0.25):
            return []
        property = self.pick("k", "k", "s")
        value = self.expression(PROPERTIES[property], 1) if self.chance(0.4) else self.literal(
            self.pick(0, 1, 2) if property == "k" else self.pick("a", "ab"))
        text += [f" {{{property}: "] + value.parts + ["}"]
        return [(property, value.value)]

    def node(self, declare, name=None):
        if name is None:
            known = self.of_type("node") + [n for n, t in self.declared.items() if t == "node" and declare]
            name = self.pick(*known) if known and self.chance(0.3) else self.name("n") if declare and self.chance(0.7) else None
        labels = [] if self.chance(0.6) else [self.pick(*LABELS)]
        text = ["(", name or "", "".join(":" + l for l in labels)]
        properties = self.properties(text)
        if name and name not in self.scope:
            self.declared[name] = "node"
        return text + [")"], {"name": name, "labels": labels, "properties": properties}

    def edge(self, declare):
        direction = self.pick(">", "<", "-", ">")
        types = self.pick([], ["T"], ["U"], ["T", "U"])
        hops = self.pick(None, None, None, (1, 2), (0, 1), (2, 3), (1, None))
        name = self.name("r") if declare and self.chance(0.4) else None
        stars = "" if hops is None else f"*{hops[0]}..{'' if hops[1] is None else hops[1]}"
        text = [("<" if direction == "<" else "") + "-[", (name or "") + (":" + "|".join(types) if types else "") + stars]
        properties = self.properties(text) if hops is None else []
        if name:
            self.declared[name] = "edge" if hops is None else "edges"
        return text + ["]-" + (">" if direction == ">" else "")], {
            "name": name, "types": types, "direction": direction, "hops": hops, "properties": properties}

    def part(self, declare, start=None):
        if not declare:
            self.declared = {}
        text, node = self.node(declare, start)
        part = {"path": None, "nodes": [node], "edges": []}
        for _ in range(self.random.randrange(0 if declare else 1, 3)):
            edge_text, edge = self.edge(declare)
            node_text, node = self.node(declare)
            text += edge_text + node_text
            part["edges"].append(edge)
            part["nodes"].append(node)
        if declare and self.chance(0.2):
            part["path"] = self.name("q")
            self.declared[part["path"]] = "path"
            text = [part["path"], " = "] + text
        return text, part

    # --- clauses: a text and a function from rows to rows

    def match(self):
        optional = self.chance(0.3)
        self.declared = {}
        texts, parts = [], []
        for _ in range(self.pick(1, 1, 2)):
            text, part = self.part(True)
            texts += ([", "] if texts else []) + text
            parts.append(part)
        declared = dict(self.declared)
        self.scope = {**self.scope, **declared}
        where = self.condition() if self.chance(0.5) else None
        text = ["OPTIONAL MATCH " if optional else "MATCH "] + texts + ([" WHERE "] + where.parts if where else [])

        def run(rows):
            out = []
            for row in rows:
                found = [r for r in match(self.graph, parts, row) if where is None or where.value(r) is True]
                out += found or ([{**row, **dict.fromkeys(declared)}] if optional else [])
            return out

        return text, run

    def condition(self):
        """What stands in WHERE; only there a pattern is a condition as it is."""
        condition = self.bool(2)
        if not self.of_type("node") or self.chance(0.7):
            return condition
        pattern = self.found(1, self.pick("%s", "(NOT %s)"), None)
        word, function = self.pick(("AND", lambda a, b: conjunction([a, b])), ("OR", lambda a, b: disjunction([a, b])))
        return self.call(f"% {word} %", function, condition, pattern)

    def unwind(self):
        items, name = self.ints(2), self.name("u")
        self.scope = {**self.scope, name: "int"}
        return ["UNWIND "] + items.parts + [f" AS {name}"], lambda rows: [
            {**row, name: v} for row in rows for v in items.value(row) or []]

    def projection(self, final):
        """WITH or RETURN: plain or grouped, distinct, sorted and cut."""
        items = []  # name, type, expression, aggregate
        if self.chance(0.4):
            for _ in range(self.random.randrange(3)):
                items.append(self.item(final))
            items.append(self.aggregate())
        else:
            for _ in range(self.pick(1, 2, 3)):
                items.append(self.item(final))
        self.random.shuffle(items)
        distinct = self.chance(0.25)
        grouped = any(i[3] for i in items)
        text = ["RETURN " if final else "WITH ", "DISTINCT " if distinct else ""]
        for number, (name, _, expression, function) in enumerate(items):
            text += [", " if number else ""]
            text += [function[0]] + expression.parts + [")"] if function else expression.parts
            text += [f" AS {name}"]
        scope = {name: type for name, type, _, _ in items}
        sortable = [n for n, t in scope.items() if t in ("int", "string", "bool")]
        keys, skip, limit = [], None, None
        if sortable and self.chance(0.5):
            keys = [(n, self.chance(0.4)) for n in self.random.sample(sortable, len(sortable))]
            written = {n: e.parts for n, _, e, function in items if not function}
            for number, (name, down) in enumerate(keys):
                again = name in written and self.chance(0.3)  # the column's expression, not its name
                text += [", " if number else " ORDER BY "] + (written[name] if again else [name])
                text += [self.pick(" DESC", " DESCENDING") if down else ""]
            if len(keys) == len(items):  # then a cut is determined
                if self.chance(0.3):
                    skip = self.pick(0, 1, 2)
                    text += [" SKIP ", Literal(skip)]
                if self.chance(0.5):
                    limit = self.pick(0, 1, 3, 5)
                    text += [" LIMIT ", Literal(limit)]
        where = None
        self.scope = scope
        if not final and self.chance(0.3):
            where = self.bool(1)
            text += [" WHERE "] + where.parts

        def run(rows):
            if grouped:
                rows = self.group(items, rows)
            else:
                rows = [{name: e.value(row) for name, _, e, _ in items} for row in rows]
            if distinct:
                rows = list({tuple(key(row[i[0]]) for i in items): row for row in reversed(rows)}.values())[::-1]
            by_text = lambda name: lambda row: row[name].encode() if isinstance(row[name], str) else row[name]
            rows = sort(rows, [(by_text(n), down) for n, down in keys])
            rows = rows[skip or 0:][:limit]
            return [r for r in rows if where is None or where.value(r) is True]

        if final:
            self.keys = [name for name, _ in keys]
            self.bags = [name for name, type, _, _ in items if type == "bag"]
        return text, run

    def item(self, final):
        entities = self.of_type("node", "edge", "ints", "path")
        if entities and self.chance(0.4):
            source = self.pick(*entities)
            name = source if not final and self.chance(0.7) else self.name("c")
            return self.unique(name), self.scope[source], Expression([source], lambda row: row[source]), None
        type = self.pick("int", "int", "string", "bool", "ints")
        return self.name("c"), type, self.expression(type, 3 if final else 2), None

    def unique(self, name):
        if name in self.taken:
            return self.name("c")
        self.taken.add(name)
        return name

    def aggregate(self):
        name = self.pick("count", "collect", "sum", "avg", "min", "max")
        distinct = self.chance(0.3)
        column, argument = self.name("g"), self.int(2)
        type = {"collect": "bag", "avg": "float"}.get(name, "int")
        return column, type, argument, (f"{name}({'DISTINCT ' if distinct else ''}", name, distinct)

    def group(self, items, rows):
        groups = {} if any(not i[3] for i in items) else {(): []}
        for row in rows:
            groups.setdefault(tuple(key(e.value(row)) for _, _, e, f in items if not f), []).append(row)
        return [
            {name: aggregate(f[1], f[2], [e.value(r) for r in members]) if f else e.value(members[0]) for name, _, e, f in items}
            for members in groups.values()
        ]

    # --- writes; each ends the query, so that only the graph has to be compared

    def write(self):
        nodes = self.of_type("node")
        kind = self.random.randrange(6 if nodes else 2)
        k = self.int(1)
        if kind == 0:
            label = self.pick(*LABELS)
            def run(rows):
                for row in rows:
                    properties = {"k": k.value(row)} if k.value(row) is not None else {}
                    self.graph.nodes.append(Node(self.graph.new_id(), [label], properties))
            return [f"CREATE (:{label} {{k: "] + k.parts + ["})"], run
        if kind == 1:
            return self.merge(k)
        name = self.pick(*nodes)
        value = self.literal(self.pick(5, 6, None, [1, 2]))
        label = self.pick(*LABELS)
        each = lambda change: lambda rows: [change(row[name]) for row in list(rows) if row[name] is not None]
        if kind == 2:
            return [f"SET {name}.k = "] + value.parts, each(lambda n: self.set(n, "k", value.value({})))
        if kind == 3:
            return [f"SET {name} += {{k: "] + value.parts + [f", s: null}}, {name}:{label}"], each(
                lambda n: (self.set(n, "k", value.value({})), self.set(n, "s", None), n.labels.add(label)))
        if kind == 4:
            return [f"REMOVE {name}.s, {name}:{label}"], each(lambda n: (self.set(n, "s", None), n.labels.discard(label)))
        def delete(rows):
            gone = {row[name].id for row in rows if row[name] is not None}
            self.graph.nodes = [n for n in self.graph.nodes if n.id not in gone]
            self.graph.relationships = [r for r in self.graph.relationships if r.start.id not in gone and r.end.id not in gone]
        return [f"DETACH DELETE {name}"], delete

    def set(self, node, property, value):
        node.properties.pop(property, None)
        if value is not None:
            node.properties[property] = value

    def merge(self, k):
        """MERGE of a node, which later rows find."""
        k = self.coalesce_to_int(k)
        constant = self.literal(self.pick("a", "new"))
        with_constant = self.chance(0.5)
        if with_constant and self.chance(0.5):
            k = self.literal(self.pick(0, 1, 50))
        label = self.pick(*LABELS)
        name = self.name("m")
        text = [f"MERGE ({name}:{label} {{k: "] + k.parts + ([", s: "] + constant.parts if with_constant else [])
        text += [f"}}) ON CREATE SET {name}.b = true ON MATCH SET {name}.b = false"]

        def run(rows):
            for value in [k.value(row) for row in rows]:
                wanted = {"k": value, **({"s": constant.value({})} if with_constant else {})}
                found = [n for n in self.graph.nodes if label in n.labels
                         and all(equal(n.properties.get(p), v) is True for p, v in wanted.items())]
                for node in found:
                    node.properties["b"] = False
                if not found:
                    self.graph.nodes.append(Node(self.graph.new_id(), [label], {**wanted, "b": True}))

        return text + [""], run

    def coalesce_to_int(self, k):
        return self.call("coalesce(%, %)", lambda x, y: y if x is None else x, k, self.literal(4))

    # --- queries

    def query(self):
        """The text, and a function that gives the rows (None after a write)."""
        clauses = []
        for _ in range(self.random.randrange(4)):
            self.taken = set()
            clauses.append(self.pick(self.match, self.match, self.unwind, lambda: self.projection(False))())
        self.taken = set()
        self.writes = self.chance(0.15)
        clauses.append(self.write() if self.writes else self.projection(True))
        text = []
        for clause, _ in clauses:
            text += ([" "] if text else []) + clause

        def run():
            rows = [{}]
            for _, function in clauses:
                rows = function(rows)
                if rows is not None and len(rows) > 3000:
                    raise OverflowError
            return rows

        return text, run
