import { expit, log1pExp, oneOf, rangeError, readOptions, typeError } from "minimand/engine";
import { checkedVector, checkVector, inner, innerAt } from "../../online/vectors.ts";
import type { Convex } from "./convex.ts";
import { minimize, minimizeInBall } from "./newton.ts";

/** What {@link logLinearPreference} fits. */
export interface LogLinearOptions {
  /** Features of the preferred response minus those of the other one, a row per pair, `[n][d]`. */
  differences: readonly ArrayLike<number>[];
  loss: "dpo" | "conservative" | "robust" | "noise-aware";
  /** Scale of the implicit rewards, `> 0`, default 1. */
  beta?: number;
  /** Share of pairs that are the wrong way round, `0 <= epsilon < 1/2`, default 0. */
  epsilon?: number;
  /** The reference policy's parameters, `[d]`, default 0. */
  reference?: ArrayLike<number>;
  /** How far the parameters may be from the reference's, `> 0`. */
  radius?: number;
  /** Adds `ridge |theta - reference|^2 / 2`, `>= 0`, default 0. */
  ridge?: number;
  /** Largest entry of the gradient at the end, default 1e-9. */
  tol?: number;
}

/** A log-linear policy fitted to preferences. */
export interface LogLinearFit {
  theta: Float64Array;
  /** Mean loss there, without the ridge. */
  loss: number;
  iterations: number;
  /** Largest entry of the gradient (with ridge; on the ball's surface, with its multiplier). */
  gradNorm: number;
  /** False where the loss alone has no minimum, and only radius or ridge gave it one. */
  bounded: boolean;
}

/**
 * Fits a log-linear policy `pi(a | s) ~ exp(theta . phi(s, a))` to preferences. With `x = phi(s, w) - phi(s, l)` the margins are
 * `h = (theta - reference) . x`. The losses of {@link dpoLoss}, {@link conservativeDpoLoss} and {@link robustDpoLoss} are logistic
 * regressions, minimised by damped Newton steps. That of {@link noiseAwareDpoLoss} isn't convex, and a local minimum is found.
 *
 * Where features and labels agree too well there is no minimum: the robust loss falls without end along a direction `u` with
 * `epsilon mean (u . x)_+ > (1 - epsilon) mean (u . x)_-`, and that of DPO along one with all `u . x >= 0`. That is found on the way,
 * and refused unless a radius or a ridge holds the parameters. Features that all responses share have no effect and stay at the reference.
 *
 * @returns the parameters, the mean loss, and what the solver came to
 * @throws TypeError, RangeError for rows of other lengths, numbers that aren't finite, `epsilon` outside [0, 1/2), `beta <= 0`, and for
 * pairs whose loss has no minimum while nothing holds the parameters
 * @example
 * const differences = [[1], [1], [1], [-1]]
 * logLinearPreference({ differences, loss: "dpo" }).theta // [1.0986]
 * logLinearPreference({ differences, loss: "robust", epsilon: 0.1 }).theta // [1.4663]
 * logLinearPreference({ differences: [[1], [2]], loss: "dpo" }) // throws: differences: expected pairs that disagree...
 * @see Ray Chowdhury, Kini, Natarajan 2024, arXiv 2403.00409
 */
export function logLinearPreference(options: LogLinearOptions): LogLinearFit {
  const { loss, beta, epsilon, radius, ridge, tol } = readOptions("logLinearPreference", options, {
    differences: true,
    loss: oneOf(["dpo", "conservative", "robust", "noise-aware"]),
    beta: [1, { above: 0 }],
    epsilon: [0, { min: 0, below: 0.499999 }],
    reference: true,
    radius: [undefined, { above: 0 }],
    ridge: [0, { min: 0 }],
    tol: [1e-9, { above: 0 }],
  });
  const { rows, n, d } = checkDifferences(options.differences);
  const reference =
    options.reference === undefined ? new Float64Array(d) : checkedVector("reference", options.reference, d);

  const share = loss === "dpo" ? 0 : epsilon;
  const f = meanLoss(rows, n, d, beta, curves[loss](share));
  const endless = endlessDirection(rows, n, loss, share);
  let bounded = true;
  const look = (theta: Float64Array): boolean => {
    if (endless(theta)) bounded = false;
    return !bounded && ridge === 0;
  };
  const start = new Float64Array(d);
  const { x, iterations, gradNorm, converged } =
    radius === undefined
      ? minimize(f, start, { ridge, tol, stop: look })
      : minimizeInBall(f, radius, { ridge, tol, stop: look });
  if (!bounded && radius === undefined && ridge === 0)
    throw rangeError(
      "differences",
      "pairs that disagree enough for a minimum (or a radius, or a ridge)",
      loss === "dpo"
        ? "a direction that all of them agree with"
        : `a ${loss} loss without a lower bound at epsilon ${epsilon}`,
    );
  if (!converged) throw rangeError("tol", `a gradient that ${iterations} Newton steps reach`, gradNorm);
  return { theta: x.map((v, j) => v + reference[j]), loss: f.value(x), iterations, gradNorm, bounded };
}

/** A loss of one scaled margin, and its derivatives. */
interface Curve {
  value(z: number): number;
  slope(z: number): number;
  curvature(z: number): number;
}

/** `softplus(-z) + tilt z` */
function tilted(tilt: number): Curve {
  return {
    value: (z) => log1pExp(-z) + tilt * z,
    slope: (z) => tilt - expit(-z),
    curvature: (z) => expit(z) * expit(-z),
  };
}

const curves: { [loss in LogLinearOptions["loss"]]: (epsilon: number) => Curve } = {
  dpo: () => tilted(0),
  conservative: (epsilon) => tilted(epsilon),
  robust: (epsilon) => tilted(-epsilon / (1 - 2 * epsilon)),
  "noise-aware": (epsilon) => {
    const p = (z: number): number => epsilon + (1 - 2 * epsilon) * expit(z);
    const rise = (z: number): number => (1 - 2 * epsilon) * expit(z) * expit(-z);
    return {
      value: (z) => -Math.log(p(z)),
      slope: (z) => -rise(z) / p(z),
      curvature: (z) => (rise(z) / p(z)) ** 2 - (rise(z) * (expit(-z) - expit(z))) / p(z),
    };
  },
};

function meanLoss(rows: Float64Array, n: number, d: number, beta: number, curve: Curve): Convex {
  return {
    size: d,
    value(theta) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += curve.value(beta * innerAt(rows, i * d, theta));
      return sum / n;
    },
    derivatives(theta) {
      const [gradient, hessian] = [new Float64Array(d), new Float64Array(d * d)];
      for (let i = 0; i < n; i++) {
        const z = beta * innerAt(rows, i * d, theta);
        const slope = (beta * curve.slope(z)) / n;
        const curvature = (beta * beta * curve.curvature(z)) / n;
        for (let j = 0; j < d; j++) {
          gradient[j] += slope * rows[i * d + j];
          const scaled = curvature * rows[i * d + j];
          for (let k = 0; k < d; k++) hessian[j * d + k] += scaled * rows[i * d + k];
        }
      }
      return { gradient, hessian };
    },
  };
}

/**
 * Whether the loss never rises along a direction: the slope far out of each pair, `-s+ (u . x)_+ + s- (u . x)_-`, sums to no more than
 * rounding. Of a convex loss that is a proof that no minimum exists.
 */
function endlessDirection(
  rows: Float64Array,
  n: number,
  loss: LogLinearOptions["loss"],
  epsilon: number,
): (direction: Float64Array) => boolean {
  const falls = loss === "robust" ? epsilon : loss === "conservative" ? -epsilon : 0;
  const rises = loss === "robust" || loss === "conservative" ? 1 - epsilon : 1;
  return (direction) => {
    const size = Math.sqrt(inner(direction, direction));
    if (size === 0) return false;
    let [slope, scale] = [0, 0];
    for (let i = 0; i < n; i++) {
      const along = innerAt(rows, i * direction.length, direction);
      slope += along > 0 ? -falls * along : -rises * along;
      scale += Math.abs(along);
    }
    return scale > 0 && slope <= (falls > 0 ? 0 : 1e-14 * scale);
  };
}

function checkDifferences(differences: unknown): { rows: Float64Array; n: number; d: number } {
  if (!Array.isArray(differences) || differences.length === 0)
    throw typeError("differences", "a list of rows of numbers, one a pair", differences);
  const n = differences.length;
  const d = (differences[0] as ArrayLike<number>)?.length;
  checkVector("differences[0]", differences[0]);
  const rows = new Float64Array(n * d);
  for (let i = 0; i < n; i++) rows.set(checkedVector(`differences[${i}]`, differences[i], d), i * d);
  return { rows, n, d };
}
