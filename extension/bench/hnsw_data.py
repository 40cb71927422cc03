"""The two sets of vectors that the index is measured with."""

import csv
import os
import pathlib
import struct

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = pathlib.Path(os.environ.get("BELLWETHER_BENCH_DATA", ROOT / "../../shared/data/bench"))
PRICES = ROOT / "demo/data/adj_closes_20.csv"
WINDOW = 64


def text():
    """61,666 sentences of Debian packages by all-MiniLM-L6-v2, and 1,000 questions."""
    base = np.load(BENCH / "text384_base.f16.npy").astype(np.float32)
    query = np.load(BENCH / "text384_query.f16.npy").astype(np.float32)
    return base, query


def windows():
    """z-normalised windows of 64 daily log returns of 20 stocks: heavy tails."""
    with open(PRICES, newline="") as file:
        rows = list(csv.reader(file))[1:]
    prices = np.array([[float(x) if x else np.nan for x in row[1:]] for row in rows])
    returns = np.diff(np.log(prices), axis=0)
    found = []
    for column in returns.T:
        values = column[~np.isnan(column)]
        view = np.lib.stride_tricks.sliding_window_view(values, WINDOW)
        spread = view.std(axis=1, keepdims=True)
        found.append((view - view.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1))
    every = np.concatenate(found).astype(np.float32)
    pick = np.random.default_rng(7).permutation(len(every))
    return every[pick[1000:]], every[pick[:1000]]


def exact(base, query, metric, k):
    """Distances of the k nearest rows, by brute force in double precision."""
    base, query = base.astype(np.float64), query.astype(np.float64)
    if metric == "cosine":
        base = base / np.linalg.norm(base, axis=1, keepdims=True)
        query = query / np.linalg.norm(query, axis=1, keepdims=True)
    squares = (base * base).sum(axis=1)
    result = []
    for start in range(0, len(query), 50):
        part = query[start : start + 50]
        product = part @ base.T
        if metric == "cosine":
            distance = 1 - product
        else:
            distance = np.sqrt(np.maximum((part * part).sum(axis=1)[:, None] + squares - 2 * product, 0))
        result.append(np.sort(np.partition(distance, k, axis=1)[:, :k], axis=1))
    return np.concatenate(result)


def binary(vector):
    """The binary form of the type vector."""
    return struct.pack(">HH", len(vector), 0) + vector.astype(">f4").tobytes()
