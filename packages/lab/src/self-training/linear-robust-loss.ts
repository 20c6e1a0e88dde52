import { lax, numpy as np } from "@jax-js/jax";
import {
  checkFloatArray,
  checkNoNaN,
  checkShape,
  constantOf,
  isArrayLike,
  type Parameter,
  parameter,
  peek,
  rangeError,
  readOptions,
  relu,
  softplus,
  typeError,
} from "minimand/engine";
import { checkLabels, checkWeights, maskRows, weighted } from "minimand/internals";
import {
  checkDual,
  checkWorstCaseKind,
  costOf,
  isFiniteDual,
  leastDual,
  type WorstCaseKind,
} from "../theory/worst-case.ts";
import { logisticDistance } from "./logistic-distance.ts";

/** Parameters of a linear score `f = x w + b`. */
export type LinearParams = {
  /** `[features]` or `[features, 1]`. */
  w: np.Array;
  /** 0-d or `[1]`; left out, the boundary goes through the origin. */
  b?: np.Array;
};

/** Which worst case, and how it counts. */
export interface LinearRobustOptions extends WorstCaseKind {
  /** `>= 0`, what moving an input by one unit of cost costs; `Infinity`: inputs don't move, the loss itself. */
  gamma: Parameter;
  /**
   * Shrinks `w` to the ball in which the worst case is finite, where it is outside; default false: a RangeError, and in a
   * traced function the value `Infinity`.
   */
  project?: boolean;
  /** One weight per example, `[batch]`; rows of weight 0 are left out altogether. */
  weights?: np.Array;
}

/**
 * Worst-case loss of a linear score over moved inputs, by closed form.
 *
 * `phi_gamma(x, y) = sup_z loss(z, y) - gamma c(z, x)`; see {@link worstCase} for the forms. Its gradient is that of the loss
 * at the worst input, which is held constant (Danskin). Where the zero-one loss has a misclassified example its gradient is 0.
 *
 * @param params `w` `[features]` and `b`
 * @param x float `[batch, features]`
 * @param y int32 `[batch]`, 0 or 1; or float signs -1 and +1; numbers for the squared loss
 * @param options `loss`, `cost` (`l2` for `zeroOne`, else `halfSquaredL2`), `gamma`, `project`, `weights`
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN, `w = 0`, and where `gamma` is too small for a finite
 * value, naming `gamma`, `||w||` and the bound (values are checked outside of tracing only)
 * @example
 * linearRobustLoss({ w: np.array([1, 0]) }, np.array([[0.5, 9]]), np.array([1, ]), { loss: "zeroOne", gamma: 1 }) // [0.5]
 * @see Saberi et al. 2023, arXiv 2310.00027, section 2
 */
export function linearRobustLoss(
  params: LinearParams,
  x: np.Array,
  y: np.Array,
  options: LinearRobustOptions,
): np.Array {
  readOptions("linearRobustLoss", options, {
    loss: true,
    cost: true,
    gamma: true,
    project: true,
    weights: true,
  });
  return worstCases(params, x, options, (score) =>
    maskRows(marginsOf(score, y, options), options.weights?.ref),
  );
}

/**
 * Worst-case loss of unlabelled inputs at the labels that the score itself gives them, by closed form.
 *
 * `phi_gamma(x, h(x))` with `h = sign(f)`, `sign(0) = +1`: the loss of margin `|f|`. For the zero-one loss with cost `l2` it is
 * the hat `max(0, 1 - gamma |f| / ||w||)`. The label is held constant for the gradient.
 *
 * Arguments and errors as {@link linearRobustLoss}; the squared loss has no labels to give.
 *
 * @returns one value >= 0 per row, `[batch]`
 * @example
 * linearSelfRobustLoss({ w: np.array([1, 0]) }, np.array([[-0.5, 9]]), { loss: "zeroOne", gamma: 1 }) // [0.5]
 * @see Saberi et al. 2023, arXiv 2310.00027, section 2
 */
export function linearSelfRobustLoss(
  params: LinearParams,
  x: np.Array,
  options: LinearRobustOptions,
): np.Array {
  readOptions("linearSelfRobustLoss", options, {
    loss: true,
    cost: true,
    gamma: true,
    project: true,
    weights: true,
  });
  if (options.loss === "squared")
    throw rangeError("loss", '"zeroOne", "hinge" or "logistic" (a label is given)', options.loss);
  return worstCases(params, x, options, (score) => {
    const f = maskRows(score, options.weights?.ref);
    return f.ref.mul(np.where(f.greaterEqual(0), 1, -1));
  });
}

/** Worst-case losses of the margins that the scores give, with rows of weight 0 masked. */
function worstCases(
  params: LinearParams,
  x: np.Array,
  options: LinearRobustOptions,
  marginsAt: (score: np.Array) => np.Array,
): np.Array {
  const { score, norm } = scoreOf(params, x, options);
  const values = worstOfMargins(marginsAt(score), norm, options);
  release(options.gamma);
  return weighted(values, options.weights);
}

/**
 * Returns where the worst case of {@link linearRobustLoss} moves each input, `z = x - y t w / ||w||`, as constants.
 *
 * @returns the moved inputs `[batch, features]` and the distances `t` `[batch]`
 * @throws TypeError, RangeError as {@link linearRobustLoss}
 * @see Saberi et al. 2023, arXiv 2310.00027, section 2
 */
export function linearWorstInputs(
  params: LinearParams,
  x: np.Array,
  y: np.Array,
  options: Omit<LinearRobustOptions, "project" | "weights">,
): { z: np.Array; distance: np.Array } {
  readOptions("linearWorstInputs", options, { loss: true, cost: true, gamma: true });
  const { score, norm } = scoreOf({ ...params, w: params.w.ref }, x.ref, options);
  const w = params.w.reshape([1, -1]);
  const signs = options.loss === "squared" ? null : signsOf(y, score.dtype);
  const margins = signs === null ? y.astype(score.dtype).sub(score) : score.mul(signs.ref);
  const towards = signs ?? np.where(margins.ref.greaterEqual(0), 1, -1).astype(margins.dtype);
  const distance = distanceOf(margins, norm.ref, options);
  release(options.gamma);
  const along = towards.mul(distance.ref).reshape([-1, 1]).mul(w.div(norm));
  return { z: lax.stopGradient(x.sub(along)), distance: lax.stopGradient(distance) };
}

/** Gives up the caller's use of a parameter that is an array. */
function release(gamma: Parameter): void {
  if (isArrayLike(gamma)) gamma.dispose();
}

/** Norm below which weights count as none. */
const tiny = 1e-12;

/** Scores `[batch]` and the norm of the weights, with all checks but those of labels. */
function scoreOf(
  { w, b }: LinearParams,
  x: np.Array,
  options: LinearRobustOptions,
): { score: np.Array; norm: np.Array } {
  checkWorstCaseKind(options);
  checkFloatArray("x", x, 2, "[batch, features]");
  const [batch, features] = x.shape;
  const isColumn = w?.ndim === 2 && w.shape[1] === 1;
  checkFloatArray("w", w, isColumn ? 2 : 1, "[features] or [features, 1]");
  if (w.shape[0] !== features) throw rangeError("w", `${features} numbers, as many as x has columns`, w);
  if (b !== undefined && !(isArrayLike(b) && b.size === 1)) throw rangeError("b", "a 0-d array or [1]", b);
  checkWeights(options.weights, batch);
  for (const [name, array] of Object.entries({ w, b })) if (array !== undefined) checkNoNaN(name, array);
  if (options.weights === undefined) checkNoNaN("x", x);
  checkFinite(w, options);
  const column = shrunk(w.reshape([-1, 1]), options);
  const linear = np.matmul(maskRows(x, options.weights?.ref), column.ref).reshape([-1]);
  const score = b === undefined ? linear : linear.add(b.reshape([]));
  return { score, norm: normOf(column) };
}

function normOf(w: np.Array): np.Array {
  return np.sqrt(np.maximum(np.square(w).sum(), tiny * tiny));
}

/** Throws where weights that can be looked at are 0, or too large for a finite worst case. */
function checkFinite(w: np.Array, options: LinearRobustOptions): void {
  const { gamma, project = false } = options;
  if (!isArrayLike(gamma)) checkDual("gamma", gamma);
  else if (gamma.ndim > 0) throw rangeError("gamma", "a number or a 0-d array", gamma);
  const values = peek(w);
  if (values === null) return;
  const norm = Math.hypot(...Array.from(values));
  if (norm <= tiny) throw rangeError("w", "weights that are not all 0", 0);
  const dual = isArrayLike(gamma) ? peek(gamma)?.[0] : gamma;
  if (dual === undefined || project || isFiniteDual(options, norm, dual)) return;
  const { bound, exceeds } = leastDual(options, norm);
  throw rangeError(
    "gamma",
    `a number ${exceeds ? ">" : ">="} ${bound} for a finite worst case of the ${options.loss} loss with cost ${costOf(options)} at ||w|| = ${norm}`,
    dual,
  );
}

/** The weights, or the nearest ones whose worst case is finite. */
function shrunk(w: np.Array, options: LinearRobustOptions): np.Array {
  const { gamma, project = false, loss } = options;
  const bounded = loss === "squared" || (loss !== "zeroOne" && costOf(options) === "l2");
  if (!project || !bounded || gamma === Infinity) return w;
  const g = dual(gamma, w);
  // A little inside, where the bound itself gives no finite value.
  const most = loss === "squared" ? np.sqrt(g.mul(0.5)).mul(0.999) : g.mul(1 - 1e-6);
  return w.ref.mul(np.minimum(most.div(normOf(w)), 1));
}

/** `gamma`, kept for whoever needs it next. */
function dual(gamma: Parameter, like: np.Array): np.Array {
  return parameter(isArrayLike(gamma) ? gamma.ref : gamma, like);
}

/** Signs -1 and +1 of class ids or given as such. */
function signsOf(y: np.Array, dtype: np.Array["dtype"], weights?: np.Array): np.Array {
  if (y?.dtype === np.int32) {
    checkLabels(y, y.shape[0], 2, weights);
    return np.where(y.equal(1), 1, -1).astype(dtype);
  }
  checkFloatArray("y", y, 1, "[batch] of signs -1 and +1, or int32[batch] class ids 0 and 1");
  const values = peek(y);
  const counts = weights === undefined ? null : peek(weights);
  for (let i = 0; values !== null && i < values.length; i++)
    if (Math.abs(values[i]) !== 1 && !(counts !== null && counts[i] === 0))
      throw rangeError("y", "-1 or +1", values[i]);
  return constantOf(y, dtype);
}

/** Signed margins, or residuals of the squared loss. */
function marginsOf(score: np.Array, y: np.Array, { loss, weights }: LinearRobustOptions): np.Array {
  if (y === undefined || !isArrayLike(y)) throw typeError("y", "an array [batch]", y);
  checkShape("y", y, score.shape);
  if (loss !== "squared") return score.mul(signsOf(y, score.dtype, weights));
  if (weights === undefined) checkNoNaN("y", y);
  return lax.stopGradient(y.astype(score.dtype)).sub(score);
}

/** The closed forms, elementwise in the margins. */
function worstOfMargins(margins: np.Array, norm: np.Array, options: LinearRobustOptions): np.Array {
  const { loss, gamma } = options;
  if (gamma === Infinity) {
    norm.dispose();
    return plain(loss, margins);
  }
  const g = dual(gamma, margins);
  const half = costOf(options) === "halfSquaredL2";
  if (loss === "zeroOne") {
    const way = margins.ref.div(norm);
    const cost = half ? np.square(way).mul(0.5) : way;
    return np.where(margins.lessEqual(0), 1, relu(g.mul(cost).neg().add(1)));
  }
  if (!half) return finiteWhere(np.greaterEqual(g, norm), plain(loss, margins));
  if (loss === "hinge") return relu(margins.neg().add(1).add(np.square(norm).div(g).mul(0.5)));
  if (loss === "squared") {
    const room = np.square(norm).mul(-2).div(g).add(1);
    const positive = room.ref.greater(0);
    return finiteWhere(positive.ref, np.square(margins).div(np.where(positive, room, 1)));
  }
  const t = logisticDistance(margins.ref, norm.ref, g.ref);
  return softplus(norm.mul(t.ref).sub(margins)).sub(np.square(t).mul(g).mul(0.5));
}

function plain(loss: LinearRobustOptions["loss"], margins: np.Array): np.Array {
  if (loss === "zeroOne") return np.where(margins.ref.lessEqual(0), 1, margins.mul(0));
  if (loss === "hinge") return relu(margins.neg().add(1));
  return loss === "squared" ? np.square(margins) : softplus(margins.neg());
}

function finiteWhere(condition: np.Array, values: np.Array): np.Array {
  return np.where(condition, values, Infinity);
}

/** How far the worst case moves each input, `[batch]`. */
function distanceOf(margins: np.Array, norm: np.Array, options: LinearRobustOptions): np.Array {
  const { loss, gamma } = options;
  if (gamma === Infinity) {
    norm.dispose();
    return margins.mul(0);
  }
  const g = dual(gamma, margins);
  const half = costOf(options) === "halfSquaredL2";
  if (loss === "zeroOne") {
    const way = margins.div(norm);
    const cost = half ? np.square(way.ref).mul(0.5) : way.ref;
    const moves = g.mul(cost).less(1).mul(way.ref.greater(0));
    return np.where(moves, way, 0);
  }
  if (!half) {
    g.dispose();
    norm.dispose();
    return margins.mul(0);
  }
  if (loss === "hinge") {
    const active = margins.neg().add(1).add(np.square(norm.ref).div(g.ref).mul(0.5)).greater(0);
    return np.where(active, norm.div(g), 0);
  }
  if (loss === "squared")
    return np
      .abs(margins)
      .mul(norm.ref)
      .mul(2)
      .div(g.sub(np.square(norm).mul(2)));
  return logisticDistance(margins, norm, g);
}
