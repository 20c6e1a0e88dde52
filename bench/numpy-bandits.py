"""A choice and its update in numpy on one thread, 10 arms, contexts of 64 numbers: for each line `network N` or `linucb N` on
stdin a line with the decisions a second."""

import sys
import time

import numpy as np

ARMS, DIM, UNITS, BATCH, CAPACITY = 10, 64, 100, 16, 4096
rng = np.random.default_rng(0)
contexts = rng.standard_normal((256, DIM))
contexts /= np.linalg.norm(contexts, axis=1, keepdims=True)


def network(count):
    """NeuFastCB: logarithmic loss, FastCB's weighting, a minibatch of the new example and replayed ones."""
    w = rng.standard_normal((ARMS, UNITS, DIM)) * (2 / UNITS) ** 0.5
    v = rng.standard_normal(UNITS) / UNITS**0.5
    start_w, start_v = w.copy(), v.copy()
    xs, slots, ys = np.zeros((CAPACITY, DIM)), np.zeros(CAPACITY, int), np.zeros(CAPACITY)
    for t in range(count):
        x = contexts[t & 255]
        scores = np.maximum(w @ x, 0) @ v
        costs = np.maximum(1 / (1 + np.exp(-scores)), 1e-6)
        best = costs.argmin()
        p = costs[best] / (ARMS * costs[best] + 100 * (costs - costs[best]))
        p[best] = 0
        p[best] = 1 - p.sum()
        arm = np.searchsorted(p.cumsum(), rng.random())
        arm = min(int(arm), ARMS - 1)
        xs[t % CAPACITY], slots[t % CAPACITY], ys[t % CAPACITY] = x, arm, (arm + t) % 3 == 0
        rows = np.append(rng.integers(min(t + 1, CAPACITY), size=BATCH - 1), t % CAPACITY)
        bx, bs, by = xs[rows], slots[rows], ys[rows]
        z = np.einsum("bud,bd->bu", w[bs], bx)
        h = np.maximum(z, 0)
        error = (1 / (1 + np.exp(-(h @ v))) - by) / BATCH
        delta = error[:, None] * v * (z > 0)
        grad = 2.5e-6 * (w - start_w)
        np.add.at(grad, bs, delta[:, :, None] * bx[:, None, :])
        v = v - 2 * (error @ h + 2.5e-6 * (v - start_v))
        w -= 2 * grad


def linucb(count):
    """A ridge regression an arm."""
    inverse = np.repeat(np.eye(DIM)[None], ARMS, axis=0)
    theta = np.zeros((ARMS, DIM))
    for t in range(count):
        x = contexts[t & 255]
        widths = np.sqrt((inverse @ x) @ x)
        arm = int((theta @ x + widths).argmax())
        reward = float((arm + t) % 3 == 0)
        u = inverse[arm] @ x
        scale = 1 + x @ u
        theta[arm] += u * (reward - theta[arm] @ x) / scale
        inverse[arm] -= np.outer(u, u / scale)


print(f"numpy {np.__version__}", flush=True)
for line in sys.stdin:
    kind, count = line.split()
    started = time.perf_counter()
    {"network": network, "linucb": linucb}[kind](int(count))
    print(int(count) / (time.perf_counter() - started), flush=True)
