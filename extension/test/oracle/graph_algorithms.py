"""Every graph algorithm against networkx, igraph or a few lines of numpy.

python3 graph_algorithms.py [DSN] [GRAPHS] [SEED]     (DSN: else DATABASE_URL)

Random graphs of several shapes (loops, parallel edges, isolated nodes, hubs,
zero weights) in a scratch graph; hops, costs and components must be equal,
scores within 1e-9. Prints one line a check and ends with status 1 on the
first difference.
"""

import collections
import itertools
import os
import random
import sys

import igraph
import networkx
import numpy
import psycopg

TOLERANCE = 1e-9

# ours and igraph's on each graph: both are heuristics, so the means count
MODULARITY = []


def make(rng, shape):
    """Nodes 1..n and edges (source, target, type, weight)."""
    if shape == "empty":
        return 0, []
    if shape == "lonely":
        return 5, []
    n = rng.randint(2, 60)
    edges = []
    count = rng.randint(0, n * 4)
    for _ in range(count):
        if shape == "hub" and rng.random() < 0.5:
            ends = [1, rng.randint(1, n)]
            rng.shuffle(ends)
        elif shape == "chain":
            ends = [rng.randint(1, n)] * 2
            ends[1] = min(n, ends[0] + rng.randint(0, 2))
        else:
            ends = [rng.randint(1, n), rng.randint(1, n)]
        weight = rng.choice([0, 1, 1, 2, 3, 5, 0.5])
        edges.append((*ends, rng.choice("XYZ"), float(weight)))
    return n, edges


class Oracle:
    def __init__(self, connection, rng, shape):
        self.db = connection
        self.rng = rng
        self.n, self.edges = make(rng, shape)
        self.db.execute("select graph_clear('oracle')")
        self.db.cursor().executemany(
            "insert into oracle.node (node_id, labels) values (%s, %s)",
            [(i, ["Odd"] if i % 2 else ["Even"]) for i in range(1, self.n + 1)],
        )
        self.db.cursor().executemany(
            "insert into oracle.edge (edge_id, source, target, type, weight)"
            " values (%s, %s, %s, %s, %s)",
            [(i, *e) for i, e in enumerate(self.edges, 1)],
        )

    def rows(self, query, *values):
        return self.db.execute(query, values).fetchall()

    def graph(self, types=None, direction="out", labels=None):
        """What counts as a networkx multigraph, walked in this direction."""
        g = networkx.MultiDiGraph()
        keep = [
            i
            for i in range(1, self.n + 1)
            if labels is None or ("Odd" if i % 2 else "Even") in labels
        ]
        g.add_nodes_from(keep)
        for i, (s, t, kind, w) in enumerate(self.edges, 1):
            if types is not None and kind not in types:
                continue
            if s not in g or t not in g:
                continue
            if direction != "in":
                g.add_edge(s, t, key=i, weight=w)
            if direction != "out" and not (direction == "any" and s == t):
                g.add_edge(t, s, key=i, weight=w)
        return g


def same(name, got, wanted):
    if got != wanted:
        raise AssertionError(f"{name}: got {got}, wanted {wanted}")


def close(name, got, wanted):
    same(name + " (nodes)", sorted(got), sorted(wanted))
    for key, value in wanted.items():
        if abs(got[key] - value) > TOLERANCE:
            raise AssertionError(f"{name} of {key}: got {got[key]}, wanted {value}")


def check_khop(o):
    for direction, types in itertools.product(["out", "in", "any"], [None, ["X", "Y"]]):
        g = o.graph(types, direction)
        for start in o.rng.sample(range(1, o.n + 1), min(3, o.n)):
            hops = o.rng.randint(0, 4)
            wanted = networkx.single_source_shortest_path_length(g, start, hops)
            for index_edges in (0, 1000000):
                o.db.execute("select set_config('graph.index_edges', %s, false)", [str(index_edges)])
                got = o.rows("select * from graph_khop('oracle', %s, %s, %s, %s)", start, hops, types, direction)
                same("khop", dict(got), dict(wanted))
                same("khop rows", len(got), len(wanted))
            count = o.rows("select graph_khop_count('oracle', %s, %s, %s, %s)", start, hops, types, direction)
            same("khop_count", count[0][0], len(wanted))
            tree = o.rows("select * from graph_bfs('oracle', %s, null, %s, %s)", start, types, direction)
            lengths = networkx.single_source_shortest_path_length(g, start)
            same("bfs", {r[0]: r[1] for r in tree}, dict(lengths))
            for node, distance, parent, edge in tree:
                if distance:
                    assert g.has_edge(parent, node, edge), "bfs: no such edge"
                    same("bfs parent", lengths[parent], distance - 1)


def check_path(o, g, rows, weighted, wanted):
    """The rows are a path of g, of this cost."""
    if wanted is None:
        return same("no path", rows, [])
    cost = 0.0
    same("first cost", rows[0][3], 0.0)
    for before, row in zip(rows, rows[1:]):
        assert g.has_edge(before[1], row[1], row[2]), "path: no such edge"
        cost += g.edges[before[1], row[1], row[2]]["weight"] if weighted else 1
        same("cost so far", row[3], cost)
    same("cost", cost, wanted)
    same("steps", [r[0] for r in rows], list(range(len(rows))))
    same("nodes once", len({r[1] for r in rows}), len(rows))


def check_shortest_path(o):
    for direction, types, weighted in itertools.product(
        ["out", "in", "any"], [None, ["X"]], [False, True]
    ):
        g = o.graph(types, direction)
        for _ in range(3 if o.n else 0):
            s, t = o.rng.randint(1, o.n), o.rng.randint(1, o.n)
            rows = o.rows(
                "select * from graph_shortest_path('oracle', %s, %s, %s, %s, %s)",
                s, t, types, direction, weighted,
            )
            try:
                if weighted:
                    wanted = networkx.dijkstra_path_length(g, s, t)
                else:
                    wanted = networkx.shortest_path_length(g, s, t)
            except networkx.NetworkXNoPath:
                wanted = None
            check_path(o, g, rows, weighted, wanted)
            if rows:
                same("ends", (rows[0][1], rows[-1][1]), (s, t))
        for _ in range(1 if o.n else 0):
            s = o.rng.randint(1, o.n)
            got = {r[0]: r[1] for r in o.rows("select * from graph_costs('oracle', %s, %s, %s)", s, types, direction)}
            same("costs", got, dict(networkx.single_source_dijkstra_path_length(g, s)))


def simple_graph(g):
    """The cheapest of parallel edges."""
    simple = networkx.DiGraph()
    simple.add_nodes_from(g)
    for s, t, w in g.edges(data="weight"):
        if s != t and (not simple.has_edge(s, t) or simple[s][t]["weight"] > w):
            simple.add_edge(s, t, weight=w)
    return simple


def check_k_shortest(o):
    if o.n == 0:
        return
    for direction, weighted in itertools.product(["out", "any"], [False, True]):
        g = o.graph(None, direction)
        s, t = o.rng.randint(1, o.n), o.rng.randint(1, o.n)
        if s == t:
            continue
        k = o.rng.randint(1, 8)
        rows = o.rows("select * from graph_k_shortest_paths('oracle', %s, %s, %s, null, %s, %s)", s, t, k, direction, weighted)
        paths = collections.defaultdict(list)
        for row in rows:
            paths[row[0]].append(row[1:])
        for path in paths.values():
            check_path(o, g, path, weighted, path[-1][3])
        same("paths differ", len({tuple(r[2] for r in p) for p in paths.values()}), len(paths))
        got = [p[-1][3] for p in paths.values()]
        # parallel edges make paths of their own here: count them for networkx
        wanted = []
        simple = simple_graph(g)
        try:
            for path in networkx.shortest_simple_paths(simple, s, t, weight="weight" if weighted else None):
                choices = [
                    [d["weight"] if weighted else 1 for d in g[a][b].values()]
                    for a, b in zip(path, path[1:])
                ]
                base = sum(min(c) for c in choices)
                if len(wanted) >= k and base > sorted(wanted)[k - 1]:
                    break
                sums = [0]
                for choice in choices:
                    sums = sorted(a + b for a in sums for b in choice)[:k]
                wanted.extend(sums)
        except networkx.NetworkXNoPath:
            pass
        same("k costs", got, sorted(wanted)[:k])


def check_all_shortest(o):
    for direction in ["out", "any"]:
        g = o.graph(None, direction)
        for _ in range(2 if o.n else 0):
            s, t = o.rng.randint(1, o.n), o.rng.randint(1, o.n)
            got = o.rows("select edge_ids from graph_all_shortest_paths('oracle', %s, %s, null, %s)", s, t, direction)
            wanted = set()
            try:
                if s == t:
                    wanted = {()}
                else:
                    for path in {tuple(p) for p in networkx.all_shortest_paths(g, s, t)}:
                        keys = [list(g[a][b]) for a, b in zip(path, path[1:])]
                        wanted.update(itertools.product(*keys))
            except networkx.NetworkXNoPath:
                pass
            same("all shortest", {tuple(r[0]) for r in got}, wanted)
            same("all shortest once", len(got), len(wanted))


def trails(g, start, least, most):
    found = []

    def go(node, used):
        if least <= len(used) <= most:
            found.append(tuple(used))
        if len(used) < most:
            for _, target, key in g.edges(node, keys=True):
                if key not in used:
                    go(target, used + [key])

    go(start, [])
    return sorted(found)


def check_trails(o):
    for direction in ["out", "in", "any"]:
        g = o.graph(["X"], direction)
        for start in o.rng.sample(range(1, o.n + 1), min(2, o.n)):
            least, most = o.rng.randint(0, 2), o.rng.randint(0, 3)
            got = o.rows("select edge_ids from graph_trails('oracle', %s, %s, %s, '{X}', %s)", start, least, most, direction)
            same("trails", sorted(tuple(r[0]) for r in got), trails(g, start, least, most))


def pagerank(g, damping, iterations, restart=None, weighted=False):
    nodes = sorted(g)
    n = len(nodes)
    place = {v: i for i, v in enumerate(nodes)}
    a = numpy.zeros((n, n))
    for s, t, w in g.edges(data="weight"):
        a[place[s], place[t]] += w if weighted else 1
    strength = a.sum(axis=1)
    p = numpy.full(n, 1 / n)
    if restart:
        p = numpy.array([restart.get(v, 0.0) for v in nodes])
        p /= p.sum()
    r = p.copy()
    for _ in range(iterations):
        share = numpy.where(strength > 0, r / numpy.where(strength > 0, strength, 1), 0)
        r = (1 - damping) * p + damping * (a.T @ share + r[strength == 0].sum() * p)
    return dict(zip(nodes, r))


def check_pagerank(o):
    if o.n == 0:
        return same("empty pagerank", o.rows("select * from graph_pagerank('oracle')"), [])
    for direction, labels, weighted in itertools.product(
        ["out", "in", "any"], [None, ["Odd"]], [False, True]
    ):
        g = o.graph(["X", "Y"], direction, labels)
        if direction == "any":  # a loop is in the lists of both its ends
            for v in list(g):
                for key, data in list(g.get_edge_data(v, v, default={}).items()):
                    g.add_edge(v, v, key=-key, **data)
        got = dict(o.rows(
            "select * from graph_pagerank('oracle', 0.85, 20, labels => %s, types => '{X,Y}', direction => %s, weighted => %s)",
            labels, direction, weighted))
        close("pagerank", got, pagerank(g, 0.85, 20, weighted=weighted))
        restart = {v: o.rng.random() for v in o.rng.sample(sorted(g), 1)}
        got = dict(o.rows(
            "select * from graph_pagerank('oracle', 0.7, 30, 0, %s, %s, %s, '{X,Y}', %s, %s)",
            list(restart), list(restart.values()), labels, direction, weighted))
        close("personalised", got, pagerank(g, 0.7, 30, restart, weighted))
    # converged, against igraph itself
    h = igraph.Graph(n=o.n, edges=[(s - 1, t - 1) for s, t, *_ in o.edges], directed=True)
    got = dict(o.rows("select * from graph_pagerank('oracle', 0.85, 1000, 1e-14)"))
    close("pagerank of igraph", got, {i + 1: r for i, r in enumerate(h.pagerank())})


def check_components(o):
    for types, labels in itertools.product([None, ["X"]], [None, ["Odd"]]):
        g = o.graph(types, "out", labels)
        for strong, groups in (
            (False, networkx.weakly_connected_components(g)),
            (True, networkx.strongly_connected_components(g)),
        ):
            wanted = {v: min(group) for group in groups for v in group}
            got = dict(o.rows("select * from graph_components('oracle', %s, %s, %s)", strong, labels, types))
            same("components", got, wanted)


def check_degree(o):
    g = o.graph()
    got = o.rows("select * from graph_degree('oracle')")
    same("degree", {r[0]: r[1:3] for r in got}, {v: (g.out_degree(v), g.in_degree(v)) for v in g})
    same("strength", {r[0]: r[3:] for r in got},
         {v: (g.out_degree(v, "weight"), g.in_degree(v, "weight")) for v in g})


def check_communities(o):
    h = igraph.Graph(n=o.n, edges=[(s - 1, t - 1) for s, t, *_ in o.edges])
    h.es["weight"] = [e[3] for e in o.edges]
    total = sum(h.es["weight"])
    for function in ("graph_communities", "graph_label_propagation"):
        for weighted in (False, True):
            query = f"select * from {function}('oracle', weighted => {weighted})"
            got = o.rows(query)
            same("same seed", o.rows(query), got)
            same("community nodes", sorted(r[0] for r in got), list(range(1, o.n + 1)))
            if not got or not o.edges or (weighted and total == 0):
                continue
            member = {r[0]: r[1] for r in got}
            weights = h.es["weight"] if weighted else None
            q = h.modularity([member[i + 1] for i in range(o.n)], weights=weights)
            close("modularity", {1: got[0][2]}, {1: q})
            if function == "graph_communities":
                louvain = h.community_multilevel(weights=weights)
                theirs = h.modularity(louvain.membership, weights=weights)
                MODULARITY.append((q, theirs))
                for c in set(member.values()):
                    part = h.induced_subgraph([i for i in range(o.n) if member[i + 1] == c])
                    zero = [e.index for e in part.es if weighted and e["weight"] == 0]
                    part.delete_edges(zero)
                    assert part.is_connected() or part.vcount() == 0, "community is not connected"


def check_triangles(o):
    for types in (None, ["X"]):
        g = networkx.Graph(o.graph(types))
        g.remove_edges_from(list(networkx.selfloop_edges(g)))
        got = o.rows("select * from graph_triangles('oracle', null, %s)", types)
        same("triangles", {r[0]: r[1] for r in got}, networkx.triangles(g))
        wanted = networkx.clustering(g)
        close("clustering", {r[0]: r[2] for r in got if r[2] is not None},
              {v: c for v, c in wanted.items() if g.degree(v) > 1})


def check_similar(o):
    g = networkx.Graph(o.graph())
    g.remove_edges_from(list(networkx.selfloop_edges(g)))
    for v in o.rng.sample(sorted(g), min(3, o.n)):
        got = {r[0]: r[1:] for r in o.rows("select * from graph_similar('oracle', %s)", v)}
        others = [(v, u) for u in g if u != v]
        wanted = {u: len(list(networkx.common_neighbors(g, v, u))) for _, u in others}
        wanted = {u: c for u, c in wanted.items() if c}
        same("common neighbours", {u: r[0] for u, r in got.items()}, wanted)
        close("jaccard", {u: r[1] for u, r in got.items()},
              {u: p for _, u, p in networkx.jaccard_coefficient(g, others) if u in wanted})
        close("adamic adar", {u: r[2] for u, r in got.items()},
              {u: p for _, u, p in networkx.adamic_adar_index(g, others) if u in wanted})


def check_betweenness(o):
    for direction in ("out", "in", "any"):
        edges = [(s - 1, t - 1) if direction != "in" else (t - 1, s - 1) for s, t, *_ in o.edges]
        h = igraph.Graph(n=o.n, edges=edges, directed=direction != "any")
        got = dict(o.rows("select * from graph_betweenness('oracle', null, direction => %s)", direction))
        wanted = h.betweenness() if o.n else []
        if any(abs(w) > 1e6 for w in wanted):
            continue
        close("betweenness", got, {i + 1: w for i, w in enumerate(wanted)})
    again = [o.rows("select * from graph_betweenness('oracle', 5, 3)") for _ in range(2)]
    same("same seed", again[0], again[1])


def debtrank(o, shock, linear, rounds=1000):
    """The formulas as they stand in the papers."""
    w = numpy.zeros((o.n, o.n))
    for s, t, _, weight in o.edges:
        w[s - 1, t - 1] += weight / 8 if linear else min(1, weight / 8)
    h = shock.copy()
    if linear:
        before = numpy.zeros(o.n)
        for _ in range(rounds):
            before, h = h, numpy.minimum(1, h + w.T @ (h - before))
        return h
    state = numpy.where(h > 0, "D", "U")
    while (state == "D").any():
        active = state == "D"
        h = numpy.minimum(1, h + w[active].T @ h[active])
        state = numpy.where(active, "I", numpy.where((h > 0) & (state == "U"), "D", state))
    return h


def check_debtrank(o):
    if o.n == 0:
        return
    o.db.execute("update oracle.edge set weight = weight / 8")
    for linear in (False, True):
        shocked = o.rng.sample(range(1, o.n + 1), min(2, o.n))
        shock = numpy.zeros(o.n)
        for v in shocked:
            shock[v - 1] = o.rng.random()
        got = dict.fromkeys(range(1, o.n + 1), 0.0)
        got.update({r[0]: r[2] for r in o.rows(
            "select * from graph_debtrank('oracle', %s, %s, %s, 3000, 0)",
            shocked, [float(shock[v - 1]) for v in shocked], linear)})
        close("debtrank", got, {i + 1: float(h) for i, h in enumerate(debtrank(o, shock, linear, 3000))})
    o.db.execute("update oracle.edge set weight = weight * 8")


def check_recommend(o):
    for weighted, beta in ((False, 0.6), (True, 0.0)):
        a = numpy.zeros((o.n, o.n))
        for s, t, _, weight in o.edges:
            a[s - 1, t - 1] += weight if weighted else 1
        out, into = a.sum(axis=1), a.sum(axis=0)
        p = a / numpy.where(out > 0, out, 1)[:, None]
        q = a.T / numpy.where(into > 0, into, 1)[:, None]
        for v in o.rng.sample(range(1, o.n + 1), min(3, o.n)):
            score = p[v - 1] @ q @ p / numpy.where(into > 0, into, 1) ** beta
            edges = {t for s, t, *_ in o.edges if s == v}
            got = dict(o.rows("select * from graph_recommend('oracle', %s, %s, weighted => %s)", v, beta, weighted))
            close("rp3beta", got, {i + 1: x for i, x in enumerate(score.tolist()) if x > 0 and i + 1 not in edges})


def split_mix(state):
    mask = (1 << 64) - 1
    while True:
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        yield z ^ (z >> 31)


def check_fastrp(o):
    if o.n == 0:
        return
    d, steps, exponent, seed = 8, [0.25, 1.0, 0.5], -0.5, 11
    for weighted in (False, True):
        a = numpy.zeros((o.n, o.n))
        for s, t, _, weight in o.edges:
            a[s - 1, t - 1] += weight if weighted else 1
            a[t - 1, s - 1] += weight if weighted else 1
        degree = a.sum(axis=1)
        rows = numpy.zeros((o.n, d))
        for v in range(1, o.n + 1):
            stream = split_mix((seed + v * 0xD1342543DE82EF95) & ((1 << 64) - 1))
            for i in range(d):
                rows[v - 1, i] = {0: 3**0.5, 1: -(3**0.5)}.get((next(stream) >> 32) * 6 >> 32, 0)
        rows *= numpy.where(degree > 0, numpy.where(degree > 0, degree, 1) ** exponent, 1)[:, None]
        wanted = numpy.zeros((o.n, d))
        for step in steps:
            length = numpy.linalg.norm(rows, axis=1)
            wanted += numpy.where(length > 1e-12, step / numpy.where(length > 0, length, 1), 0)[:, None] * rows
            rows = a @ rows / numpy.where(degree > 0, degree, 1)[:, None]
        got = o.rows("select node_id, embedding::real[] from graph_fastrp('oracle', %s, %s, %s, %s, weighted => %s)",
                     d, steps, exponent, seed, weighted)
        for v, embedding in got:
            # single precision; a mean that cancels to rounding has no direction
            if numpy.abs(numpy.array(embedding) - wanted[v - 1]).max() > 1e-4:
                raise AssertionError(f"fastrp of {v}: got {embedding}, wanted {wanted[v - 1].tolist()}")


def check_propagate(o):
    if o.n == 0:
        return
    d = 5
    features = numpy.array([[o.rng.randint(-4, 4) / 4 for _ in range(d)] for _ in range(o.n)])
    given = sorted(o.rng.sample(range(1, o.n + 1), o.rng.randint(1, o.n)))
    rows = [str([float(x) for x in features[v - 1]]) for v in given]
    features[[v - 1 for v in range(1, o.n + 1) if v not in given]] = 0
    for weighted, hops, restart in ((False, 2, 0.0), (True, 3, 0.0), (False, 10, 0.1), (True, 1, 1.0)):
        a = numpy.eye(o.n)
        for s, t, _, weight in o.edges:
            a[s - 1, t - 1] += weight if weighted else 1
            a[t - 1, s - 1] += weight if weighted else 1
        scale = 1 / numpy.sqrt(a.sum(axis=1))
        smooth = a * scale[:, None] * scale[None, :]
        wanted = features
        for _ in range(hops):
            wanted = (1 - restart) * smooth @ wanted + restart * features
        got = o.rows("select node_id, feature::real[] from graph_propagate('oracle', %s, %s::vector[], %s, %s, weighted => %s)",
                     given, rows, hops, restart, weighted)
        if len(got) != o.n:
            raise AssertionError(f"propagate: {len(got)} rows for {o.n} nodes")
        for v, feature in got:
            if numpy.abs(numpy.array(feature) - wanted[v - 1]).max() > 1e-5:
                raise AssertionError(f"propagate of {v}: got {feature}, wanted {wanted[v - 1].tolist()}")


def check_ease(o):
    if not o.edges:
        return
    for weighted, regularisation in ((False, 1.0), (True, 20.0)):
        x = numpy.zeros((o.n, o.n))
        for s, t, _, weight in o.edges:
            x[s - 1, t - 1] += weight if weighted else 1
        leads = numpy.zeros((o.n, o.n), bool)
        for s, t, *_ in o.edges:
            leads[s - 1, t - 1] = True
        items = numpy.flatnonzero(leads.any(axis=0))
        inverse = numpy.linalg.inv(x[:, items].T @ x[:, items] + regularisation * numpy.eye(len(items)))
        model = -inverse / numpy.diag(inverse)[None, :]
        numpy.fill_diagonal(model, 0)
        score = x[:, items] @ model
        wanted = {(v + 1, int(i) + 1): float(score[v, k]) for v in range(o.n) if leads[v].any()
                  for k, i in enumerate(items) if not leads[v, i]}
        rows = o.rows("select * from graph_ease('oracle', null, 1000, %s, weighted => %s)", regularisation, weighted)
        close("ease", {(v, i): s for v, i, s in rows}, wanted)
        for (v, _, s), (w, _, t) in itertools.pairwise(rows):
            if v == w and t > s:
                raise AssertionError(f"ease: {t} comes after {s}")


CHECKS = [value for name, value in list(globals().items()) if name.startswith("check_") and name != "check_path"]


def main(dsn=os.environ.get("DATABASE_URL"), graphs=60, seed=1):
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("create extension if not exists bellwether")
        connection.execute("set client_min_messages = warning")
        connection.execute("drop schema if exists oracle cascade")
        connection.execute("select create_graph('oracle')")
        shapes = ["empty", "lonely", "random", "hub", "chain"]
        done = collections.Counter()
        for number in range(int(graphs)):
            rng = random.Random(f"{seed}:{number}")
            shape = shapes[number] if number < len(shapes) else rng.choice(shapes[2:])
            o = Oracle(connection, rng, shape)
            for check in CHECKS:
                try:
                    check(o)
                except AssertionError as error:
                    sys.exit(f"graph {number} of seed {seed} ({shape}, {o.n} nodes, "
                             f"{len(o.edges)} edges): {check.__name__}: {error}")
                done[check.__name__] += 1
        connection.execute("select drop_graph('oracle', true)")
    ours, theirs = numpy.mean(MODULARITY, axis=0)
    print(f"mean modularity {ours:.4f}, of igraph's Louvain {theirs:.4f}")
    if ours < theirs:
        sys.exit("our communities are worse than igraph's")
    for name, count in done.items():
        print(f"{name}: equal on {count} graphs")


if __name__ == "__main__":
    main(*sys.argv[1:])
