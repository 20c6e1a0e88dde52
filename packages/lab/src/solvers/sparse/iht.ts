import { lax, numpy as np } from "@jax-js/jax";
import { checkNumber, type OptionNames, rangeError, readOptions } from "minimand/engine";
import { leastStep } from "./ista.ts";
import type { Iteration } from "./iteration.ts";
import { dataTerm, sparseObjective } from "./objective.ts";
import { checkMatrix, gradientStep, type Matrix, scalarLike, stepSizeFor, zeroSignals } from "./system.ts";
import { hardThreshold, keepLargest } from "./thresholds.ts";

/** How {@link iht} goes on: by a penalty, or with a fixed number of entries. */
export type IhtOptions = {
  /** Above 0; default `1 / L`, see {@link lipschitzConstant}. */
  stepSize?: number;
} & (
  | {
      /** Weight of `||x||_0`, >= 0. */
      lambda: number;
      /** Whether thresholds are parameters of their own, which start at `sqrt(2 lambda stepSize)` and get no gradient; default false. */
      freeThreshold?: boolean;
      /** By which free thresholds get a gradient, see {@link hardThreshold}. Default: by none. */
      gate?: number;
      sparsity?: undefined;
    }
  | {
      /** How many entries of a signal are kept. */
      sparsity: number;
      lambda?: undefined;
      freeThreshold?: undefined;
      gate?: undefined;
    }
);

const ihtOptions: OptionNames<IhtOptions> = {
  stepSize: true,
  lambda: true,
  freeThreshold: true,
  gate: true,
  sparsity: true,
};

/**
 * Iterative hard thresholding (IHT), which finds a local minimum of `||y - A x||^2 / 2 + lambda ||x||_0`, or with `sparsity` one of
 * `||y - A x||^2 / 2` among the signals with that many entries.
 *
 * `x <- H(x + step A^T (y - A x), sqrt(2 lambda step))` from `x = 0`, H {@link hardThreshold}, or with {@link keepLargest} in its place. The
 * objective never rises for steps below `1 / L`. Trained are the steps; thresholds, which follow them, are constant for differentiation.
 *
 * @param A matrix `[measurements, signal]` on the host
 * @returns an iteration for {@link runIteration}, or for {@link unfold}
 * @throws RangeError, TypeError for what is no matrix, numbers outside their ranges, an unknown option, and both or none of `lambda` and
 *   `sparsity`
 * @example
 * const iteration = iht({ shape: [1, 1], data: Float32Array.of(1) }, { lambda: 0.5 })
 * const { x } = await runIteration(iteration, np.array([[2], [0.9]]), { iterations: 1 })
 * x // [[2], [0]]
 * @see Blumensath, Davies 2008, J. Fourier Anal. Appl. 14, section 3; 2009, Appl. Comput. Harmon. Anal. 27, algorithm IHT_s
 */
export function iht(A: Matrix, options: IhtOptions): Iteration<np.Array> {
  const { lambda, sparsity, stepSize, freeThreshold = false, gate } = readOptions("iht", options, ihtOptions);
  checkMatrix("A", A);
  if ((lambda === undefined) === (sparsity === undefined))
    throw rangeError("iht", "one of lambda and sparsity", lambda === undefined ? "none" : "both");
  const step = stepSizeFor(A, stepSize);
  const shared = { start: zeroSignals, least: { step: leastStep, threshold: 0 } };
  if (sparsity !== undefined) {
    checkNumber("sparsity", sparsity, { min: 1, max: A.shape[1], integer: true });
    return {
      ...shared,
      name: `iht, ${sparsity} entries`,
      system: { A },
      parameters: { step },
      layer: (x, { y, system: { A } }, { step }) => keepLargest(gradientStep(x, y, A, step), sparsity),
      objective: (x, { y, system: { A } }) => dataTerm(x, A, y),
    };
  }
  checkNumber("lambda", lambda, { min: 0 });
  if (gate !== undefined) checkNumber("gate", gate, { above: 0 });
  return {
    ...shared,
    name: freeThreshold ? "iht, free thresholds" : "iht",
    system: { A, lambda: scalarLike(A, lambda) },
    parameters: freeThreshold ? { step, threshold: Math.sqrt(2 * lambda * step) } : { step },
    layer(x, { y, system: { A, lambda } }, { step, threshold }) {
      const free = threshold !== undefined;
      if (free) lambda.dispose();
      const t = free ? threshold : np.sqrt(lambda.mul(lax.stopGradient(step.ref)).mul(2));
      return hardThreshold(gradientStep(x, y, A, step), t, free ? { gate } : {});
    },
    objective: (x, { y, system: { A, lambda } }) => sparseObjective(x, A, y, { lambda, penalty: "l0" }),
  };
}
