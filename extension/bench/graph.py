"""Graph functions against igraph and recursive SQL on Debian's package graph.

python3 graph.py DSN [DIR]     (DIR: from graph_packages.py; made if missing)

Each question is asked in turns (bare select 1, ours, igraph) and the least of each counts;
over several seeds the median of these. What is compared is processor time: of this process
and of the server's process that answers until it waits again, so the client's round trip is
in it and other work on the machine is not. Wall times stand beside it. igraph keeps to one thread, as ours: others
of its PageRank would wait busily on into our turn. networkx is asked once a question. Answers
are compared before anything is timed: hops, costs and components are equal, ranks within
1e-9. Prints a line a task: ours, igraph (or the named baseline), their ratio, both wall
times, networkx, and what is wanted.
Apache AGE has no algorithms and is in neither Debian nor PyPI: figures of AGE 1.6 on
this kind of graph are in the project's notes, not here.
"""

import csv
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time

os.environ["OMP_NUM_THREADS"] = "1"  # before igraph is loaded

import igraph
import networkx
import psycopg

SEEDS = 20
PAIRS = 8
HERE = os.path.dirname(os.path.abspath(__file__))


class Cost(tuple):
    """Milliseconds: of processors, of the wall."""

    cpu = property(lambda self: self[0])
    wall = property(lambda self: self[1])


def middle(costs):
    return Cost(map(statistics.median, zip(*costs)))


class Bench:
    def __init__(self, dsn, directory):
        self.dsn = dsn
        self.failed = []
        self.files = {}
        self.db = psycopg.connect(dsn, autocommit=True)
        self.simple = psycopg.ClientCursor(self.db)  # text with its values in it, nothing prepared
        self.load(directory)

    def server(self, db):
        """Nanoseconds of processors that a session's server process has used when it waits
        again: the system adds up what a process uses when it goes to sleep, and an answer is
        here before that."""
        if db not in self.files:
            path = f"/proc/{db.info.backend_pid}/"
            self.files[db] = [os.open(path + name, os.O_RDONLY) for name in ("stat", "schedstat")]
        stat, used = self.files[db]
        before = None
        while True:
            waits = os.pread(stat, 512, 0).rpartition(b")")[2].split()[0] == b"S"
            now = int(os.pread(used, 64, 0).split()[0])
            if waits and now == before:
                return now
            before = now

    def timed(self, function, *arguments, db=None):
        server = self.server(db or self.db)
        begin = time.process_time_ns(), time.perf_counter()
        function(*arguments)
        end = time.process_time_ns(), time.perf_counter()
        server = self.server(db or self.db) - server
        return Cost(((end[0] - begin[0] + server) / 1e6, (end[1] - begin[1]) * 1000))

    def least(self, functions, arguments=((),), runs=5):
        """For each function its least costs in turns, and of these the median over the arguments."""
        found = [[] for _ in functions]
        for a in arguments:
            turns = [[self.timed(f, *a) for f in functions] for _ in range(runs)]
            for place, costs in enumerate(zip(*turns)):
                found[place].append([min(kind) for kind in zip(*costs)])
        return [middle(costs) for costs in found]

    def query(self, text, *values):
        return self.db.execute(text, values, prepare=True).fetchall()

    def load(self, directory):
        if not os.path.exists(os.path.join(directory, "edge.csv")):
            available = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, check=True)
            subprocess.run([sys.executable, os.path.join(HERE, "graph_packages.py"), directory],
                           input=available.stdout, check=True)
        with open(os.path.join(directory, "edge.csv")) as file:
            self.edges = [(int(s) - 1, int(t) - 1, float(w)) for s, t, _, w in csv.reader(file)]
        with open(os.path.join(directory, "node.csv")) as file:
            self.n = sum(1 for _ in file)
        self.db.execute("set client_min_messages = warning")
        self.db.execute("create extension if not exists bellwether")
        self.db.execute("drop schema if exists bench cascade")
        self.db.execute("select create_graph('bench')")
        begin = time.perf_counter()
        for table, columns in (("node", "node_id, key, labels"), ("edge", "source, target, type, weight")):
            with self.db.cursor().copy(f"copy bench.{table} ({columns}) from stdin csv") as copy:
                with open(os.path.join(directory, f"{table}.csv"), "rb") as file:
                    copy.write(file.read())
        ours = time.perf_counter() - begin
        self.db.execute("vacuum analyze bench.node")
        self.db.execute("vacuum analyze bench.edge")
        begin = time.perf_counter()
        self.g = igraph.Graph(n=self.n, edges=[e[:2] for e in self.edges], directed=True)
        self.g.es["weight"] = [e[2] for e in self.edges]
        print(f"{self.n} nodes, {len(self.edges)} edges; load {ours:.1f} s with keys and indexes,"
              f" igraph {time.perf_counter() - begin:.1f} s in memory")
        self.nx = networkx.MultiDiGraph()
        self.nx.add_nodes_from(range(self.n))
        self.nx.add_weighted_edges_from(self.edges)
        print(f"\n{'task':42}{'ours':>9}{'igraph':>10}{'ratio':>8}{'ms of wall':>20}{'networkx':>11}  wanted")

    def bare(self, *_):
        self.query("select 1")

    def line(self, task, ours, baseline=None, wanted="-", good=True, other=None):
        if not good:
            self.failed.append(task)
        ratio = f"{baseline.cpu:10.3f}{ours.cpu / baseline.cpu:8.3f}" if baseline else " " * 18
        walls = f"{ours.wall:10.3f}" + (f"{baseline.wall:10.3f}" if baseline else " " * 10)
        third = f"{other.cpu:11.3f}" if other else " " * 11
        print(f"{task:42}{ours.cpu:9.3f}{ratio}{walls}{third}  {wanted}{'' if good else '   <-- not reached'}",
              flush=True)

    def neighbourhoods(self, rng):
        starts = rng.sample([v for v in range(self.n) if self.g.degree(v, mode="out") >= 3], SEEDS)
        modes = {"out": "out", "any": "all"}
        sql = "select node_id from graph_khop('bench', %s, %s, null, %s)"
        counted = "select graph_khop_count('bench', %s, %s, null, %s)"
        for direction, mode in modes.items():
            for hops in (1, 2, 3):
                for v in starts:
                    wanted = {u + 1 for u in self.g.neighborhood(v, order=hops, mode=mode)}
                    assert {r[0] for r in self.query(sql, v + 1, hops, direction)} == wanted
                    assert self.query(counted, v + 1, hops, direction)[0][0] == len(wanted)
        seeds = [(v,) for v in starts]
        undirected = self.nx.to_undirected(as_view=True)
        for direction, mode in modes.items():
            graph = self.nx if direction == "out" else undirected
            for hops in (1, 2, 3):
                text = counted if direction == "any" and hops > 1 else sql
                bare, ours, theirs = self.least([
                    self.bare, lambda v: self.query(text, v + 1, hops, direction),
                    lambda v: self.g.neighborhood(v, order=hops, mode=mode)], seeds)
                if direction == "out":
                    wanted, good = f"<= 2 select 1 ({bare.cpu:.3f})", ours.cpu <= 2 * bare.cpu
                elif hops == 3:
                    wanted, good = "<= 2 ms", ours.cpu <= 2
                else:
                    wanted, good = f"<= igraph + select 1 ({bare.cpu:.3f})", ours.cpu <= theirs.cpu + bare.cpu
                other, = self.least([lambda v: networkx.single_source_shortest_path_length(graph, v, hops)], seeds[:5], 1)
                name = f"{hops} hops {direction}" + (", counted" if text == counted else "")
                self.line(name, ours, theirs, wanted, good, other)
        for hops in (1, 2, 3):
            bare, ours = self.least([
                lambda v: self.simple.execute("select 1").fetchall(),
                lambda v: self.simple.execute(sql, (v + 1, hops, "out")).fetchall()], seeds)
            self.line(f"{hops} hops out, nothing prepared", ours, None, f"<= 2 select 1 ({bare.cpu:.3f})", ours.cpu <= 2 * bare.cpu)
        ours, = self.least([lambda v: self.query(sql, v + 1, 2, "any")], seeds)
        rows = statistics.median(len(self.query(sql, v + 1, 2, "any")) for v in starts)
        self.line(f"2 hops any, {rows:.0f} rows to the client", ours)
        recursive = """with recursive walk (node_id, distance) as (select %s::bigint, 0 union
            select e.target, distance + 1 from walk join bench.edge e on e.tenant_id = 0
            and e.source = node_id where distance < 3) select distinct node_id from walk"""
        ours, theirs = self.least([lambda v: self.query(sql, v + 1, 3, "out"), lambda v: self.query(recursive, v + 1)], seeds, 3)
        self.line("3 hops out, against recursive SQL", ours, theirs)
        self.fresh(starts, sql)

    def fresh(self, starts, sql):
        """A session that has cached nothing."""
        times = {0: [], 1: []}
        for v in starts[:10]:
            with psycopg.connect(self.dsn, autocommit=True) as db:
                for _ in range(4):  # psycopg's own first steps
                    db.execute("select %s, %s, %s", (v, 2, "out")).fetchall()
                for run in times:
                    times[run].append(self.timed(lambda: db.execute(sql, (v + 1, 2, "out")).fetchall(), db=db))
        self.line("2 hops out, new session, first", middle(times[0]))
        self.line("2 hops out, new session, second", middle(times[1]))

    def pairs(self, rng, mode):
        pairs = []
        while len(pairs) < PAIRS:
            s, t = rng.randrange(self.n), rng.randrange(self.n)
            if 5 <= self.g.distances(s, t, mode=mode)[0][0] <= 8:
                pairs.append((s, t))
        return pairs

    def paths(self, rng):
        sql = "select * from graph_shortest_path('bench', %s, %s, null, %s, %s)"
        for direction, mode in (("out", "out"), ("any", "all")):
            pairs = self.pairs(rng, mode)
            for weights, part in ((None, 10), ("weight", 5)):
                for s, t in pairs:
                    path = self.query(sql, s + 1, t + 1, direction, weights is not None)
                    assert path[-1][3] == self.g.distances(s, t, weights=weights, mode=mode)[0][0]
                bare, ours, theirs = self.least([
                    self.bare, lambda s, t: self.query(sql, s + 1, t + 1, direction, weights is not None),
                    lambda s, t: self.g.get_shortest_path(s, t, weights=weights, mode=mode)], pairs, 3)
                graph = self.nx if direction == "out" else self.nx.to_undirected(as_view=True)
                other, = self.least([lambda s, t: networkx.shortest_path(graph, s, t, weight=weights)], pairs[:3], 1)
                name = ("weighted " if weights else "") + f"shortest path, {direction}"
                self.line(name, ours, theirs, f"<= 1/{part} of igraph, or 2 select 1 ({bare.cpu:.3f})",
                          ours.cpu <= max(theirs.cpu / part, 2 * bare.cpu), other)

    def whole(self):
        rank = "select count(*) from graph_pagerank('bench', 0.85, %s, %s)"
        scores = dict(self.query("select * from graph_pagerank('bench', 0.85, 1000, 1e-14)"))
        assert max(abs(scores[i + 1] - r) for i, r in enumerate(self.g.pagerank())) < 1e-9
        some, summed, limit, theirs = self.least([
            lambda: self.query(rank, 20, 0), lambda: self.query(rank.replace("count(*)", "sum(score)"), 20, 0),
            lambda: self.query(rank, 1000, 1e-10), self.g.pagerank])
        other = self.timed(networkx.pagerank, self.nx)
        self.line("PageRank, 20 iterations", some, theirs, "<= 1/5 of igraph", some.cpu <= theirs.cpu / 5, other)
        self.line("the same, its scores summed up", summed, theirs)
        self.line("PageRank, to 1e-10", limit, theirs, "<= igraph", limit.cpu <= theirs.cpu)

        for strong, name, part in ((False, "weak", 3), (True, "strong", None)):
            parts = "select node_id, component from graph_components('bench', %s)"
            got = dict(self.query(parts, strong))
            clusters = self.g.connected_components(name)
            assert all(len({got[v + 1] for v in c}) == 1 for c in clusters) and len(set(got.values())) == len(clusters)
            text = "select count(*) from graph_components('bench', %s)"
            ours, theirs = self.least([lambda: self.query(text, strong), lambda: self.g.connected_components(name)], runs=9)
            find = networkx.strongly_connected_components if strong else networkx.weakly_connected_components
            other = self.timed(lambda: list(find(self.nx)))
            self.line(f"{name} components", ours, theirs, f"<= 1/{part} of igraph" if part else "-",
                      part is None or ours.cpu <= theirs.cpu / part, other)

        undirected = self.g.as_undirected(mode="each")
        communities = "select max(modularity) from graph_communities('bench', weighted => false)"
        quality = self.query(communities)[0][0]
        found = []
        ours, theirs = self.least([lambda: self.query(communities), lambda: found.append(undirected.community_multilevel())], runs=3)
        best = max(f.modularity for f in found)
        self.line("communities", ours, theirs, f"<= 1/5 of igraph, modularity {quality:.4f} >= {best:.4f}",
                  ours.cpu <= theirs.cpu / 5 and quality >= best)
        simple = self.g.as_undirected().simplify()
        ours, theirs = self.least([lambda: self.query("select count(*) from graph_triangles('bench')"), simple.list_triangles], runs=3)
        self.line("triangles", ours, theirs)

    def writing(self):
        """What the triggers and keys cost, and the first query after a change."""
        self.db.execute("create table bench.plain (like bench.edge including defaults including indexes including constraints)")
        self.db.execute("alter table bench.plain alter edge_id set default nextval('bench.edge_edge_id_seq'),"
                        " add foreign key (tenant_id, source) references bench.node, add foreign key (tenant_id, target) references bench.node")
        insert = "insert into bench.{} (source, target, type) values (%s, %s, 'B')"

        def insert_into(table):
            self.db.execute(insert.format(table), (random.randint(1, self.n), random.randint(1, self.n)), prepare=True)

        insert_into("edge"), insert_into("plain")
        both = [[self.timed(insert_into, table) for table in ("edge", "plain")] for _ in range(300)]
        ours, theirs = (middle(column) for column in zip(*both))
        self.line("insert of an edge, against plain table", ours, theirs)
        count = "select graph_khop_count('bench', 100, 3, null, 'any')"
        times = []
        for _ in range(20):
            insert_into("edge")
            times.append(self.timed(self.query, count))
        self.line("first 3 hops any after an insert", middle(times))

    def sessions(self):
        """Ten sessions at once, and what each one holds."""
        count = "select graph_khop_count('bench', %s, 3, null, 'any')"
        done, memory = [], []

        def run(number):
            rng = random.Random(number)
            with psycopg.connect(self.dsn, autocommit=True) as db:
                db.execute(count, (1,))
                begin = time.perf_counter()
                for _ in range(100):
                    db.execute(count, (rng.randint(1, self.n),), prepare=True).fetchall()
                done.append(100 / (time.perf_counter() - begin))
                memory.append(db.execute(
                    "select sum(total_bytes) filter (where name like 'graph%'), sum(total_bytes)"
                    " from pg_backend_memory_contexts").fetchone())

        threads = [threading.Thread(target=run, args=(i,)) for i in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(f"\nten sessions at once: {sum(done):.0f} queries of 3 hops any per second;"
              f" in each {float(statistics.median(m[0] for m in memory)) / 1048576:.1f} MB of adjacency,"
              f" {float(statistics.median(m[1] for m in memory)) / 1048576:.1f} MB of memory in all")


def main(dsn, directory=None):
    bench = Bench(dsn, directory or os.path.join(tempfile.gettempdir(), "bellwether-debian-graph"))
    rng = random.Random(5)
    bench.neighbourhoods(rng)
    bench.paths(rng)
    bench.whole()
    bench.writing()
    bench.sessions()
    bench.db.execute("drop schema bench cascade")
    if bench.failed:
        sys.exit("not reached: " + ", ".join(bench.failed))


if __name__ == "__main__":
    main(*sys.argv[1:])
