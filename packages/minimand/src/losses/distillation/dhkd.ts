import type { numpy as np } from "@jax-js/jax";
import type { Parameter } from "../../engine/parameter.ts";
import { crossEntropy } from "../classification/cross-entropy.ts";
import { readLossOptions } from "../loss-options.ts";
import { operand } from "../operand.ts";
import { binaryKlNorm } from "./binary-kl.ts";
import { checkPair, type DistillationOptions } from "./logit-pairs.ts";

/**
 * Dual-head knowledge distillation: labels teach the main head, the teacher's logits teach an auxiliary head of the same
 * features, and the backbone learns from both.
 *
 * `total = gamma CE(main, y) + alpha BinaryKlNorm(auxiliary, t)`. Predict with `main`; the auxiliary head is dropped after
 * training. With one array as both heads it is the single-head sum.
 *
 * @param heads `main` and `auxiliary`: float `[batch, classes]`
 * @param teacherLogits float `[batch, classes]`, a constant of the gradient
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `gamma >= 0`, default 1; `alpha >= 0`, default 1; `temperature > 0`, default 2
 * @returns per example, `[batch]` each: `total`, and its unweighted parts `crossEntropy` and `distillation`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN logits (values are checked outside of tracing only),
 * negative `gamma` or `alpha`, `temperature <= 0`
 * @example
 * dhkdLoss({ main: np.array([[2, 0]]), auxiliary: np.array([[0, 0]]) }, np.array([[2, -2]]), np.array([0], { dtype: np.int32 })).total // [1.0878]
 * @see Yang et al. 2024, arXiv 2411.08937, section 4
 */
export function dhkdLoss(
  { main, auxiliary }: { main: np.Array; auxiliary: np.Array },
  teacherLogits: np.Array,
  labels: np.Array,
  options: DistillationOptions & { gamma?: Parameter; alpha?: Parameter } = {},
): { total: np.Array; crossEntropy: np.Array; distillation: np.Array } {
  const { gamma, alpha, temperature, weights } = readLossOptions("dhkdLoss", options, {
    gamma: [1, { min: 0 }],
    alpha: [1, { min: 0 }],
    temperature: true,
  });
  checkPair("auxiliaryLogits", auxiliary, teacherLogits, weights);
  const ce = crossEntropy(main, labels, { weights: weights?.ref });
  const distillation = binaryKlNorm(auxiliary, teacherLogits, { temperature, weights });
  const total = ce.ref.mul(operand(gamma, ce)).add(distillation.ref.mul(operand(alpha, distillation)));
  return { total, crossEntropy: ce, distillation };
}
