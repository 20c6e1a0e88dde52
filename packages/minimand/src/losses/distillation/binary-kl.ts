import { lax, type numpy as np } from "@jax-js/jax";
import { logCosh, sigmoid, softplus } from "../../engine/numerics.ts";
import { readLossOptions } from "../loss-options.ts";
import { again } from "../operand.ts";
import { type DistillationOptions, overPairs } from "./logit-pairs.ts";

/**
 * BinaryKL: one Bernoulli divergence a class between the logits of a teacher and a student.
 *
 * `T^2 sum_k KL(Bern(sigmoid(t_k / T)) || Bern(sigmoid(s_k / T)))`; convex in `s`, 0 at `s = t`. Gradient
 * `T (sigmoid(s_k / T) - sigmoid(t_k / T))`. Unlike a divergence of softmax probabilities it sees the level of the logits.
 *
 * @param studentLogits float `[batch, classes]`
 * @param teacherLogits float `[batch, classes]`, a constant of the gradient
 * @param options `temperature > 0`, default 2
 * @returns one value >= 0 (up to rounding) per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes or shapes, other classes, NaN logits (values are checked outside of tracing
 * only), `temperature <= 0`
 * @example
 * binaryKl(np.array([[0, 0]]), np.array([[2, -2]])) // [0.8876]
 * @see Yang et al. 2024, arXiv 2411.08937, section 3; official code, `BinaryKL` (without its clamping of the probabilities)
 */
export function binaryKl(
  studentLogits: np.Array,
  teacherLogits: np.Array,
  options: DistillationOptions = {},
): np.Array {
  readLossOptions("binaryKl", options, { temperature: true });
  return overPairs(studentLogits, teacherLogits, options, 2, (s, t, T) => {
    const a = t.div(again(T));
    const b = s.div(T);
    // One difference of softplus for each side: nothing cancels where both probabilities are next to 0 or 1.
    const constant = lax.stopGradient;
    const yes = constant(sigmoid(a.ref)).mul(softplus(b.ref.neg()).sub(constant(softplus(a.ref.neg()))));
    const no = constant(sigmoid(a.ref.neg())).mul(softplus(b).sub(constant(softplus(a))));
    return yes.add(no).sum(-1);
  });
}

/**
 * BinaryKL-Norm: the divergence of one half from the sigmoid of the logit difference, class by class; the loss of the
 * auxiliary head in dual-head distillation.
 *
 * `T^2 sum_k KL(Bern(1/2) || Bern(sigmoid((s_k - t_k) / T))) = T^2 sum_k log cosh((s_k - t_k) / (2 T))`, gradient
 * `(T / 2) tanh((s_k - t_k) / (2 T))`: about `(s - t)^2 / 8` for small differences, `(T / 2) |s - t|` for large ones.
 *
 * @param studentLogits float `[batch, classes]`
 * @param teacherLogits float `[batch, classes]`, a constant of the gradient
 * @param options `temperature > 0`, default 2
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError as {@link binaryKl}
 * @example
 * binaryKlNorm(np.array([[0, 0]]), np.array([[2, -2]])) // [0.9609]
 * @see Yang et al. 2024, arXiv 2411.08937, section 3; official code, `BinaryKLNorm`
 */
export function binaryKlNorm(
  studentLogits: np.Array,
  teacherLogits: np.Array,
  options: DistillationOptions = {},
): np.Array {
  readLossOptions("binaryKlNorm", options, { temperature: true });
  return overPairs(studentLogits, teacherLogits, options, 2, (s, t, T) =>
    logCosh(s.sub(t).div(typeof T === "number" ? 2 * T : T.mul(2))).sum(-1),
  );
}
