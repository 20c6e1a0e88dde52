import { lax, numpy as np } from "@jax-js/jax";
import { constantOf } from "../engine/parameter.ts";
import type { Tree } from "../engine/tree.ts";
import type { ApplyOptions } from "./model.ts";

interface Statistics {
  mean: np.Array;
  variance: np.Array;
}

const momentum = 0.9;
/** Added to variances. */
export const eps = 1e-5;

/** Scale 1 and shift 0 for `size` features. */
export function batchNormParams(size: number): { scale: np.Array; shift: np.Array } {
  return { scale: np.ones([size]), shift: np.zeros([size]) };
}

/** Running mean 0 and variance 1. */
export function batchNormState(size: number): { mean: np.Array; variance: np.Array } {
  return { mean: np.zeros([size]), variance: np.ones([size]) };
}

/**
 * Batch normalisation over the first axis: `scale (x - mean) / sqrt(variance + 1e-5) + shift`, with the statistics of
 * the batch while training (weighted by `weights`) and the running ones otherwise.
 *
 * @returns the output and the next running statistics (momentum 0.9)
 * @see Ioffe, Szegedy 2015, arXiv 1502.03167, algorithm 1
 */
export function batchNorm(
  params: { scale: np.Array; shift: np.Array },
  state: Statistics,
  x: np.Array,
  { training, weights }: Pick<ApplyOptions, "training" | "weights">,
): [np.Array, Tree] {
  const out = (mean: np.Array, variance: np.Array): np.Array =>
    x.ref
      .sub(mean)
      .mul(params.scale.div(np.sqrt(variance.add(eps))))
      .add(params.shift);
  if (!training) {
    const y = out(state.mean.ref, state.variance.ref);
    x.dispose();
    weights?.dispose();
    return [y, { mean: state.mean, variance: state.variance }];
  }
  const [mean, variance] = moments(x.ref, weights);
  const running = (old: np.Array, now: np.Array): np.Array =>
    old.mul(momentum).add(lax.stopGradient(now).mul(1 - momentum));
  const next = { mean: running(state.mean, mean.ref), variance: running(state.variance, variance.ref) };
  const y = out(mean, variance);
  x.dispose();
  return [y, next];
}

function moments(x: np.Array, weights: np.Array | undefined): [np.Array, np.Array] {
  if (weights === undefined) {
    const mean = x.ref.mean(0);
    return [mean.ref, np.square(x.sub(mean)).mean(0)];
  }
  // Only whether a row counts matters here, not how much: importance weights must not distort the statistics.
  const counts = constantOf(weights.notEqual(0), x.dtype).reshape([-1, 1]);
  const total = np.maximum(counts.ref.sum(), 1);
  const mean = x.ref.mul(counts.ref).sum(0).div(total.ref);
  const variance = np.square(x.sub(mean.ref)).mul(counts).sum(0).div(total);
  return [mean, variance];
}
