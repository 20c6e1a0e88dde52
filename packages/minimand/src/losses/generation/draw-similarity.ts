import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, rangeError } from "../../engine/checks.ts";
import { relu, unitNorm } from "../../engine/numerics.ts";
import type { Parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { operand } from "../operand.ts";

/**
 * The diversity regulariser of a generator that draws: what several draws for the same input have in common beyond a threshold.
 *
 * `mean_{a < b} max(0, cos(g_a, g_b) - threshold)`, `g` the mean of a draw's features over time
 *
 * @param draws features of at least two draws, float `[draws, batch, time, size]`
 * @param options `threshold` from -1 to 1, default 0.9
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes and shapes, fewer than two draws, a threshold outside [-1, 1]
 * @example
 * const draws = np.array([[[[1, 0]], [[1, 0]]], [[[1, 0]], [[0, 1]]]])
 * drawSimilarityLoss(draws) // [0.1, 0]
 */
export function drawSimilarityLoss(draws: np.Array, options: { threshold?: Parameter } = {}): np.Array {
  const { threshold } = readLossOptions("drawSimilarityLoss", options, {
    threshold: [0.9, { min: -1, max: 1 }],
  });
  checkFloatArray("draws", draws, 4, "[draws, batch, time, size]");
  const [count] = draws.shape;
  if (count < 2) throw rangeError("draws", "at least two draws", draws);
  const pooled = np.transpose(unitNorm(draws.mean(2), -1), [1, 0, 2]);
  const cosines = np.matmul(pooled.ref, np.transpose(pooled, [0, 2, 1]));
  const excess = relu(cosines.sub(operand(threshold, cosines)));
  const isPair = np.tri(count, count, -1).greater(0).reshape([1, count, count]);
  return np
    .where(isPair, excess, 0)
    .sum([1, 2])
    .mul(2 / (count * (count - 1)));
}
