"""Trained recommenders on ml-100k, against those of graph_recommend.py.

python3 graph_trained.py [DIR]     (DIR: keeps the downloaded wheel; ten minutes of one processor)

The same ratings, splits and measures as graph_recommend.py. Trained offline, here, in numpy:

LightGCN (He et al., SIGIR 2020): an embedding for each node, smoothed over the graph by
D^-1/2 A D^-1/2, the mean over the layers; GraphSAGE-mean (Hamilton et al., NeurIPS 2017,
algorithm 1): h' = W [h; mean of the neighbours' h], relu between its two layers, over an
embedding for each node. Both learn to rank what is liked before what is not (BPR, Rendle et
al., UAI 2009) by Adam. The tenth that graph_recommend.py leaves aside says when to stop and
which setting is taken (on the first split), an advantage that EASE does not have.
"""

import os
import sys
import tempfile
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy
from scipy import sparse

from graph_recommend import SEEDS, TOP, quality, ratings, split

DIMENSIONS = 64
BATCH = 8192
MOST_EPOCHS = 300
PATIENCE = 4  # looks, one in five epochs, without a better one


class Data:
    def __init__(self, pairs, seed):
        users = {u: n for n, u in enumerate(sorted({u for u, _ in pairs}))}
        items = {i: n for n, i in enumerate(sorted({i for _, i in pairs}))}
        train, test = split(pairs, seed)
        held = {u: set() for u in users}
        for u, i in pairs:
            held[u].add(i)
        for u, i in train:
            held[u].discard(i)
        self.test = {users[u]: {items[i] for i in found} for u, found in test.items()}
        self.validation = {users[u]: {items[i] for i in rest - test[u]} for u, rest in held.items() if rest - test[u]}
        self.pairs = numpy.array([(users[u], items[i]) for u, i in train])
        self.liked = numpy.zeros((len(users), len(items)), numpy.float32)
        self.liked[self.pairs[:, 0], self.pairs[:, 1]] = 1

    def measure(self, scores, wanted):
        scores = numpy.where(self.liked > 0, -numpy.inf, scores)
        best = numpy.argsort(-scores, axis=1, kind="stable")[:, :TOP]
        return quality({u: row.tolist() for u, row in enumerate(best)}, wanted)


class LightGCN:
    def __init__(self, data, rng, layers):
        users, items = data.liked.shape
        self.layers = layers
        degree = [numpy.maximum(data.liked.sum(axis), 1) for axis in (1, 0)]
        self.block = data.liked / numpy.sqrt(degree[0])[:, None] / numpy.sqrt(degree[1])
        self.values = [rng.normal(0, 0.1, (n, DIMENSIONS)).astype(numpy.float32) for n in (users, items)]

    def smooth(self, user, item):
        """The mean over the layers; the matrix is symmetric, so gradients go the same way back."""
        sums = [user, item]
        for _ in range(self.layers):
            user, item = self.block @ item, self.block.T @ user
            sums = [sums[0] + user, sums[1] + item]
        return [s / (self.layers + 1) for s in sums]

    def forward(self):
        return self.smooth(*self.values)

    def backward(self, user, item):
        return self.smooth(user, item)


class GraphSAGE:
    def __init__(self, data, rng, layers):
        users, items = data.liked.shape
        self.layers = layers
        self.to_user = data.liked / numpy.maximum(data.liked.sum(1), 1)[:, None]
        self.to_item = data.liked.T / numpy.maximum(data.liked.sum(0), 1)[:, None]
        self.users = users
        self.values = [rng.normal(0, 0.1, (users + items, DIMENSIONS)).astype(numpy.float32)]
        for _ in range(layers):
            own = numpy.eye(DIMENSIONS) + rng.normal(0, 0.05, (DIMENSIONS, DIMENSIONS))
            near = numpy.eye(DIMENSIONS) + rng.normal(0, 0.05, (DIMENSIONS, DIMENSIONS))
            self.values += [own.astype(numpy.float32), near.astype(numpy.float32)]

    def mean(self, h):
        return numpy.concatenate([self.to_user @ h[self.users:], self.to_item @ h[:self.users]])

    def mean_back(self, g):
        return numpy.concatenate([self.to_item.T @ g[self.users:], self.to_user.T @ g[:self.users]])

    def forward(self):
        h = self.values[0]
        self.kept = []
        for layer in range(self.layers):
            near = self.mean(h)
            out = h @ self.values[1 + 2 * layer] + near @ self.values[2 + 2 * layer]
            self.kept.append((h, near, out))
            h = numpy.maximum(out, 0) if layer + 1 < self.layers else out
        return h[:self.users], h[self.users:]

    def backward(self, user, item):
        g = numpy.concatenate([user, item])
        gradients = [None] * len(self.values)
        for layer in reversed(range(self.layers)):
            h, near, out = self.kept[layer]
            if layer + 1 < self.layers:
                g = g * (out > 0)
            gradients[1 + 2 * layer] = h.T @ g
            gradients[2 + 2 * layer] = near.T @ g
            g = g @ self.values[1 + 2 * layer].T + self.mean_back(g @ self.values[2 + 2 * layer].T)
        gradients[0] = g
        return gradients


class Adam:
    """Kingma, Ba, ICLR 2015, algorithm 1."""

    def __init__(self, values, rate):
        self.values, self.rate, self.steps = values, rate, 0
        self.first = [numpy.zeros_like(v) for v in values]
        self.second = [numpy.zeros_like(v) for v in values]

    def step(self, gradients):
        self.steps += 1
        size = self.rate * numpy.sqrt(1 - 0.999 ** self.steps) / (1 - 0.9 ** self.steps)
        for value, m, v, g in zip(self.values, self.first, self.second, gradients):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            value -= (size * m / (numpy.sqrt(v) + 1e-8)).astype(numpy.float32)


def gather(places, count, rows):
    """The sum of the rows of each place."""
    ones = numpy.ones(len(places), numpy.float32)
    return sparse.csr_matrix((ones, (places, numpy.arange(len(places)))), (count, len(places))) @ rows


def train(model, data, rng, rate, decay):
    """Recall and gain of the validation tenth and of the test at the best look, and its epoch."""
    adam = Adam(model.values, rate)
    items = data.liked.shape[1]
    best, looks = (-1,), 0
    for epoch in range(1, MOST_EPOCHS + 1):
        order = rng.permutation(len(data.pairs))
        for begin in range(0, len(order), BATCH):
            u, i = data.pairs[order[begin:begin + BATCH]].T
            j = rng.integers(0, items, len(u))
            while (again := data.liked[u, j] > 0).any():
                j[again] = rng.integers(0, items, again.sum())
            user, item = model.forward()
            # of -log sigmoid(x), and of half the squares of the embeddings that are ranked
            x = ((item[i] - item[j]) * user[u]).sum(1)
            pull = (-1 / (1 + numpy.exp(x)) / len(u)).astype(numpy.float32)[:, None]
            small = numpy.float32(decay / len(u))
            adam.step(model.backward(
                gather(u, len(user), pull * (item[i] - item[j]) + small * user[u]),
                gather(i, items, pull * user[u] + small * item[i]) + gather(j, items, small * item[j] - pull * user[u])))
        if epoch % 5 == 0:
            user, item = model.forward()
            scores = user @ item.T
            recall, gain = data.measure(scores, data.validation)
            if recall > best[0]:
                best, looks = (recall, gain, *data.measure(scores, data.test), epoch), 0
            elif (looks := looks + 1) == PATIENCE:
                break
    return best


def ease(data, regularisation):
    """Steck, WWW 2019, equation 8: what graph_ease solves, for the same line here."""
    inverse = numpy.linalg.inv(data.liked.T.astype(float) @ data.liked + regularisation * numpy.eye(data.liked.shape[1]))
    weights = inverse / -numpy.diag(inverse)
    numpy.fill_diagonal(weights, 0)
    return data.liked @ weights


# layers, rate of Adam, weight of the squares
METHODS = {
    "LightGCN": (LightGCN, [(3, 0.01, 1e-3), (2, 0.01, 1e-2)]),
    "GraphSAGE-mean": (GraphSAGE, [(1, 0.003, 1e-2), (2, 0.002, 1e-2)]),
}


def run(name, kind, data, seed, setting):
    begin = time.process_time()
    rng = numpy.random.default_rng(1000 + seed)
    found = train(kind(data, rng, setting[0]), data, rng, *setting[1:])
    print(f"{name:16}{seed:6}{str(setting):>24}{found[0]:12.4f}{found[2]:11.4f}{found[3]:9.4f}{found[4]:7.0f}"
          f"{time.process_time() - begin:6.0f}", flush=True)
    return found


def main(directory=None):
    directory = directory or os.path.join(tempfile.gettempdir(), "bellwether-ml-100k")
    os.makedirs(directory, exist_ok=True)
    pairs = ratings(directory)
    data = [Data(pairs, seed) for seed in range(SEEDS)]
    solved = numpy.mean([d.measure(ease(d, 200), d.test) for d in data], axis=0)
    print(f"EASE(200), mean of {SEEDS} splits: {solved[0]:.4f}/{solved[1]:.4f}\n")
    print(f"{'method':16}{'split':>6}{'layers, rate, decay':>24}{'validation':>12}{'recall@10':>11}{'ndcg@10':>9}{'epoch':>7}{'s':>6}", flush=True)
    for name, (kind, settings) in METHODS.items():
        first = {setting: run(name, kind, data[0], 0, setting) for setting in settings}
        setting = max(first, key=lambda s: first[s][0])
        runs = [first[setting]] + [run(name, kind, data[seed], seed, setting) for seed in range(1, SEEDS)]
        recall, gain = numpy.mean(runs, axis=0)[2:4]
        print(f"{name} {setting}, mean of {SEEDS} splits: {recall:.4f}/{gain:.4f}, {recall / solved[0]:.3f} of EASE\n", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
