"""Queries of any types: most end in an error, and none may end in anything else.

What cypher_fuzz.py throws at the compiler beside the queries of cypher_grammar.py,
which are valid by construction.
"""

import random

FUNCTIONS = [
    "abs", "ceil", "coalesce", "head", "keys", "last", "left", "length", "replace", "reverse",
    "right", "round", "sign", "size", "split", "sqrt", "substring", "tail", "toBoolean",
    "toFloat", "toInteger", "toLower", "toString", "toUpper", "trim", "type", "range", "date",
    "time", "datetime", "duration", "localtime", "duration.between", "date.truncate",
    "labels", "id", "properties", "nodes", "relationships", "startNode", "exists",
]
AGGREGATES = ["count", "collect", "sum", "avg", "min", "max", "stDev", "count(DISTINCT", "percentileCont"]
OPERATORS = ["+", "-", "*", "/", "%", "^", "=", "<>", "<", "<=", ">", ">=", "AND", "OR", "XOR", "IN",
             "STARTS WITH", "ENDS WITH", "CONTAINS", "=~"]


class Maker:
    """Makes one query; literals are kept, so that it can be written in two ways."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.parameters = {}
        self.as_parameters = False
        self.next = 0

    def pick(self, *choices):
        return self.random.choice(choices)

    def chance(self, part):
        return self.random.random() < part

    def literal(self):
        value = self.pick(
            None, True, False, 0, 1, -1, 2, 7, 1.5, -0.5, 1e300, 2**63 - 1, -(2**63), "", "a", "äß", "'\\\"",
            "2015-07-21", "PT1H", "12:00", "(", [], [1, None], ["a", 1.0], {}, {"a": 1}, {"year": 2020},
            {"b": [1, {"c": None}]},
        )
        if self.as_parameters:
            name = f"p{self.next}"
            self.next += 1
            self.parameters[name] = value
            return "$" + name
        return self.text(value)

    def text(self, value):
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        if isinstance(value, list):
            return "[" + ", ".join(map(self.text, value)) + "]"
        if isinstance(value, dict):
            return "{" + ", ".join(f"{k}: {self.text(v)}" for k, v in value.items()) + "}"
        if isinstance(value, float):
            return repr(value).replace("e+", "e")
        return str(value)

    def expression(self, scope, depth):
        if depth <= 0 or self.chance(0.2):
            return self.pick(*scope) if scope and self.chance(0.6) else self.literal()
        inner = lambda: self.expression(scope, depth - 1)
        kind = self.random.randrange(14)
        if kind < 4:
            return f"({inner()} {self.random.choice(OPERATORS)} {inner()})"
        if kind == 4:
            function = self.random.choice(FUNCTIONS)
            # without arguments the clock would answer
            least = 2 if "truncate" in function else 1 if "date" in function or "time" in function else 0
            arguments = ", ".join(inner() for _ in range(self.random.randrange(least, least + 3)))
            return f"{function}({arguments})"
        if kind == 5:
            return f"{inner()}[{inner()}]" if self.chance(0.5) else f"{inner()}[{inner()}..{inner()}]"
        if kind == 6:
            return f"{inner()}.{self.pick('a', 'k', 'year', 'b')}"
        if kind == 7:
            return self.pick("NOT ", "-", "") + f"({inner()})" + self.pick("", " IS NULL", " IS NOT NULL")
        if kind == 8:
            return f"CASE WHEN {inner()} THEN {inner()} ELSE {inner()} END"
        local = f"x{self.random.randrange(3)}"
        body = self.expression(scope + [local], depth - 1)
        if kind == 9:
            return f"[{local} IN {inner()} WHERE {body} | {self.expression(scope + [local], depth - 1)}]"
        if kind == 10:
            return f"{self.pick('any', 'all', 'none', 'single')}({local} IN {inner()} WHERE {body})"
        if kind == 11:
            return f"reduce(s = {inner()}, {local} IN {inner()} | {self.expression(scope + ['s', local], depth - 1)})"
        if kind == 12:
            return f"{{a: {inner()}, b: {inner()}}}"
        return f"[{inner()}, {inner()}]"

    def node(self, scope):
        name = self.pick("", "n", "m")
        label = self.pick("", ":A", ":B", ":A:B")
        properties = self.pick("", "", f" {{k: {self.literal()}}}")
        if name and name not in scope:
            scope.append(name)
        return f"({name}{label}{properties})"

    def edge(self):
        body = self.pick("", "[:T]", "[:T|U]", "[*1..2]", "[:T*0..2]", "[*..2]")
        return self.pick("-{}-", "-{}->", "<-{}-").format(body)

    def pattern(self, scope):
        out = self.node(scope)
        for _ in range(self.random.randrange(3)):
            out += self.edge() + self.node(scope)
        return out

    def query(self):
        scope = []
        clauses = []
        for number in range(self.random.randrange(4)):
            kind = self.random.randrange(6)
            if kind < 3:
                optional = self.pick("", "", "OPTIONAL ")
                clause = f"{optional}MATCH {self.pattern(scope)}"
                if self.chance(0.4):
                    clause += f" WHERE {self.expression(scope, 2)}"
                clauses.append(clause)
            elif kind == 3:
                clauses.append(f"UNWIND {self.expression(scope, 2)} AS u{number}")
                scope.append(f"u{number}")
            elif kind == 4:
                item = self.expression(scope, 2)
                kept = [name for name in scope if self.chance(0.7)]
                name = f"w{number}"
                clauses.append("WITH " + ", ".join(kept + [f"{item} AS {name}"])
                               + self.pick("", f" ORDER BY {name}", f" WHERE {name} IS NOT NULL"))
                scope = kept + [name]
            elif kind == 5 and number > 0:
                target = self.pick(*scope) if scope else "n"
                clauses.append(self.pick(f"SET {target}.k = {self.expression(scope, 1)}",
                                         f"CREATE (c{number}:C {{k: {self.expression(scope, 1)}}})",
                                         f"MERGE (c{number}:C {{k: {self.literal()}}})",
                                         f"DETACH DELETE {target}", f"REMOVE {target}:A"))
        if self.chance(0.3):
            aggregate = self.random.choice(AGGREGATES)
            call = aggregate if "(" in aggregate else aggregate + "("
            call += self.expression(scope, 1) + (f", {self.literal()}" if "percentile" in call else "") + ")"
            item = self.pick(call, f"{self.expression(scope, 1)} AS g, {call}")
            clauses.append(f"RETURN {item} AS r")
        else:
            distinct = self.pick("", "DISTINCT ")
            clauses.append(f"RETURN {distinct}{self.expression(scope, 3)} AS r"
                           + self.pick("", "", " LIMIT 3"))
        return " ".join(clauses)

    def damage(self, query):
        """Now and then a query that is broken somewhere."""
        at = self.random.randrange(len(query) + 1)
        return query[:at] + self.pick("", "(", "'", "]", "\\", "$", " RETURN ", "\u2028", "..", "`") + query[at + self.random.randrange(3):]
