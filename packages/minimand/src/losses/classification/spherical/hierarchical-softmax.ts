import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNoNaN, checkShape } from "../../../engine/checks.ts";
import { logSoftmax } from "../../../engine/numerics.ts";
import { readLossOptions } from "../../loss-options.ts";
import {
  atLabel,
  checkIdsOnly,
  checkLabels,
  checkWeights,
  type LossOptions,
  labelMask,
  maskRows,
  weighted,
} from "../../per-example.ts";

/** Weights of a two-level tree over at most `groups * size` classes; class y is leaf `y mod size` of group `floor(y / size)`. */
export interface HierarchicalSoftmaxWeights {
  /** Scores of the groups, `[features, groups]`. */
  topW: np.Array;
  /** `[groups]` */
  topB: np.Array;
  /** Scores of the classes within each group, `[groups, features, size]`. */
  leafW: np.Array;
  /** `[groups, size]` */
  leafB: np.Array;
}

/**
 * Two-level hierarchical softmax: the probability of a group of classes times that of the class within its group.
 *
 * `-log softmax(h topW + topB)_g - log softmax(h leafW_g + leafB_g)_k` with `g = floor(y / size)`, `k = y mod size`.
 *
 * Costs `O(features (groups + size))` an example instead of `O(features classes)`: least with about `sqrt(classes)` groups.
 * Number the classes by falling frequency, so that a group holds classes of like frequency.
 *
 * @param hidden float `[batch, features]`
 * @param labels int32 `[batch]` in `0..groups * size - 1`
 * @param tree its weights
 * @returns one value > 0 per example, `[batch]`
 * @throws TypeError for distributions; TypeError, RangeError for wrong dtypes, shapes, labels, NaN in `hidden`
 * @example
 * hierarchicalSoftmaxLoss(np.zeros([1, 2]), np.array([5], { dtype: np.int32 }), { topW: np.zeros([2, 3]), topB: np.zeros([3]), leafW: np.zeros([3, 2, 4]), leafB: np.zeros([3, 4]) }) // [2.4849]
 * @see Goodman 2001, "Classes for fast maximum entropy training"; a baseline of arXiv 1604.08859
 */
export function hierarchicalSoftmaxLoss(
  hidden: np.Array,
  labels: np.Array,
  tree: HierarchicalSoftmaxWeights,
  options: LossOptions = {},
): np.Array {
  const { weights } = readLossOptions("hierarchicalSoftmaxLoss", options, {});
  const { topW, topB, leafW, leafB } = tree;
  checkFloatArray("hidden", hidden, 2, "[batch, features]");
  const [batch, features] = hidden.shape;
  checkWeights(weights, batch);
  if (weights === undefined) checkNoNaN("hidden", hidden);
  checkFloatArray("leafW", leafW, 3, "[groups, features, size]");
  const [groups, , size] = leafW.shape;
  checkShape("leafW", leafW, [groups, features, size]);
  checkFloatArray("topW", topW, 2, "[features, groups]");
  checkShape("topW", topW, [features, groups]);
  checkShape("topB", topB, [groups]);
  checkShape("leafB", leafB, [groups, size]);
  checkIdsOnly("hierarchicalSoftmaxLoss", labels);
  checkLabels(labels, batch, groups * size, weights);
  const h = maskRows(hidden, weights);
  // Integers divided by an integer: whole quotients.
  const group = labels.ref.div(size);
  const leaf = labels.sub(group.ref.mul(size));
  const top = logSoftmax(np.matmul(h.ref, topW).add(topB));
  // Multiplied and summed, not a product of matrices: the gradient of a gather needs an operand of its own.
  const own = np
    .take(leafW, group.ref, 0)
    .mul(h.reshape([batch, features, 1]))
    .sum(1);
  const within = logSoftmax(own.add(np.take(leafB, group.ref, 0)));
  const logP = atLabel(top, labelMask(group, groups)).add(atLabel(within, labelMask(leaf, size)));
  return weighted(logP.neg(), weights);
}
