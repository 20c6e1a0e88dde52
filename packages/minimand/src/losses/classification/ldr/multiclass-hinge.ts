import { numpy as np } from "@jax-js/jax";
import { relu } from "../../../engine/numerics.ts";
import { oneOf } from "../../../engine/options.ts";
import type { Parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { operand } from "../../operand.ts";
import { type LossOptions, overLabels } from "../../per-example.ts";
import { labelMargins } from "./label-margins.ts";

/** Options of the multi-class hinge losses. */
export interface HingeOptions extends LossOptions {
  /** By how much the label's score is to lead, `>= 0`, default 1. */
  margin?: Parameter;
}

/**
 * Crammer-Singer multi-class hinge loss: the worst margin violation.
 *
 * `max_k max(0, f_k - f_y + c [k != y])`
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `margin` c `>= 0`, default 1
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN logits, a negative margin
 * @example
 * crammerSinger(np.array([[2, 1.5, 0]]), np.array([0], { dtype: np.int32 })) // [0.5]
 * @see Crammer, Singer 2001, JMLR 2
 */
export function crammerSinger(logits: np.Array, labels: np.Array, options: HingeOptions = {}): np.Array {
  const { margin } = readLossOptions("crammerSinger", options, { margin: [1, { min: 0 }] });
  // The label's own term is 0, so the maximum is never negative.
  return overLabels(logits, labels, options, (f, isLabel) =>
    np.max(labelMargins(f, isLabel, operand(margin, f)), -1),
  );
}

/**
 * Weston-Watkins multi-class hinge loss: all margin violations.
 *
 * `(1 / K) sum_k max(0, f_k - f_y + c [k != y])`, or the classical sum without `1 / K`.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `margin` c `>= 0`, default 1; `divideBy`: `"K"` (default) or `"none"` for the classical sum
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN logits, a negative margin
 * @example
 * westonWatkins(np.array([[2, 1.5, 0]]), np.array([0], { dtype: np.int32 }), { divideBy: "none" }) // [0.5]
 * @see Weston, Watkins 1999, ESANN
 */
export function westonWatkins(
  logits: np.Array,
  labels: np.Array,
  options: HingeOptions & { divideBy?: "K" | "none" } = {},
): np.Array {
  const { margin, divideBy } = readLossOptions("westonWatkins", options, {
    margin: [1, { min: 0 }],
    divideBy: ["K", oneOf(["K", "none"])],
  });
  return overLabels(logits, labels, options, (f, isLabel) => {
    const violations = relu(labelMargins(f, isLabel, operand(margin, f)));
    return divideBy === "K" ? violations.mean(-1) : violations.sum(-1);
  });
}
