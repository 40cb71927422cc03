"""Computes the constants of Gelu in Sources/CEncoder/kernels.c.

    python3 Tests/CEncoderTests/fit_gelu.py        (needs numpy)

gelu(x) = max(x, 0) - |x| tail(|x|), where tail(a) = erfc(a / sqrt 2) / 2 is the normal
distribution's upper tail: the second term is at most 0.17, so that an error in tail
hardly moves the result. tail(a) is fitted on [0, LIMIT] as P(a) / Q(a) by least squares
whose weights follow the error (C. L. Lawson, 1961) and whose denominator is that of the
step before (C. K. Sanathanan and J. Koerner, 1963).
"""
import math

import numpy as np

LIMIT = 5.75  # beyond it a * tail(a) is under 3e-8 and taken as there
NUMERATOR, DENOMINATOR = 6, 8  # the smallest with an error under 2e-8


def fit():
    nodes = LIMIT * (1 - np.cos(np.linspace(0, np.pi, 4001))) / 2
    wanted = np.array([math.erfc(a / math.sqrt(2)) / 2 for a in nodes])
    powers = (nodes / LIMIT)[:, None] ** np.arange(max(NUMERATOR, DENOMINATOR) + 1)
    weights = np.ones_like(nodes)
    bottom = np.ones_like(nodes)
    best = (np.inf, None, None)
    for _ in range(600):
        rows = np.hstack([
            powers[:, :NUMERATOR + 1],
            -wanted[:, None] * powers[:, 1:DENOMINATOR + 1],
        ])
        scale = np.sqrt(weights) * np.maximum(nodes, 0.1) / bottom
        solution = np.linalg.lstsq(rows * scale[:, None], wanted * scale, rcond=None)[0]
        p, q = solution[:NUMERATOR + 1], np.r_[1.0, solution[NUMERATOR + 1:]]
        bottom = powers[:, :DENOMINATOR + 1] @ q
        error = np.abs(nodes * (powers[:, :NUMERATOR + 1] @ p / bottom - wanted))
        if error.max() < best[0]:
            best = (error.max(), p, q)
        weights = weights * (error / error.max() + 1e-3)
        weights /= weights.mean()
    largest, p, q = best
    return (largest, p / LIMIT ** np.arange(NUMERATOR + 1),
            q / LIMIT ** np.arange(DENOMINATOR + 1))


def horner(coefficients, a):
    value = np.float32(coefficients[-1])
    for c in coefficients[-2::-1]:
        value = value * a + np.float32(c)
    return value


largest, p, q = fit()
print("largest error in exact arithmetic: %.2e" % largest)
print("P:", ", ".join("%.9ef" % c for c in p))
print("Q:", ", ".join("%.9ef" % c for c in q))

x = np.linspace(-12, 12, 1_000_001).astype(np.float32)
exact = np.array([0.5 * v * (1 + math.erf(v / math.sqrt(2))) for v in x.astype(float)])
a = np.minimum(np.abs(x), np.float32(LIMIT))
gelu = np.maximum(x, np.float32(0)) - a * horner(p, a) / horner(q, a)
error = np.abs(gelu - exact)
print("largest error in float32: %.2e at %.3f" % (error.max(), x[error.argmax()]))
