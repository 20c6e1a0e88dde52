import { rangeError } from "../../../engine/checks.ts";

/** What {@link isValidLossDerivative} finds. */
export interface DerivativeValidity {
  /** No derivative is positive, and those at margins <= 0 are below 0: the loss is calibrated if it is convex. */
  negative: boolean;
  /** Derivatives do not decrease with the margin: the loss is convex. */
  monotone: boolean;
  /** `z |g|` falls beyond margin 1: the loss is bounded below. */
  tailOk: boolean;
}

/**
 * Whether numbers can be the derivatives of a convex, calibrated loss that is bounded below.
 *
 * `g <= 0`, `g(z) < 0` for `z <= 0`; `z_i < z_j => g_i <= g_j`; `z g(z) -> 0`.
 *
 * A finite sample can't prove a limit: `tailOk` is false where the margins beyond 1 span a factor of 2 or more and
 * `z |g|` at the largest of them is not below that at the smallest. (A batch of EnsLoss of size B whose magnitudes
 * are all clipped, which has probability `2^-B`, looks the same.)
 *
 * @param margins numbers `[n]`, in any order
 * @param derivatives numbers `[n]`
 * @returns the three findings
 * @throws RangeError where lengths differ or a number is not finite
 * @example
 * isValidLossDerivative([-1, 0, 1, 2], [-1, -1, 0, 0]) // the hinge: { negative: true, monotone: true, tailOk: true }
 * @see Bartlett, Jordan, McAuliffe 2006 (calibration); Dai 2024, arXiv 2409.00908 (the tail)
 */
export function isValidLossDerivative(
  margins: ArrayLike<number>,
  derivatives: ArrayLike<number>,
): DerivativeValidity {
  if (margins.length !== derivatives.length)
    throw rangeError("derivatives", `${margins.length} numbers, one a margin`, Array.from(derivatives));
  const pairs = Array.from(margins, (z, i) => ({ z, g: derivatives[i] })).sort((a, b) => a.z - b.z);
  for (const { z, g } of pairs) {
    if (!Number.isFinite(z)) throw rangeError("margins", "finite numbers", z);
    if (!Number.isFinite(g)) throw rangeError("derivatives", "finite numbers", g);
  }
  return {
    negative: pairs.every(({ z, g }) => (z <= 0 ? g < 0 : g <= 0)),
    monotone: isMonotone(pairs),
    tailOk: tailFalls(pairs),
  };
}

interface Pair {
  z: number;
  g: number;
}

/** At equal margins any order will do: a convex loss may have a kink there. */
function isMonotone(sorted: readonly Pair[]): boolean {
  let largestBefore = -Infinity;
  let largest = -Infinity;
  return sorted.every(({ z, g }, i) => {
    if (i > 0 && z > sorted[i - 1].z) largestBefore = largest;
    largest = Math.max(largest, g);
    return g >= largestBefore;
  });
}

/** Leaves room for rounding, and for EnsLoss's own epsilon, which is no part of the tail. */
const slack = 1e-5;
const negligible = 2e-6;

function tailFalls(sorted: readonly Pair[]): boolean {
  const tail = sorted.filter(({ z }) => z > 1);
  const [first, last] = [tail[0], tail[tail.length - 1]];
  if (tail.length < 2 || last.z < 2 * first.z || -last.g <= negligible) return true;
  return last.z * Math.abs(last.g) < first.z * Math.abs(first.g) - slack;
}
