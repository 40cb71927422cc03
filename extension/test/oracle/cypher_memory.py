"""Queries that mean harm, in a backend that may take 3 GB and 20 seconds.

    python cypher_memory.py DSN

Each must give rows, or a limit of its own (class 54: cypher.max_memory, too complex,
stack depth), or run into time (57014); the connection must survive.
The backend's address space is bounded as ulimit -v does it, from outside.
"""

import os
import subprocess
import sys

import psycopg

GIGABYTE = 1 << 30
# limits of a backend are set by the server's user
SERVER = os.path.join(os.path.dirname(__file__), "../../../docker/server.sh")
ALLOWED = ("54", "57014", "CY", "SQ", "22")
CHAIN = 40
CYPHER = {
    "doubled in each WITH": "WITH rand() AS a " + "WITH a + a AS a " * CHAIN + "RETURN a",
    "a list doubled in each WITH": "OPTIONAL MATCH (n) WITH n.x AS a " + "WITH [a, a] AS a " * CHAIN + "RETURN size(a)",
    "a map doubled in each WITH": "WITH {x: rand()} AS m " + "WITH {a: m, b: m} AS m " * CHAIN + "RETURN m",
    "CASE in CASE": "RETURN " + "CASE " * CHAIN + "rand()" + " WHEN 1 THEN 1 WHEN 2 THEN 2 END" * CHAIN + " AS x",
    "chains in chains": "RETURN " + "1 < (" * CHAIN + "rand()" + ") < 2" * CHAIN + " AS x",
    "sums": "WITH $p AS a RETURN " + "(a + a) * " * 300 + "1 AS x",
    "a long range": "RETURN size([x IN range(1, 49999999) | x])",
    "a list in each step": "RETURN size(reduce(s = [1], x IN range(1, 60) | s + s))",
    "a string in each step": "RETURN size(reduce(s = 'abc', x IN range(1, 60) | s + s))",
    "collect": "UNWIND range(1, 5000) AS x UNWIND range(1, 5000) AS y RETURN size(collect([x, y]))",
    "lists in lists": "RETURN size([x IN range(1, 3000) | [y IN range(1, 3000) | [z IN range(1, 300) | z]]])",
    "rows to write": "UNWIND range(1, 3000) AS x UNWIND range(1, 3000) AS y CREATE (n {x: [x, y]}) RETURN count(n)",
    "split": "RETURN size(split(reduce(s = 'a', x IN range(1, 26) | s + s), ''))",
    "all ways over a hub": "MATCH (h:Hub)-[*]-(x) RETURN collect(x)",
    "all ways, kept": "MATCH p = (h:Hub)-[*]-(x) RETURN collect(p)",
    "pairs of everything": "MATCH (a), (b), (c), (d) RETURN collect([a, b, c, d])",
    "what is reached": "MATCH (h:Hub)-[*]-(x) RETURN count(DISTINCT x)",
    "a pattern as condition": "MATCH (h:Hub), (x:Leaf) WHERE (h)-[*]-(x) RETURN count(*)",
}
SPARQL = {
    "doubled in each BIND": "SELECT * { BIND(strlen(str(now())) AS ?x0) " + " ".join(f"BIND(?x{i} + ?x{i} AS ?x{i + 1})" for i in range(CHAIN)) + " }",
    "a string in each BIND": "SELECT * { BIND('abc' AS ?x0) " + " ".join(f"BIND(concat(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(CHAIN)) + " }",
    "IN in IN": "SELECT * { FILTER(" + "(" * 400 + "1" + " IN (1, 2))" * 400 + ") }",
    "everything times everything": "SELECT (GROUP_CONCAT(?e) AS ?x) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "what is reached": "SELECT (COUNT(*) AS ?n) { ?s (edge:R|^edge:R)+ ?o }",
}
# what must be answered, since only the ends count
ANSWERED = {"what is reached", "a pattern as condition", "doubled in each WITH", "CASE in CASE"}


def ask(dsn, function, name, query):
    with psycopg.connect(dsn, autocommit=True) as connection:
        pid = connection.execute("select pg_backend_pid()").fetchone()[0]
        # its libraries are loaded first, then there is an end
        connection.execute("select cypher('harm', 'RETURN 1')")
        subprocess.run([SERVER, "run", "prlimit", f"--pid={pid}", f"--as={3 * GIGABYTE}"], check=True)
        connection.execute("set statement_timeout = '20s'")
        connection.execute("set temp_file_limit = '2GB'")
        arguments = ["harm", query] + (['{"p": 1}'] if function == "cypher" else [])
        holders = ", ".join(["%s"] * len(arguments))
        try:
            connection.execute("begin")
            connection.execute(f"select count(*) from {function}({holders})", arguments)
            answer = "rows"
        except psycopg.Error as error:
            answer = error.sqlstate or f"connection lost: {error}"
        if answer != "rows" and (not answer.startswith(ALLOWED + ("53400",)) or (name in ANSWERED)):
            sys.exit(f"{function}, {name}: {answer}")
        if connection.execute("rollback").statusmessage != "ROLLBACK":
            sys.exit(f"{function}, {name}: no rollback")
        with open(f"/proc/{pid}/status") as status:
            peak = next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))
        print(f"  {function:7} {name:32} {answer:6} {peak:5} MB")
        return peak


def main():
    dsn = sys.argv[1]
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("set client_min_messages = warning")
        connection.execute("create extension if not exists bellwether")
        connection.execute("drop schema if exists harm cascade")
        connection.execute("select create_graph('harm')")
        connection.execute("""select cypher('harm', 'CREATE (h:Hub) WITH h UNWIND range(1, 60) AS i
            CREATE (h)-[:R]->(l:Leaf {k: i})-[:R]->(h)')""")
    peaks = [ask(dsn, "cypher", *item) for item in CYPHER.items()]
    peaks += [ask(dsn, "sparql", *item) for item in SPARQL.items()]
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("set client_min_messages = warning")
        connection.execute("drop schema harm cascade")
    print(f"{len(peaks)} queries that mean harm: none broke its backend, at most {max(peaks)} MB")


if __name__ == "__main__":
    main()
