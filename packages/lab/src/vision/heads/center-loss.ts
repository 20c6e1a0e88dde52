import { numpy as np } from "@jax-js/jax";
import type { Parameter } from "minimand/engine";
import { checkFloatArray, checkShape, logSigmoid, rangeError } from "minimand/engine";
import { checkWeights, operand, readLossOptions, sliceAxis, weighted } from "minimand/internals";
import type { LossOptions } from "minimand/losses";

/** Options of {@link centerLoss}. */
export interface CenterLossOptions extends LossOptions {
  /** What the error of heights and widths counts, >= 0; default 0.1. */
  sizeWeight?: Parameter;
  /** What the error of the places in cells counts, >= 0; default 1. */
  offsetWeight?: Parameter;
}

/**
 * Returns the loss of a {@link centerDetector}: a focal loss of the heat maps of the centres and, in the cells that contain a centre,
 * absolute errors of sizes and places.
 *
 * `1 / max(1, n) * ( sum_{cells, k} h + sum_{centre cells} [ w_size |s - s*|_1 + w_offset |o - o*|_1 ] )` with n cells of the image that
 * contain centres, `p = sigmoid(f)` and `h = -(1 - p)^2 log p` where the target Y is 1, `h = -(1 - Y)^4 p^2 log(1 - p)` elsewhere.
 * Logarithms are taken of the logits, so that no p has to be kept away from 0 and 1.
 *
 * @param output of the detector, float `[batch, rows, columns, classes + 4]`
 * @param targets of {@link centerTargets}, float `[batch, rows, columns, classes + 5]`
 * @param options `sizeWeight`, `offsetWeight`; `weights` `[batch]` multiply the images, those of weight 0 are left out whatever they hold
 * @returns one value >= 0 per image, `[batch]`, each divided by its own n
 * @throws TypeError, RangeError for wrong dtypes and shapes, negative weights
 * @example
 * const targets = np.array(centerTargets([], { height: 4, width: 4, classes: 1 })).reshape([1, 1, 1, 6])
 * // Nothing is there, and p = 1/2: (1/2)^2 log 2.
 * centerLoss(np.zeros([1, 1, 1, 5]), targets) // [0.1733]
 * @see Zhou, Wang, Krahenbuhl 2019, Objects as Points, arXiv 1904.07850, equations (1) to (4)
 */
export function centerLoss(output: np.Array, targets: np.Array, options: CenterLossOptions = {}): np.Array {
  const { sizeWeight, offsetWeight, weights } = readLossOptions("centerLoss", options, {
    sizeWeight: [0.1, { min: 0 }],
    offsetWeight: [1, { min: 0 }],
  });
  checkFloatArray("output", output, 4, "[batch, rows, columns, classes + 4]");
  const [batch, rows, columns, channels] = output.shape;
  const classes = channels - 4;
  if (classes < 1) throw rangeError("output", "at least 5 channels: a class and 4 of boxes", output);
  checkFloatArray("targets", targets, 4, "[batch, rows, columns, classes + 5]");
  checkShape("targets", targets, [batch, rows, columns, channels + 1]);
  checkWeights(weights, batch);
  const kept = weights?.ref.notEqual(0).reshape([batch, 1, 1, 1]);
  const found = kept === undefined ? output : np.where(kept.ref, output, 0);
  const wanted = kept === undefined ? targets : np.where(kept, targets, 0);

  const isCenter = sliceAxis(wanted.ref, 3, classes + 4, classes + 5);
  const centers = np.maximum(isCenter.ref.sum([1, 2, 3]), 1);
  const heat = focalHeat(sliceAxis(found.ref, 3, 0, classes), sliceAxis(wanted.ref, 3, 0, classes));
  const errorOf = (from: number): np.Array =>
    np
      .abs(sliceAxis(found.ref, 3, from, from + 2).sub(sliceAxis(wanted.ref, 3, from, from + 2)))
      .mul(isCenter.ref)
      .sum([1, 2, 3]);
  const [sizes, places] = [errorOf(classes), errorOf(classes + 2)];
  for (const array of [found, wanted, isCenter]) array.dispose();
  const [size, offset] = [operand(sizeWeight, sizes), operand(offsetWeight, places)];
  const values = heat.sum([1, 2, 3]).add(sizes.mul(size)).add(places.mul(offset)).div(centers);
  return weighted(values, weights);
}

/** Elementwise. Consumes both. */
function focalHeat(logits: np.Array, heat: np.Array): np.Array {
  const logP = logSigmoid(logits.ref);
  const logQ = logSigmoid(logits.neg());
  const away = np.square(np.square(heat.ref.neg().add(1)));
  const there = np.exp(logQ.ref.mul(2)).mul(logP.ref);
  const elsewhere = np.exp(logP.mul(2)).mul(logQ).mul(away);
  return np.where(heat.greaterEqual(1), there, elsewhere).neg();
}
