import { lax, numpy as np } from "@jax-js/jax";
import { logSoftmax, logSumExp } from "../../engine/numerics.ts";
import type { Parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { again, operand } from "../operand.ts";
import { overLabels } from "../per-example.ts";
import {
  checkPair,
  checkTemperature,
  type DistillationOptions,
  overPairs,
  squareOf,
  teacherRows,
} from "./logit-pairs.ts";

/**
 * Knowledge distillation: the divergence of the student's softened probabilities from the teacher's.
 *
 * `T^2 KL(softmax(t / T) || softmax(s / T))`, gradient `T (softmax(s / T) - softmax(t / T))`
 *
 * @param studentLogits float `[batch, classes]`
 * @param teacherLogits float `[batch, classes]`, a constant of the gradient
 * @param options `temperature > 0`, default 4
 * @returns one value >= 0 (up to rounding) per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes or shapes, other classes, NaN logits (values are checked outside of tracing
 * only), `temperature <= 0`
 * @example
 * kdLoss(np.array([[0, 0]]), np.array([[4, 0]])) // [1.7751]
 * @see Hinton, Vinyals, Dean 2015, arXiv 1503.02531, section 2
 */
export function kdLoss(
  studentLogits: np.Array,
  teacherLogits: np.Array,
  options: DistillationOptions = {},
): np.Array {
  readLossOptions("kdLoss", options, { temperature: true });
  return overPairs(studentLogits, teacherLogits, options, 4, (s, t, T) => {
    const logQ = logSoftmax(s.div(again(T)));
    const logP = lax.stopGradient(logSoftmax(t.div(T)));
    return np.exp(logP.ref).mul(logP.sub(logQ)).sum(-1);
  });
}

/**
 * Decoupled knowledge distillation: the divergence of {@link kdLoss} in its two parts, each with a weight of its own.
 *
 * `T^2 (alpha TCKD + beta NCKD)`: TCKD is the divergence of (target, all others) as two classes, NCKD that of the
 * softmax over the other classes. `kdLoss = T^2 (TCKD + (1 - b) NCKD)` with the teacher's target probability `b`.
 *
 * @param studentLogits float `[batch, classes]`
 * @param teacherLogits float `[batch, classes]`, a constant of the gradient
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `alpha >= 0`, default 1; `beta >= 0`, default 8; `temperature > 0`, default 4
 * @returns one value >= 0 (up to rounding) per example, `[batch]`
 * @throws TypeError, RangeError as {@link kdLoss}, for wrong labels, negative `alpha` or `beta`
 * @example
 * dkdLoss(np.array([[0, 0, 0]]), np.array([[4, 0, 0]]), np.array([0], { dtype: np.int32 }), { beta: 1 }) // [1.973]
 * @see Zhao et al. 2022, arXiv 2203.08679, equation (7)
 */
export function dkdLoss(
  studentLogits: np.Array,
  teacherLogits: np.Array,
  labels: np.Array,
  options: DistillationOptions & { alpha?: Parameter; beta?: Parameter } = {},
): np.Array {
  const { alpha, beta, temperature, weights } = readLossOptions("dkdLoss", options, {
    alpha: [1, { min: 0 }],
    beta: [8, { min: 0 }],
    temperature: [4],
  });
  checkTemperature(temperature);
  checkPair("studentLogits", studentLogits, teacherLogits, weights);
  const t = teacherRows(teacherLogits, studentLogits, weights);
  return overLabels(studentLogits, labels, options, (s, isLabel) => {
    const T = operand(temperature, s);
    const [ofTeacher, ofStudent] = [t.reshape(s.shape), s].map((f) =>
      decoupled(f.div(again(T)), isLabel.ref),
    );
    isLabel.dispose();
    const teacherTarget = np.exp(ofTeacher.target.ref);
    const teacherRest = np.exp(ofTeacher.rest.ref);
    const targetPart = teacherTarget
      .mul(ofTeacher.target.sub(ofStudent.target))
      .add(teacherRest.mul(ofTeacher.rest.sub(ofStudent.rest)));
    const otherPart = np
      .exp(ofTeacher.others.ref)
      .mul(ofTeacher.others.sub(ofStudent.others))
      // The label's own entry holds log 1 on both sides: 1 times 0.
      .sum(-1);
    const sum = targetPart.mul(operand(alpha, targetPart)).add(otherPart.mul(operand(beta, otherPart)));
    return sum.mul(squareOf(T));
  });
}

/** Log-probabilities of the label, of all other classes together, and of each other class among them (0 at the label). */
function decoupled(
  logits: np.Array,
  isLabel: np.Array,
): { target: np.Array; rest: np.Array; others: np.Array } {
  const logP = logSoftmax(logits);
  const target = np.where(isLabel.ref, logP.ref, 0).sum(-1);
  const rest = logSumExp(np.where(isLabel.ref, -Infinity, logP.ref));
  const others = np.where(isLabel, 0, logP.sub(np.expandDims(rest.ref, -1)));
  return { target, rest, others };
}
