"""Conjugate gradients of scipy beside those of linear-systems.ts, on one thread: each line on stdin is `time` or `iterations`, a solver and the
file of a matrix; the answer is the least milliseconds of a solve with a right-hand side of ones, or its iterations; nan where it doesn't
converge."""

import sys
import time

import numpy as np
import scipy
from scipy.io import mmread
from scipy.sparse.linalg import LinearOperator, cg, spilu

REPEATS, TOLERANCE = 5, 1e-8
systems = {}


def system(solver, path):
    """The matrix, and what is made once for it."""
    if (solver, path) not in systems:
        a = mmread(path).tocsr()
        m = None
        if solver == "jacobi":
            inverse = 1 / a.diagonal()
            m = LinearOperator(a.shape, matvec=lambda r: inverse * r.ravel())
        if solver == "ilu":
            # Without pivots, so that the factor of a symmetric matrix is one: conjugate gradients need that. With the usual drop tolerance,
            # 1e-4, they don't converge on 128 x 128 cells; this one is nearly the whole factor.
            symmetric = {"permc_spec": "MMD_AT_PLUS_A", "diag_pivot_thresh": 0, "options": {"SymmetricMode": True}}
            m = LinearOperator(a.shape, matvec=spilu(a.tocsc(), drop_tol=1e-5, fill_factor=20, **symmetric).solve)
        systems[solver, path] = a, np.ones(a.shape[0]), m
    return systems[solver, path]


print(f"scipy {scipy.__version__}", flush=True)
for line in sys.stdin:
    what, solver, path = line.strip().split(" ", 2)
    a, b, m = system(solver, path)
    least, count = float("inf"), 0
    for _ in range(REPEATS):
        norms = []
        started = time.perf_counter()
        x, failed = cg(a, b, rtol=TOLERANCE, maxiter=2000, M=m, callback=norms.append)
        least, count = min(least, time.perf_counter() - started), len(norms)
        if failed:
            least = count = float("nan")
            break
    print(1000 * least if what == "time" else count, flush=True)
