import type { numpy as np } from "@jax-js/jax";
import { checkNumber, type OptionNames, readOptions } from "minimand/engine";
import type { Iteration } from "./iteration.ts";
import { sparseObjective } from "./objective.ts";
import { checkMatrix, gradientStep, type Matrix, scalarLike, stepSizeFor, zeroSignals } from "./system.ts";
import { softThreshold } from "./thresholds.ts";

/** Step sizes stay above this: the derivative of a threshold that is a root of one has no end at 0. */
export const leastStep = 1e-6;

/** How {@link ista} goes on. */
export interface IstaOptions {
  /** Weight of `||x||_1`, >= 0. */
  lambda: number;
  /** Above 0; default `1 / L`, see {@link lipschitzConstant}. */
  stepSize?: number;
  /** Whether thresholds are parameters of their own, which start at `lambda stepSize`; default false. */
  freeThreshold?: boolean;
}

/** As {@link ista}. */
export type FistaOptions = Omit<IstaOptions, "freeThreshold">;

const istaOptions: OptionNames<IstaOptions> = { lambda: true, stepSize: true, freeThreshold: true };

/** What ISTA minimises. */
const l1Objective: Iteration["objective"] = (x, { y, system: { A, lambda, ...others } }) => {
  for (const array of Object.values(others)) array.dispose();
  return sparseObjective(x, A, y, { lambda, penalty: "l1" });
};

/**
 * Iterative soft thresholding (ISTA), which minimises `||y - A x||^2 / 2 + lambda ||x||_1`.
 *
 * `x <- S(x + step A^T (y - A x), lambda step)` from `x = 0`, S {@link softThreshold}. The objective never rises for steps up to `1 / L`,
 * and the limit doesn't depend on the step. Trained are the steps, and with `freeThreshold` the thresholds; then the limit may be another.
 *
 * @param A matrix `[measurements, signal]` on the host
 * @returns an iteration for {@link runIteration}, or for {@link unfold}
 * @throws RangeError, TypeError for what is no matrix, numbers outside their ranges, an unknown option
 * @example
 * const iteration = ista({ shape: [1, 1], data: Float32Array.of(1) }, { lambda: 0.5 })
 * const { x } = await runIteration(iteration, np.array([[2]]), { iterations: 1 })
 * x // [[1.5]]
 * @see Daubechies, Defrise, De Mol 2004, Commun. Pure Appl. Math. 57, section 2
 */
export function ista(A: Matrix, options: IstaOptions): Iteration<np.Array> {
  const { lambda, stepSize, freeThreshold = false } = readOptions("ista", options, istaOptions);
  checkMatrix("A", A);
  checkNumber("lambda", lambda, { min: 0 });
  const step = stepSizeFor(A, stepSize);
  return {
    name: freeThreshold ? "ista, free thresholds" : "ista",
    system: { A, lambda: scalarLike(A, lambda) },
    parameters: freeThreshold ? { step, threshold: lambda * step } : { step },
    least: { step: leastStep, threshold: 0 },
    start: zeroSignals,
    layer(x, { y, system: { A, lambda } }, { step, threshold }) {
      const free = threshold !== undefined;
      if (free) lambda.dispose();
      const t = free ? threshold : lambda.mul(step.ref);
      return softThreshold(gradientStep(x, y, A, step), t);
    },
    objective: l1Objective,
  };
}

/** Two signals: the iterate, and where the next gradient is taken. */
export type FistaState = { x: np.Array; z: np.Array };

/**
 * Accelerated iterative soft thresholding (FISTA), which minimises what {@link ista} does.
 *
 * `x' = S(z + step A^T (y - A z), lambda step)`, `z' = x' + momentum (x' - x)` from `x = z = 0`; the momentum of iteration t is
 * `(k_t - 1) / k_(t+1)` with `k_0 = 1`, `k_(t+1) = (1 + sqrt(1 + 4 k_t^2)) / 2`. Trained are steps and momenta.
 *
 * @param A matrix `[measurements, signal]` on the host
 * @returns an iteration for {@link runIteration}, or for {@link unfold}
 * @throws as {@link ista}
 * @example
 * const iteration = fista({ shape: [1, 1], data: Float32Array.of(1) }, { lambda: 0.5 })
 * const { x } = await runIteration(iteration, np.array([[2]]), { iterations: 3 })
 * x // [[1.5]]
 * @see Beck, Teboulle 2009, SIAM J. Imaging Sci. 2(1), equations (4.1) to (4.3)
 */
export function fista(A: Matrix, options: FistaOptions): Iteration<FistaState> {
  readOptions("fista", options, { lambda: true, stepSize: true });
  const { system, parameters, least, objective } = ista(A, options);
  const ks = [1];
  const k = (t: number): number => {
    while (ks.length <= t) ks.push((1 + Math.sqrt(1 + 4 * ks[ks.length - 1] ** 2)) / 2);
    return ks[t];
  };
  return {
    name: "fista",
    system,
    parameters: (t) => ({ ...parameters, momentum: (k(t) - 1) / k(t + 1) }),
    least: { step: least!.step },
    start(data) {
      const x = zeroSignals(data);
      return { x: x.ref, z: x };
    },
    layer({ x, z }, { y, system: { A, lambda } }, { step, momentum }) {
      const next = softThreshold(gradientStep(z, y, A, step.ref), lambda.mul(step));
      return { x: next.ref, z: next.ref.add(next.sub(x).mul(momentum)) };
    },
    output({ x, z }) {
      z.dispose();
      return x;
    },
    objective,
  };
}
