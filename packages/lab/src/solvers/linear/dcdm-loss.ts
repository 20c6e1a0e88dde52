import { numpy as np } from "@jax-js/jax";
import { checkFloat64, isArrayLike, rangeError, readOptions, typeError } from "minimand/engine";
import type { Model } from "minimand/models";
import type { Objective } from "minimand/training";

/** Options of {@link dcdmLoss}. */
export interface DcdmLossOptions {
  /** Default true, as in the paper's code; false: the norm itself, as the paper writes. */
  squared?: boolean;
}

/**
 * Returns what a best step along q leaves of the residual: `L = || b - s A q ||^2` with `s = (q' b) / (q' A q)`, for each example.
 *
 * It is 0 where q is `A^-1 b` up to a factor, and the same for every multiple of q, of either sign. The step is the best one in the
 * norm of A, so that L may be above `||b||^2`. Where `q' A q` isn't positive there is no step, and L is `||b||^2`.
 *
 * @param b right-hand sides, `[batch, ...]`
 * @param q directions, of the same shape
 * @param applyA `u -> A u` of such arrays, e.g. {@link poissonProduct}; consumes u
 * @param options squared or not
 * @returns one value per example, `[batch]`; consumes b and q
 * @throws TypeError, RangeError for what are no float arrays of one shape
 * @example
 * const A = poissonProduct(poisson2d({ shape: [1, 2] }))
 * const [b, q] = [np.array([[[2, 0]]]), np.array([[[1, 0]]])]
 * dcdmLoss(b, q, A) // [0.25]
 * @see Kaneda et al. 2022, arXiv 2205.10763, section 4 (loss)
 */
export function dcdmLoss(
  b: np.Array,
  q: np.Array,
  applyA: (u: np.Array) => np.Array,
  options: DcdmLossOptions = {},
): np.Array {
  const { squared } = readOptions("dcdmLoss", options, { squared: [true] });
  for (const [name, value] of Object.entries({ b, q })) {
    const isFloat = isArrayLike(value) && /^float/.test(`${value.dtype}`);
    if (!isFloat || value.shape.length < 2) throw typeError(name, "a float array [batch, ...]", value);
    if (value.dtype === np.float64) checkFloat64(name);
  }
  if (q.shape.length !== b.shape.length || q.shape.some((size, axis) => size !== b.shape[axis]))
    throw rangeError("q", `shape [${b.shape.join(", ")}], that of b`, q);
  if (typeof applyA !== "function") throw typeError("applyA", "a function u -> A u", applyA);
  const axes = b.shape.slice(1).map((_, axis) => axis + 1);
  const sum = (product: np.Array): np.Array => np.sum(product, axes, { keepdims: true });
  const Aq = applyA(q.ref);
  const curvature = sum(q.ref.mul(Aq.ref));
  const along = sum(q.mul(b.ref));
  const isStep = curvature.ref.greater(0);
  const step = np.where(isStep.ref, along, 0).div(np.where(isStep, curvature, 1));
  const left = b.sub(step.mul(Aq));
  const loss = np.sum(np.square(left), axes);
  // The root has no slope at 0, where nothing is left to be learned.
  return squared ? loss : np.sqrt(np.maximum(loss, 1e-20));
}

/**
 * Returns the objective by which a network learns directions: the mean {@link dcdmLoss} of its outputs for right-hand sides of norm 1. No
 * solution is needed.
 *
 * @param model from residuals to directions of the same shape, e.g. {@link dcdmNet2d}
 * @param applyA `u -> A u` of such arrays, e.g. {@link poissonProduct}
 * @param options as dcdmLoss
 * @returns an objective for {@link supervised}, whose batches have right-hand sides as `x`; `y` isn't looked at
 * @throws TypeError for what is no model
 * @example
 * const net = dcdmNet2d({ channels: 8 })
 * const A = poissonProduct(poisson2d({ shape: [32, 32] }))
 * const step = supervised({ model: net, objective: directionObjective(net, A), optimizer: adam(1e-3) })
 * @see Kaneda et al. 2022, arXiv 2205.10763, section 4 (training)
 */
export function directionObjective(
  model: Model,
  applyA: (u: np.Array) => np.Array,
  options: DcdmLossOptions = {},
): Objective {
  readOptions("directionObjective", options, { squared: true });
  if (typeof model?.init !== "function") throw typeError("model", "a model", model);
  return (params, { modelState, memory, key }, { x, y, weights }) => {
    y.dispose();
    const [q, next] = model.apply({ params, state: modelState }, x.ref, {
      training: true,
      key,
      weights: weights.ref,
    });
    const losses = dcdmLoss(x, q.ref, applyA, options);
    const total = losses.mul(weights.ref).sum();
    return [total.div(weights.sum()), { output: q, modelState: next, memory }];
  };
}
