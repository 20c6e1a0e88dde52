import type { numpy as np } from "@jax-js/jax";
import { checkParameter } from "../../engine/checks.ts";
import type { OptionNames } from "../../engine/options.ts";
import type { Parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { again, operand } from "../operand.ts";
import { type CsConditionalOptions, csConditional } from "./cs-conditional.ts";
import { csQmi } from "./cs-qmi.ts";

/** Options of {@link csIbLoss}. */
export interface CsIbOptions extends CsConditionalOptions {
  /** Weight of the compression, `>= 0`, default 0.01. */
  beta?: Parameter;
  /** Width of the kernel of the representation, `> 0`, default 1. */
  sigmaT?: Parameter;
  /** Whether the compression is the normalised information, 1 for a copy of the inputs; default true. */
  normalizeQmi?: boolean;
}

/** Names of the options of {@link csIbLoss} but for the weights. */
export const csIbOptions: OptionNames<Omit<CsIbOptions, "weights">> = {
  beta: true,
  sigmaX: true,
  sigmaY: true,
  sigmaT: true,
  normalizeQmi: true,
  denominator: true,
  log: true,
};

/** What {@link csIbLoss} looks at. */
export interface CsIbInputs {
  x: np.Array;
  y: np.Array;
  predictions: np.Array;
  /** The representation. */
  t: np.Array;
}

/**
 * The Cauchy-Schwarz information bottleneck: predict the targets from a representation that has little information about the inputs.
 *
 * `csConditional(x, y, f) + beta csQmi(x, t)`, the latter normalised by default: useful beta are then 0.01 to 1. Without that they
 * depend on batch and widths.
 *
 * @param inputs `x` float `[batch, width]`, standardised; `y`, `predictions` float `[batch, outputs]`; `t` float `[batch, features]`
 * @param options `beta` >= 0, default 0.01; `sigmaX`, `sigmaY`, `sigmaT` > 0, default 1; `normalizeQmi`, default true; `denominator`, `log`
 *   as of `csConditional`; `weights` multiply the terms of the sums
 * @returns scalars: the `total`, and its parts `prediction` and `compression` (without beta); O(batch^2) memory
 * @throws TypeError, RangeError as `csConditional`, and for `beta` < 0
 * @example
 * const [x, y] = [np.array([[0], [1], [2]]), np.array([[0], [1], [2]])]
 * csIbLoss({ x: x.ref, y: y.ref, predictions: y, t: x }, { beta: 0.5 }).total // 0.5000
 * @see Yu et al. 2024, arXiv 2404.17951, equation (5)
 */
export function csIbLoss(
  { x, y, predictions, t }: CsIbInputs,
  options: CsIbOptions = {},
): { total: np.Array; prediction: np.Array; compression: np.Array } {
  const {
    beta = 0.01,
    sigmaX = 1,
    sigmaY,
    sigmaT,
    normalizeQmi = true,
  } = readLossOptions("csIbLoss", options, { ...csIbOptions });
  const { denominator, log, weights } = options;
  checkParameter("beta", beta, { min: 0 });
  const prediction = csConditional(x.ref, y, predictions, {
    sigmaX: again(sigmaX),
    sigmaY,
    denominator,
    log,
    weights: weights?.ref,
  });
  const compression = csQmi(x, t, { sigmaX, sigmaT, normalize: normalizeQmi, log, weights });
  const total = prediction.ref.add(compression.ref.mul(operand(beta, compression)));
  return { total, prediction, compression };
}
