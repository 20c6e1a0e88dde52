import { lax, type numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNoNaN, checkShape } from "../../engine/checks.ts";
import { constantOf, type Parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { again, operand } from "../operand.ts";
import { checkWeights, type LossOptions, maskRows, weighted } from "../per-example.ts";
import { kdLoss } from "./kd.ts";
import { squareOf } from "./logit-pairs.ts";

/** Options of {@link trajectoryLoss}. */
export interface TrajectoryOptions extends LossOptions {
  /** Temperature, > 0; default 5. */
  tau?: Parameter;
  /** Default true, as in the official code, with which the usual coefficients were found. */
  scaleByTauSquared?: boolean;
}

/**
 * Trajectory loss of SAF and MESA: how far the outputs have moved from what they were before.
 *
 * `tau^2 KL(softmax(y / tau) || softmax(z / tau))` for past logits `y` and present logits `z`, gradient
 * `tau (softmax(z / tau) - softmax(y / tau))`
 *
 * @param logits float `[batch, classes]`
 * @param past float `[batch, classes]`, a constant of the gradient
 * @param options `tau > 0`, default 5; `scaleByTauSquared`, default true: without it the value and gradient
 * are `tau^2` times smaller, as in the paper's formula
 * @returns one value >= 0 (up to rounding) per example, `[batch]`, not multiplied by lambda
 * @throws TypeError, RangeError for wrong dtypes or shapes, NaN logits (values are checked outside of tracing
 * only), `tau <= 0`
 * @example
 * trajectoryLoss(np.array([[0, 0]]), np.array([[Math.LN2, 0]]), { tau: 1 }) // [0.0566]
 * @see Du et al. 2022, arXiv 2205.14083, section 3; the factor `tau^2` is that of the official code
 */
export function trajectoryLoss(logits: np.Array, past: np.Array, options: TrajectoryOptions = {}): np.Array {
  const { tau, scaleByTauSquared, weights } = readLossOptions("trajectoryLoss", options, {
    tau: [5, { above: 0 }],
    scaleByTauSquared: [true],
  });
  checkOutputs("logits", logits, past, weights);
  if (scaleByTauSquared) return kdLoss(logits, past, { temperature: tau, weights });
  const values = kdLoss(logits, past, { temperature: again(tau), weights });
  return values.div(operand(squareOf(tau), values));
}

/**
 * A trajectory loss for outputs that aren't logits: half the squared distance to what they were before,
 * `sum_k (z_k - y_k)^2 / 2`. It is our extension of the paper's term to regression, and the limit of {@link
 * trajectoryLoss} at high temperature up to centring and the factor `1 / classes`.
 *
 * @param outputs float `[batch, outputs]`
 * @param past float `[batch, outputs]`, a constant of the gradient
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes or shapes, NaN (values are checked outside of tracing only)
 * @example
 * trajectorySquaredError(np.array([[1], [2]]), np.array([[1], [4]])) // [0, 2]
 */
export function trajectorySquaredError(
  outputs: np.Array,
  past: np.Array,
  options: LossOptions = {},
): np.Array {
  const { weights } = readLossOptions("trajectorySquaredError", options, {});
  checkOutputs("outputs", outputs, past, weights);
  const before = maskRows(lax.stopGradient(constantOf(past, outputs.dtype)), weights);
  const moved = maskRows(outputs, weights).sub(before);
  return weighted(moved.ref.mul(moved).sum(-1).mul(0.5), weights);
}

function checkOutputs(name: string, outputs: np.Array, past: np.Array, weights: np.Array | undefined): void {
  checkFloatArray(name, outputs, 2, `[batch, ${name === "logits" ? "classes" : "outputs"}]`);
  checkFloatArray("past", past, 2, `as ${name}`);
  checkShape("past", past, outputs.shape);
  checkWeights(weights, outputs.shape[0]);
  if (weights !== undefined) return;
  checkNoNaN(name, outputs);
  checkNoNaN("past", past);
}
