import { numpy as np } from "@jax-js/jax";
import { readOptions } from "minimand/engine";
import { type FistaOptions, ista } from "./ista.ts";
import type { Iteration } from "./iteration.ts";
import { type Matrix, matrixLike } from "./system.ts";
import { softThreshold } from "./thresholds.ts";

/**
 * Learned ISTA (LISTA): ISTA whose matrices are trained, too.
 *
 * `x <- S(W1 y + W2 x, threshold)` from `x = 0`. Each layer has its own `W1`, `W2` and threshold, which start as `step A^T`,
 * `I - step A^T A` and `lambda step`: before training this is {@link ista}.
 *
 * @param A matrix `[measurements, signal]` on the host
 * @param options `lambda` and `stepSize` of the ISTA that it starts as
 * @returns an iteration for {@link unfold}, or for {@link runIteration}
 * @throws as {@link ista}
 * @example
 * const iteration = lista({ shape: [1, 1], data: Float32Array.of(1) }, { lambda: 0.5 })
 * const { x } = await runIteration(iteration, np.array([[2]]), { iterations: 1 })
 * x // [[1.5]]
 * @see Gregor, LeCun 2010, ICML, algorithm 3, with matrices of each layer's own
 */
export function lista(A: Matrix, options: FistaOptions): Iteration<np.Array> {
  readOptions("lista", options, { lambda: true, stepSize: true });
  const { system, parameters, start, objective } = ista(A, options);
  const { step } = parameters as { step: number };
  const [M, N] = A.shape;
  const forward = new Float64Array(N * M);
  const back = new Float64Array(N * N);
  for (let i = 0; i < M; i++)
    for (let j = 0; j < N; j++) {
      const scaled = step * A.data[i * N + j];
      forward[j * M + i] = scaled;
      for (let k = 0; k < N; k++) back[j * N + k] -= scaled * A.data[i * N + k];
    }
  for (let j = 0; j < N; j++) back[j * N + j] += 1;
  return {
    name: "lista",
    system,
    parameters: {
      W1: matrixLike(A, [N, M], forward),
      W2: matrixLike(A, [N, N], back),
      threshold: options.lambda * step,
    },
    least: { threshold: 0 },
    start,
    layer(x, { y, system }, { W1, W2, threshold }) {
      for (const array of Object.values(system)) array.dispose();
      const v = np.matmul(y, W1.transpose()).add(np.matmul(x, W2.transpose()));
      return softThreshold(v, threshold);
    },
    objective,
  };
}
