import { numpy as np } from "@jax-js/jax";
import { checkNumber, type OptionNames, readOptions } from "minimand/engine";
import { leastStep } from "./ista.ts";
import type { Iteration } from "./iteration.ts";
import { checkMatrix, type Matrix, pseudoInverse, residualOf, scalarLike, zeroSignals } from "./system.ts";
import { shrinkToMean } from "./thresholds.ts";

/** What {@link tista} takes for known of signals and noise. */
export interface TistaOptions {
  /** Probability that an entry of a signal is not 0, above 0 and below 1. */
  probability: number;
  /** Variance of the entries that are not 0, above 0; default 1. */
  signalVariance?: number;
  /** Variance of the noise in each measurement, >= 0. */
  noiseVariance: number;
}

const tistaOptions: OptionNames<TistaOptions> = {
  probability: true,
  signalVariance: true,
  noiseVariance: true,
};

/** The error variance that is estimated stays above this. */
const leastVariance = 1e-9;

/**
 * Trainable ISTA (TISTA), for signals whose entries are normal or 0 by chance.
 *
 * `r = x + step W (y - A x)` with `W = A^T (A A^T)^-1`, `x <- E[signal | r]` ({@link shrinkToMean}) with the error variance
 * `v (N + (step^2 - 2 step) M) / N + step^2 s trace(W W^T) / N`, where `v = max((||y - A x||^2 - M s) / trace(A^T A), 1e-9)`
 * and `s` is the variance of the noise; `x = 0` and steps of 1 at first. Trained are the steps, with the signals known: there
 * is no objective.
 *
 * @param A matrix `[measurements, signal]` on the host, of linearly independent rows
 * @returns an iteration for {@link unfold}, or for {@link runIteration}
 * @throws RangeError, TypeError for what is no such matrix, numbers outside their ranges, an unknown option
 * @example
 * const iteration = tista({ shape: [1, 1], data: Float32Array.of(1) }, { probability: 0.5, noiseVariance: 0.01 })
 * const { x } = await runIteration(iteration, np.array([[2]]), { iterations: 1 })
 * x // [[1.9802]]
 * @see Ito, Takabe, Wadayama 2019, IEEE Trans. Signal Process. 67(12), arXiv 1801.01978, section III
 */
export function tista(A: Matrix, options: TistaOptions): Iteration<np.Array> {
  const { probability, signalVariance = 1, noiseVariance } = readOptions("tista", options, tistaOptions);
  checkMatrix("A", A);
  checkNumber("probability", probability, { above: 0, below: 1 });
  checkNumber("signalVariance", signalVariance, { above: 0 });
  checkNumber("noiseVariance", noiseVariance, { min: 0 });
  const W = pseudoInverse(A);
  const scalars = { probability, signalVariance, noiseVariance, traceA: squares(A), traceW: squares(W) };
  return {
    name: "tista",
    system: {
      A,
      W,
      ...Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, scalarLike(A, value)])),
    },
    parameters: { step: 1 },
    least: { step: leastStep },
    start: zeroSignals,
    layer(x, { y, system }, { step }) {
      const { A, W, probability, signalVariance, noiseVariance, traceA, traceW } = system;
      const [M, N] = A.shape;
      const residual = residualOf(x.ref, y, A);
      const error = np.square(residual.ref).sum(-1, { keepdims: true });
      const v = np.maximum(error.sub(noiseVariance.ref.mul(M)).div(traceA), leastVariance);
      const square = np.square(step.ref);
      const shrunk = square.ref.sub(step.ref.mul(2)).mul(M).add(N).div(N);
      const noise = square.mul(noiseVariance).mul(traceW).div(N);
      const variance = np.maximum(v.mul(shrunk).add(noise), leastVariance);
      const r = x.add(np.matmul(residual, W.transpose()).mul(step));
      return shrinkToMean(r, variance, { probability, signalVariance });
    },
  };
}

const squares = ({ data }: Matrix): number => [...data].reduce((sum, v) => sum + v * v, 0);
