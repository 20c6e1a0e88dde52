import { numpy as np } from "@jax-js/jax";
import { checkNumber, rangeError } from "../../engine/checks.ts";
import type { Tree } from "../../engine/tree.ts";
import { checkKappa, type Kappa, type KappaChoice, kappaFor, mapWithPath } from "../kappa/kappa.ts";

/** What weight decay does to which parameters. */
export interface LionConstraint {
  kappa: KappaChoice;
  /** lambda >= 0; at 0 K must be even, and nothing is constrained. */
  weightDecay: number;
  /** Which arrays decay, default all. Others count with lambda = 0. */
  mask?: (param: np.Array) => boolean;
}

/** Throws unless it is a constraint. */
export function checkConstraint({ kappa, weightDecay }: LionConstraint): void {
  checkKappa(kappa);
  checkNumber("weightDecay", weightDecay, { min: 0 });
}

/** Calls `f` for the corresponding arrays of some trees, with kappa and lambda of each; sums or compares 0-d results. */
export function overLeaves(
  { kappa, weightDecay, mask = () => true }: LionConstraint,
  trees: readonly [Tree, ...Tree[]],
  f: (part: { kappa: Kappa; lambda: number }, ...leaves: np.Array[]) => np.Array,
  join: (a: np.Array, b: np.Array) => np.Array = (a, b) => a.add(b),
): np.Array {
  let total: np.Array | undefined;
  mapWithPath(
    (path, ...leaves) => {
      const [first] = leaves;
      const decays: unknown = mask(first);
      if (typeof decays !== "boolean") throw rangeError("mask", "yes or no for each array", decays);
      const own = kappaFor(kappa, first, path);
      const part = f({ kappa: own, lambda: decays ? weightDecay : 0 }, ...leaves);
      total = total === undefined ? part : join(total, part);
      return part;
    },
    ...trees,
  );
  if (total === undefined) throw rangeError("params", "at least one array", trees[0]);
  return total;
}

/**
 * What weight decay adds to the objective, `K*(lambda x) / lambda`: the 0-d array of its sum over all arrays. 0 for a
 * norm K inside its set, `Infinity` outside. Consumes the parameters.
 *
 * @throws RangeError for lambda = 0 with a K that isn't even: its limit isn't 0
 * @see Chen, Liu, Liang, Liu 2024, arXiv 2310.05898, equation (2)
 */
export function decayPenalty(constraint: LionConstraint, params: Tree): np.Array {
  checkConstraint(constraint);
  return overLeaves(constraint, [params], ({ kappa, lambda }, x) => penaltyOf(kappa, lambda, x));
}

/** `K*(lambda x) / lambda`, and its limit 0 for lambda = 0. */
export function penaltyOf(kappa: Kappa, lambda: number, x: np.Array): np.Array {
  if (lambda > 0) return kappa.conj(x.mul(lambda)).div(lambda);
  if (!kappa.even)
    throw rangeError("weightDecay", `a number > 0 for ${kappa.name}, which isn't even`, lambda);
  const { dtype } = x;
  x.dispose();
  return np.zeros([], { dtype });
}

/**
 * How far the parameters are outside of the set that weight decay keeps them in: the largest `violation(lambda x)` of an
 * array, 0 inside, as a 0-d array. For Lion `max(0, lambda max|x| - 1)`. Consumes the parameters.
 *
 * Phase 1: every step of size e multiplies it by at most `1 - e lambda` (implicit: `1 / (1 + e lambda)`), whatever the
 * gradients; once 0 it stays 0.
 *
 * @see Chen, Liu, Liang, Liu 2024, arXiv 2310.05898, section 3
 */
export function constraintViolation(constraint: LionConstraint, params: Tree): np.Array {
  checkConstraint(constraint);
  return overLeaves(
    constraint,
    [params],
    ({ kappa, lambda }, x) => kappa.violation(x.mul(lambda)),
    (a, b) => np.maximum(a, b),
  );
}

/**
 * The Fenchel-Young gap `K*(lambda x) + K(m) - lambda m . x >= 0`, which is 0 where `lambda x` is a subgradient of K at m.
 * A 0-d array; consumes its arguments.
 *
 * @param momentum m with the sign of the paper, see `lionMomentum`
 */
export function fenchelGap(constraint: LionConstraint, params: Tree, momentum: Tree): np.Array {
  checkConstraint(constraint);
  return overLeaves(constraint, [params, momentum], ({ kappa, lambda }, x, m) => gapOf(kappa, lambda, x, m));
}

/** The gap of one array. */
export function gapOf(kappa: Kappa, lambda: number, x: np.Array, m: np.Array): np.Array {
  const y = x.mul(lambda);
  const inner = y.ref.mul(m.ref).sum();
  return kappa.conj(y).add(kappa.value(m)).sub(inner);
}

/**
 * The gap of Frank and Wolfe, `r(x) = K(-g) + K*(lambda x) + lambda g . x`: 0 exactly where x is stationary for
 * `f(x) + K*(lambda x) / lambda`. For Lion `||g||_1 + lambda g . x`. For convex f and x inside the set it is a certificate:
 * `F(x) - F* <= r(x) / lambda`. A 0-d array, `Infinity` outside the set; consumes its arguments.
 *
 * @param gradient of f at the parameters
 * @throws RangeError for lambda = 0 with a K that isn't even
 * @see Jaggi 2013, ICML 28(1), for the gap; Chen, Liu, Liang, Liu 2024, arXiv 2310.05898, section 3
 */
export function frankWolfeGap(constraint: LionConstraint, params: Tree, gradient: Tree): np.Array {
  checkConstraint(constraint);
  return overLeaves(constraint, [params, gradient], ({ kappa, lambda }, x, g) =>
    gapOf(kappa, lambda, x, g.neg()),
  );
}
