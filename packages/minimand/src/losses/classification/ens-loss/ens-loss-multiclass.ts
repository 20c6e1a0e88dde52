import { lax, numpy as np } from "@jax-js/jax";
import { oneOf } from "../../../engine/options.ts";
import { readLossOptions } from "../../loss-options.ts";
import {
  checkExamples,
  checkIdsOnly,
  type LossOptions,
  labelMask,
  maskRows,
  weighted,
} from "../../per-example.ts";
import { type EnsLossDraws, ensLossNoise, lawAndDraws } from "./ens-loss.ts";
import { type EnsLossLaw, rankedDerivatives } from "./ens-loss-derivatives.ts";

/** Options of the multi-class versions; noise has the shape of the logits. */
export type EnsLossMulticlassOptions = LossOptions & EnsLossLaw & EnsLossDraws;

/**
 * EnsLoss one class against the rest: our extension to several classes, *not in the paper*.
 *
 * `sum_k stopGradient(g_ik) z_ik`, margins `z_ik = f_k` for the label's class and `-f_k` for the others.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`
 * @param options as of `ensLoss`, noise `[batch, classes]`; `ranking`: `all` margins together (default, O((batch
 * classes)^2)) or those of each `class` by themselves
 * @returns one value per example, `[batch]`, differentiable in the logits only; its value means nothing
 * @throws TypeError for distributions; TypeError, RangeError for wrong dtypes, shapes, labels, options, NaN logits
 * @example
 * ensLossOneVsRest(np.array([[2, 0, -1]]), np.array([0], { dtype: np.int32 }), { key: random.key(1) })
 * @see Dai 2024, arXiv 2409.00908, for the binary loss
 */
export function ensLossOneVsRest(
  logits: np.Array,
  labels: np.Array,
  options: EnsLossMulticlassOptions & { ranking?: "all" | "class" },
): np.Array {
  const { weights, ranking } = readLossOptions("ensLossOneVsRest", options, {
    ...lawAndDraws,
    ranking: ["all", oneOf(["all", "class"])],
  });
  checkIdsOnly("ensLossOneVsRest", labels);
  checkExamples(logits, labels, weights);
  const [batch, classes] = logits.shape;
  const f = maskRows(logits, weights);
  const z = np.where(labelMask(labels, classes), f.ref, f.neg());
  const counted =
    weights && np.where(rowsOf(weights.ref), np.ones([batch, classes], { dtype: np.bool }), false);
  const g = overAll(z.ref, options, counted, ranking);
  return weighted(lax.stopGradient(g).mul(z).sum(-1), weights);
}

/**
 * EnsLoss on pairs of classes: our extension to several classes, *not in the paper*, and without a claim of
 * consistency (sums over pairs need more than convexity and calibration for that).
 *
 * `sum_{k != y} stopGradient(g_ik) z_ik`, margins `z_ik = f_y - f_k`, all `batch (classes - 1)` ranked together.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`
 * @param options as of `ensLoss`, but `tail` is `inverse-log2` by default; noise `[batch, classes]`, of which the
 * entries at the labels are not used
 * @returns one value per example, `[batch]`, differentiable in the logits only; its value means nothing
 * @throws TypeError for distributions; TypeError, RangeError for wrong dtypes, shapes, labels, options, NaN logits
 * @example
 * ensLossPairwise(np.array([[2, 0, -1]]), np.array([0], { dtype: np.int32 }), { key: random.key(1) })
 * @see Dai 2024, arXiv 2409.00908, for the binary loss
 */
export function ensLossPairwise(
  logits: np.Array,
  labels: np.Array,
  options: EnsLossMulticlassOptions,
): np.Array {
  const { weights, tail = "inverse-log2" } = readLossOptions("ensLossPairwise", options, {
    ...lawAndDraws,
  });
  checkIdsOnly("ensLossPairwise", labels);
  checkExamples(logits, labels, weights);
  const f = maskRows(logits, weights);
  const isLabel = labelMask(labels, f.shape[1]);
  const own = np.where(isLabel.ref, f.ref, 0).sum(-1, { keepdims: true });
  const z = own.sub(f);
  const isOther = isLabel.notEqual(true);
  const counted = weights === undefined ? isOther : np.where(rowsOf(weights.ref), isOther, false);
  const g = overAll(z.ref, { ...options, tail }, counted, "all");
  return weighted(lax.stopGradient(g).mul(z).sum(-1), weights);
}

const rowsOf = (weights: np.Array): np.Array => weights.notEqual(0).reshape([-1, 1]);

function overAll(
  z: np.Array,
  options: EnsLossMulticlassOptions,
  counted: np.Array | undefined,
  ranking: "all" | "class",
): np.Array {
  const { key, noise, weights: _, ...law } = options;
  const shape = z.shape;
  const draws = ensLossNoise({ key, noise } as EnsLossDraws, shape, law);
  // All entries in one row, or one row per class.
  const inward = (x: np.Array): np.Array => (ranking === "all" ? x.reshape([-1]) : x.transpose());
  const g = rankedDerivatives(inward(lax.stopGradient(z)), inward(draws), counted && inward(counted), law);
  return ranking === "all" ? g.reshape(shape) : g.transpose();
}
