import { numpy as np } from "@jax-js/jax";
import {
  checkFloatArray,
  checkNumber,
  constantOf,
  isArrayLike,
  type Parameter,
  parameter,
  parameterIn,
  rangeError,
  readOptions,
  typeError,
} from "minimand/engine";
import type { RobustLoss, WorstCaseKind } from "../theory/worst-case.ts";
import { type LinearParams, linearRobustLoss, linearSelfRobustLoss } from "./linear-robust-loss.ts";

/** Labelled and unlabelled rows of one objective. */
export interface LinearRssData {
  /** float `[batch, features]` */
  x: np.Array;
  /** int32 `[batch]`, 0 or 1; or float signs -1 and +1 */
  y: np.Array;
  /** float `[rows, features]`, unlabelled */
  u: np.Array;
  /** One weight per labelled example, `[batch]`. */
  weights?: np.Array;
}

/** The terms of the objective of robust self-supervised training. */
export interface LinearRssOptions extends WorstCaseKind {
  /** Of the labelled part: `>= 0`; `Infinity` is the non-robust variant. */
  gamma: Parameter;
  /** Of the unlabelled part. */
  gammaPrime: Parameter;
  /** `>= 0`, weight of the unlabelled part; 0 is robust training on the labelled part alone. */
  lambda: Parameter;
  /** Another loss for the labelled part, with the cost that goes with it; default `loss`. The zero-one loss has no gradient where it is 1. */
  labeledLoss?: Exclude<RobustLoss, "squared">;
  /** `>= 0`, default 0: adds `balancePenalty (mean tanh f)^2` to the unlabelled term, large where all rows are on one side. */
  balancePenalty?: Parameter;
  project?: boolean;
}

/**
 * Returns the objective of robust self-supervised training (RSS) for a linear score, by closed forms.
 *
 * `mean_i phi_gamma(x_i, y_i) + lambda mean_j phi_gamma'(u_j, h(u_j))`, `h` the label that the score itself gives. With
 * `lambda = 0` it is distributionally robust training, with `gamma = Infinity` as well plain training. A bias lets the second
 * term vanish with all rows on one side: `balancePenalty` is against that.
 *
 * @param params `w` and `b`
 * @param data labelled `x`, `y` and unlabelled `u`
 * @param options `loss`, `cost`, `gamma`, `gammaPrime`, `lambda`, `labeledLoss`, `balancePenalty`, `project`
 * @returns the `value` and its parts before weighting, `labeled` and `unlabeled`, 0-d
 * @throws TypeError, RangeError as {@link linearRobustLoss}, and for a negative `lambda` or `balancePenalty`
 * @example
 * linearRss(params, { x, y, u }, { loss: "zeroOne", gamma: 0.1, gammaPrime: 0.3, lambda: 10 })
 * @see Saberi et al. 2023, arXiv 2310.00027, section 2
 */
export function linearRss(
  params: LinearParams,
  { x, y, u, weights }: LinearRssData,
  options: LinearRssOptions,
): { value: np.Array; labeled: np.Array; unlabeled: np.Array } {
  const {
    loss,
    cost,
    gamma,
    gammaPrime,
    lambda,
    labeledLoss = loss,
    balancePenalty,
    project,
  } = readOptions("linearRss", options, {
    loss: true,
    cost: true,
    gamma: true,
    gammaPrime: true,
    lambda: parameterIn({ min: 0 }),
    labeledLoss: true,
    balancePenalty: [0, parameterIn({ min: 0 })],
    project: true,
  });
  checkFloatArray("u", u, 2, "[rows, features]");
  if (u.shape[0] === 0) throw rangeError("u", "at least one row", u);
  if (isArrayLike(gammaPrime) === false && typeof gammaPrime !== "number")
    throw typeError("gammaPrime", "a number >= 0, Infinity or a 0-d array", gammaPrime);
  const { w, b } = params;
  const again = (): LinearParams => ({ w: w.ref, ...(b && { b: b.ref }) });
  const own = labeledLoss === loss ? { loss, cost } : { loss: labeledLoss };
  const count = weights === undefined ? null : weights.ref.sum();
  const values = linearRobustLoss(again(), x, y, { ...own, gamma, project, weights });
  const labeled = count === null ? np.mean(values) : values.sum().div(constantOf(count, values.dtype));
  const penalty = balancePenalty === 0 ? null : imbalance(again(), u.ref, balancePenalty);
  const hats = np.mean(linearSelfRobustLoss(params, u, { loss, cost, gamma: gammaPrime, project }));
  const unlabeled = penalty === null ? hats : hats.add(penalty);
  const value = labeled.ref.add(unlabeled.ref.mul(parameter(lambda, unlabeled)));
  return { value, labeled, unlabeled };
}

function imbalance({ w, b }: LinearParams, u: np.Array, weight: Parameter): np.Array {
  const f = np.matmul(u, w.reshape([-1, 1])).reshape([-1]);
  const mean = np.mean(np.tanh(b === undefined ? f : f.add(b.reshape([]))));
  return np.square(mean).mul(parameter(weight, mean));
}

/**
 * Returns the share of rows within `1 / gamma` of the boundary, where the hat of the zero-one loss acts. Near 1 at the start and falling
 * where training finds a gap between clusters; if it stays, the rows have none and the method has nothing to use.
 *
 * @param params of the score; kept
 * @param u float `[rows, features]`
 * @param gamma above 0, the dual parameter of the unlabelled part
 * @returns a number in [0, 1]
 * @throws TypeError, RangeError for wrong dtypes and shapes, a `gamma` that is not a finite number above 0
 * @example
 * shareInsideHat({ w: np.array([2, 0]) }, np.array([[0.5, 0], [3, 0]]), 1) // 0.5
 */
export function shareInsideHat({ w, b }: LinearParams, u: np.Array, gamma: number): number {
  checkNumber("gamma", gamma, { above: 0 });
  checkFloatArray("u", u, 2, "[rows, features]");
  const hat = linearSelfRobustLoss({ w: w.ref, ...(b && { b: b.ref }) }, u, { loss: "zeroOne", gamma });
  const values = Array.from(hat.dataSync());
  return values.filter((v) => v > 0).length / values.length;
}

/**
 * Returns where RSS for a linear score through the origin starts: the direction of `mean_i y_i x_i`, of unit norm, on the host.
 *
 * @param x inputs, row-major, `[rows, features]`
 * @param y class ids 0 and 1, or signs -1 and +1, `[rows]`
 * @throws RangeError for lengths that don't match, invalid labels, a mean of 0
 * @example
 * meanDirection([3, 4, -3, -4], [1, 0]) // [0.6, 0.8]
 * @see Saberi et al. 2023, arXiv 2310.00027, section 3
 */
export function meanDirection(x: ArrayLike<number>, y: ArrayLike<number>): Float64Array {
  const rows = y.length;
  const features = rows === 0 ? 0 : x.length / rows;
  if (!(Number.isInteger(features) && features > 0))
    throw rangeError("x", "the same number of inputs a row", x);
  const w = new Float64Array(features);
  for (let i = 0; i < rows; i++) {
    if (![-1, 0, 1].includes(y[i])) throw rangeError(`y[${i}]`, "0 or 1, or -1 or +1", y[i]);
    const sign = y[i] === 1 ? 1 : -1;
    for (let j = 0; j < features; j++) w[j] += sign * x[i * features + j];
  }
  const norm = Math.hypot(...w);
  if (!(norm > 0 && Number.isFinite(norm))) throw rangeError("x", "examples whose mean y x is not 0", norm);
  return w.map((v) => v / norm);
}
