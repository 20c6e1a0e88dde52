import { lax, numpy as np } from "@jax-js/jax";
import { checkNumber } from "../../../engine/checks.ts";
import type { Parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { again, operand } from "../../operand.ts";
import { overLabels } from "../../per-example.ts";
import { labelMargins, normalizeScores } from "./label-margins.ts";
import { checkLdrOptions, klFromUniform, type LdrOptions } from "./ldr.ts";

/**
 * Label-distributionally robust loss over the `k` largest margins, with or without a Kullback-Leibler penalty
 * (LDR-k and LDR-k-KL, the "capped softmax").
 *
 * `max_p sum_l p_l z_l - lambda KL(p, 1/K)` over distributions with `p_l <= 1/k`. `lambda = 0`: mean of the k largest
 * `z_l`, so `k = 1` is Crammer-Singer and `k = K` the mean of z. `lambda > 0, k = 1` is LDR-KL. The gradient in the logits is `p* - e_y`.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `k`: an integer from 1 to the number of classes; `lambda >= 0`, default 0 (an array must be positive); `margin`; `normalize`
 * @returns one value per example, `[batch]`
 * @throws TypeError, RangeError as `ldrKl`, and for `k` outside `1..classes`
 * @example
 * ldrK(np.array([[2, 1, 0]]), np.array([0], { dtype: np.int32 }), { k: 2, margin: 0 }) // [-0.5]
 * @see Zhu, Ying, Yang 2021, arXiv 2112.14869, section 3
 */
export function ldrK(
  logits: np.Array,
  labels: np.Array,
  options: LdrOptions & { k: number; lambda?: Parameter },
): np.Array {
  const { k, lambda, margin, normalize } = readLossOptions("ldrK", options, {
    k: true,
    lambda: [0, { min: 0 }],
    margin: [0.1],
    normalize: ["none"],
  });
  checkLdrOptions(margin, normalize);
  checkNumber("k", k, { min: 1, max: logits?.shape?.[1], integer: true });
  return overLabels(logits, labels, options, (f, isLabel) => {
    const z = labelMargins(normalizeScores(f, normalize), isLabel, operand(margin, f));
    const scale = operand(lambda, z);
    // The maximiser is a constant of the gradient (envelope theorem): nothing is sorted inside what is differentiated.
    const p = lax.stopGradient(cappedSoftmax(lax.stopGradient(z.ref), k, again(scale)));
    const linear = p.ref.mul(z).sum(-1);
    if (scale === 0) {
      p.dispose();
      return linear;
    }
    return linear.sub(klFromUniform(p).mul(scale));
  });
}

/**
 * The maximiser of `sum p z - lambda KL(p, 1/K)` over distributions with entries up to `1/k`, along the last axis.
 *
 * An entry with rank r (0 the largest) is at the cap exactly when `(k - r) exp(z_i / lambda) > sum_{rank_j >= r} exp(z_j / lambda)`;
 * the others share what is left as a softmax. Written with pairwise comparisons instead of a sort.
 */
function cappedSoftmax(z: np.Array, k: number, lambda: Parameter): np.Array {
  const classes = z.shape[z.ndim - 1];
  const other = np.expandDims(z.ref, -2);
  const own = np.expandDims(z.ref, -1);
  const index = np.arange(classes);
  const earlier = index.ref.reshape([1, -1]).less(index.reshape([-1, 1]));
  // above[.., i, j]: j comes before i in descending order, ties by index.
  const above = np.where(other.ref.equal(own.ref), earlier, other.ref.greater(own.ref));
  const rank = np.where(above.ref, 1, 0).sum(-1);
  if (lambda === 0) {
    for (const unused of [z, other, own, above]) unused.dispose();
    return np.where(rank.less(k - 0.5), 1 / k, 0);
  }
  // Exponents are <= 0 where they count, so nothing overflows however small lambda is.
  const relative = np.where(above.ref, 0, other.sub(own)).div(again(lambda));
  const below = np.where(above, 0, np.exp(relative)).sum(-1);
  const capped = rank.neg().add(k).greater(below);
  const count = np.where(capped.ref, 1, 0).sum(-1, { keepdims: true }).astype(z.dtype);
  const max = np.max(np.where(capped.ref, -Infinity, z.ref), -1, { keepdims: true });
  const e = np.where(capped.ref, 0, np.exp(np.where(capped.ref, 0, z.sub(max)).div(lambda)));
  const share = count.neg().div(k).add(1);
  return np.where(capped, 1 / k, e.ref.mul(share).div(e.sum(-1, { keepdims: true })));
}
