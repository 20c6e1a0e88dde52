import { checkNumber, rangeError, readOptions, typeError } from "minimand/engine";
import { checkWorstCaseKind, costOf, leastDual, type WorstCaseKind, worstCaseOf } from "./worst-case.ts";

/** A linear score `w.x + b` on the host. */
export interface LinearScore {
  w: ArrayLike<number>;
  /** Default 0. */
  b?: number;
}

/**
 * Returns the worst risk of a linear score over all distributions within a Wasserstein ball around the data, by duality.
 *
 * `sup_{W_c(P', P) <= epsilon} E_P' loss = min_{gamma >= 0} gamma epsilon + mean_i phi_gamma(x_i, y_i)` with the closed forms
 * of {@link worstCase}. The dual is convex in gamma, with derivative `epsilon - mean_i c(z_i, x_i)`: its sign is bisected.
 *
 * For the hinge or logistic loss with cost `l2` that is `mean loss + epsilon ||w||`, at `gamma = ||w||`; for the squared loss
 * `(sqrt(mean r^2) + sqrt(2 epsilon) ||w||)^2`.
 *
 * @param score weights `[features]` and bias
 * @param x inputs, row-major, `[rows, features]`
 * @param y signs -1 or +1 `[rows]`; numbers for the squared loss
 * @param options `loss`, `cost`, and `epsilon >= 0`, the radius of the ball in units of the cost
 * @returns `value`, and the optimal dual variable `gammaStar`: the least one, `Infinity` where the minimum is approached only
 * @throws TypeError, RangeError for lengths that don't match, labels that are no signs, numbers that are not finite, a negative
 * `epsilon`, unknown losses and costs
 * @example
 * droRisk({ w: [3, 4] }, [1, 0], [1], { loss: "hinge", cost: "l2", epsilon: 0.1 }).value // 0.5
 * @see Saberi et al. 2023, arXiv 2310.00027, section 2; Mohajerin Esfahani, Kuhn 2015, arXiv 1505.05116
 */
export function droRisk(
  score: LinearScore,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: WorstCaseKind & { epsilon: number },
): { value: number; gammaStar: number } {
  const { epsilon } = readOptions("droRisk", options, { loss: true, cost: true, epsilon: { min: 0 } });
  checkWorstCaseKind(options);
  const { margins, norm } = marginsOf(score, x, y, options.loss === "squared");
  const half = costOf(options) === "halfSquaredL2";
  const mean = (f: (margin: number) => number): number =>
    margins.reduce((sum, margin) => sum + f(margin), 0) / margins.length;
  const cost = (gamma: number): number =>
    mean((margin) => {
      const { distance } = worstCaseOf(margin, norm, { ...options, gamma });
      return half ? (distance * distance) / 2 : distance;
    });
  const risk = (gamma: number): number =>
    mean((margin) => worstCaseOf(margin, norm, { ...options, gamma }).value);
  const { bound, exceeds } = leastDual(options, norm);
  if (!exceeds && cost(bound) <= epsilon) return { value: bound * epsilon + risk(bound), gammaStar: bound };
  // The mean cost falls in gamma: find where it has come down to epsilon.
  let high = Math.max(1, 2 * bound);
  while (cost(high) > epsilon) {
    if (high > 1e15) return { value: risk(Infinity), gammaStar: Infinity };
    high *= 2;
  }
  let low = bound;
  for (let i = 0; i < 200; i++) {
    const middle = low + (high - low) / 2;
    if (middle === low || middle === high) break;
    if (cost(middle) > epsilon) low = middle;
    else high = middle;
  }
  return { value: high * epsilon + risk(high), gammaStar: high };
}

/** Signed margins, or residuals, and the norm of the weights. */
function marginsOf(
  { w, b = 0 }: LinearScore,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  residuals: boolean,
): { margins: Float64Array; norm: number } {
  for (const [name, values] of Object.entries({ w, x, y })) {
    if (typeof values !== "object" || values === null || typeof values.length !== "number")
      throw typeError(name, "an array of numbers", values);
    for (let i = 0; i < values.length; i++) checkNumber(`${name}[${i}]`, values[i]);
  }
  checkNumber("b", b);
  const features = w.length;
  if (features === 0) throw rangeError("w", "at least one number", w);
  if (y.length === 0) throw rangeError("y", "at least one label", y);
  if (x.length !== y.length * features) throw rangeError("x", `${y.length} rows of ${features} numbers`, x);
  const margins = Float64Array.from({ length: y.length }, (_, row) => {
    let f = b;
    for (let j = 0; j < features; j++) f += w[j] * x[row * features + j];
    if (residuals) return y[row] - f;
    if (Math.abs(y[row]) !== 1) throw rangeError(`y[${row}]`, "-1 or +1", y[row]);
    return y[row] * f;
  });
  return { margins, norm: Math.hypot(...Array.from(w)) };
}
