import { checkNumber, oneOf, readOptions } from "minimand/engine";
import { withPresentNames } from "minimand/internals";
import { powerExcess } from "./distribution.ts";

/** What the H-consistency bound of a comp-sum loss depends on. */
export interface CompSumFamily {
  /** The member of the family, `>= 0`. */
  tau: number;
  /** Number of classes, `>= 2`. */
  classes: number;
}

/** Old names of the options of a family. */
export const renamedInFamily = { nClasses: "classes" } as const;

function checkFamily({ tau, classes }: CompSumFamily): void {
  checkNumber("tau", tau, { min: 0 });
  checkNumber("classes", classes, { min: 2, integer: true });
}

/**
 * Returns the transform of the H-consistency bound: the least comp-sum regret at a point where the error regret is `beta`.
 *
 * With `e = 1/(2-tau)` and `A = (((1+beta)^e + (1-beta)^e) / 2)^(2-tau)`:
 *
 * - `2^(1-tau) / (1-tau) (1 - A)` for `tau < 1`
 * - `(1+beta)/2 log(1+beta) + (1-beta)/2 log(1-beta)` for `tau = 1`
 * - `(A - 1) / ((tau-1) n^(tau-1))` for `1 < tau < 2`
 * - `beta / ((tau-1) n^(tau-1))` for `tau >= 2`
 *
 * @param beta error regret, in `[0, 1]`
 * @param options `tau >= 0`, `classes >= 2`
 * @returns a number >= 0, increasing in `beta`
 * @throws TypeError, RangeError for numbers outside their ranges
 * @example
 * compSumTransform(0.6, { tau: 0, classes: 4 }) // 0.2
 * @see Mao, Mohri, Zhong 2023, arXiv 2304.07288, theorem 3.1
 */
export function compSumTransform(beta: number, options: CompSumFamily): number {
  const present = withPresentNames(options, renamedInFamily);
  checkNumber("beta", beta, { min: 0, max: 1 });
  checkFamily(present);
  return transform(beta, present);
}

function transform(beta: number, { tau, classes }: CompSumFamily): number {
  if (tau >= 2) return beta / slope(tau, classes);
  if (tau === 1) return ((1 + beta) * Math.log1p(beta) + (beta < 1 ? (1 - beta) * Math.log1p(-beta) : 0)) / 2;
  const scale = tau < 1 ? 2 ** (1 - tau) : classes ** (1 - tau);
  return (scale * Math.expm1(logA(beta, tau))) / (tau - 1);
}

/** `(tau - 1) n^(tau - 1)`. */
function slope(tau: number, n: number): number {
  return (tau - 1) * n ** (tau - 1);
}

/** `log A(beta)`, which vanishes as `tau` approaches 1, without cancellation. */
function logA(beta: number, tau: number): number {
  const e = 1 / (2 - tau);
  if (tau < 1.5) {
    // The mean of 1 + beta and 1 - beta is 1, so the mean of their powers is 1 plus a small mean of differences.
    const d = (tau - 1) * e;
    return Math.log1p((powerExcess(1 + beta, d) + powerExcess(1 - beta, d)) / 2) / e;
  }
  // Large exponents near tau = 2: take the larger power out.
  const ratio = (1 - beta) / (1 + beta);
  return Math.log1p(beta) + (Math.log1p(ratio ** e) - Math.LN2) / e;
}

/**
 * Returns the inverse of {@link compSumTransform}: the largest error regret that a given comp-sum regret allows.
 *
 * `exact`: by bisection on `[0, 1]`, 1 where `t >= T(1)`; for `tau >= 2` the line `(tau-1) n^(tau-1) t`, which isn't
 * cut at 1. `simple`, an upper bound of it: `sqrt(2^tau (2-tau) t)` for `tau < 1`, `sqrt(2 n^(tau-1) t)` for
 * `1 <= tau < 2`, the same line for `tau >= 2`.
 *
 * @param t surrogate regret, `>= 0`
 * @param options `tau >= 0`, `classes >= 2`, `form` `"exact"` (default) or `"simple"`
 * @returns a number >= 0
 * @throws TypeError, RangeError for numbers outside their ranges
 * @example
 * compSumInverseTransform(0.2, { tau: 0, classes: 4 }) // 0.6
 * @see Mao, Mohri, Zhong 2023, arXiv 2304.07288, theorem 3.1
 */
export function compSumInverseTransform(
  t: number,
  options: CompSumFamily & { form?: "exact" | "simple" },
): number {
  const present = withPresentNames(options, renamedInFamily);
  const { tau, classes, form } = readOptions("compSumInverseTransform", present, {
    tau: true,
    classes: true,
    form: ["exact", oneOf(["exact", "simple"])],
  });
  checkNumber("t", t, { min: 0 });
  checkFamily(present);
  if (tau >= 2) return slope(tau, classes) * t;
  const simple = Math.sqrt(tau < 1 ? 2 ** tau * (2 - tau) * t : 2 * classes ** (tau - 1) * t);
  if (form === "simple") return simple;
  if (t >= transform(1, present)) return 1;
  let low = 0;
  let high = Math.min(1, simple);
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (transform(middle, present) < t) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
