import { checkChoice, checkNumber, readOptions } from "minimand/engine";
import { checkVector, innerAt } from "../../vectors.ts";
import { checkRows, checkSquare, flattened, type Rows } from "../checks.ts";
import { timesVector } from "./symmetric.ts";

/** How Q is estimated from one suffix loss. */
export type Estimator = "plain" | "magnitude-reduced";

/** What one episode says of one layer. */
export interface QObservation {
  /** Sigma^+, `[dim][dim]`. */
  sigmaInverse: Rows;
  /** Features of the state and action that were met, `[dim]`. */
  chosen: ArrayLike<number>;
  /** Loss from this layer to the end, in `[0, horizon]`. */
  suffixLoss: number;
  /** Features of the actions asked about, `[actions][dim]`. */
  features: Rows;
}

/** Options of {@link qEstimate}. */
export interface QEstimateOptions {
  estimator: Estimator;
  /** H. */
  horizon: number;
  /** For the magnitude-reduced estimator: features at this layer of fresh trajectories of the same policy, `[M][dim]`. */
  resampled?: Rows;
}

/**
 * Estimates of Q for actions of one state, from the loss of one episode. With `u = phi^T Sigma^+ phi_k` and suffix loss L:
 *
 * - plain: `u L`, which may be as low as `-H / gamma`;
 * - magnitude-reduced: `u L - H min(u, 0) + m` with `m = (H/M) sum_j min(phi^T Sigma^+ phi_j, 0)` over M fresh trajectories.
 *   The added terms cancel in expectation; as `u L - H min(u, 0) >= 0`, the estimate is never below m, which is of order
 *   `-H / sqrt(gamma)`.
 *
 * @returns `q`, one number an action; `theta = Sigma^+ phi_k L`; and `m`, zeros for the plain estimator
 * @throws TypeError, RangeError for wrong shapes, numbers that are not finite, a suffix loss outside `[0, horizon]`, no
 * resampled features for the magnitude-reduced estimator
 *
 * @example
 * qEstimate({ sigmaInverse: [[2]], chosen: [0.5], suffixLoss: 0.5, features: [[1], [-1]] }, { estimator: "plain", horizon: 1 }).q // [0.5, -0.5]
 * @see arXiv 2301.12942, Algorithm 1 (plain, as in arXiv 2107.08346) and Algorithm 2 (magnitude-reduced)
 */
export function qEstimate(
  observation: QObservation,
  options: QEstimateOptions,
): { q: Float64Array; theta: Float64Array; m: Float64Array } {
  readOptions("qEstimate", options, { estimator: true, horizon: true, resampled: true });
  const { sigmaInverse, chosen, suffixLoss, features } = observation;
  const { estimator, horizon, resampled } = options;
  checkChoice("estimator", estimator, ["plain", "magnitude-reduced"]);
  checkNumber("horizon", horizon, { min: 1, integer: true });
  checkNumber("suffixLoss", suffixLoss, { min: 0, max: horizon });
  checkVector("chosen", chosen);
  const dim = chosen.length;
  checkRows("features", features, dim);
  checkSquare("sigmaInverse", sigmaInverse, dim);
  if (estimator === "magnitude-reduced") checkRows("resampled", resampled, dim);
  const matrix = flattened(sigmaInverse);
  const direction = timesVector(matrix, dim, chosen, 0, new Float64Array(dim));
  const fresh = (estimator === "magnitude-reduced" ? resampled! : []).map((phi) =>
    timesVector(matrix, dim, phi, 0, new Float64Array(dim)),
  );
  const m = new Float64Array(features.length);
  const q = new Float64Array(features.length);
  for (const [a, phi] of features.entries()) {
    for (const along of fresh) m[a] += (horizon / fresh.length) * Math.min(innerAt(phi, 0, along), 0);
    const u = innerAt(phi, 0, direction);
    q[a] = u * suffixLoss;
    if (estimator === "magnitude-reduced") q[a] += m[a] - horizon * Math.min(u, 0);
  }
  return { q, theta: direction.map((x) => x * suffixLoss), m };
}
