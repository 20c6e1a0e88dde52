import { numpy as np } from "@jax-js/jax";
import { log, softplus } from "../../../engine/numerics.ts";
import type { Parameter } from "../../../engine/parameter.ts";

/**
 * What is done to the scores of an example before its margins are taken, so that a fixed `lambda` means the same at every
 * scale of the logits. `"none"`; `"l1"`: `f K / (sum_k |f_k| + 1e-12)`, signs kept; `"softplus-mean"`: `softplus(f)` divided by its mean,
 * thus positive with mean 1; `"softplus-l1"` is the same function under the name that the authors' ALDR code has for it.
 */
export type ScoreNormalization = "none" | "l1" | "softplus-mean" | "softplus-l1";

/** The choices of {@link ScoreNormalization}. */
export const scoreNormalizations = ["none", "l1", "softplus-mean", "softplus-l1"] as const;

/** Scores `[..., classes]` normalised over their last axis; gradients flow through. */
export function normalizeScores(scores: np.Array, normalize: ScoreNormalization): np.Array {
  if (normalize === "none") return scores;
  const classes = scores.shape[scores.ndim - 1];
  if (normalize === "l1") {
    const norm = np.abs(scores.ref).sum(-1, { keepdims: true }).add(1e-12);
    return scores.mul(classes).div(norm);
  }
  // softplus(f) / mean softplus(f) = K softmax(log softplus(f)): there is no 0 / 0 where every softplus underflows.
  const g = logSoftplus(scores);
  const e = np.exp(g.ref.sub(np.max(g, -1, { keepdims: true })));
  return e.ref.mul(classes).div(e.sum(-1, { keepdims: true }));
}

/** `log(softplus(x))`; equal to `x - exp(x) / 2` up to `exp(2 x)` for very negative x. */
function logSoftplus(x: np.Array): np.Array {
  const tail = x.ref.less(-16);
  const far = np.where(tail.ref, x.ref, -16);
  return np.where(tail.ref, far.ref.sub(np.exp(far).div(2)), log(softplus(np.where(tail, -16, x))));
}

/**
 * The margin violations `z_k = f_k - f_y + c` for `k != y` and `z_y = 0`: scores `[..., classes]` and a mask that is true at
 * the label's class give `[..., classes]`.
 */
export function labelMargins(scores: np.Array, isLabel: np.Array, margin: Parameter): np.Array {
  const ofLabel = np.where(isLabel.ref, scores.ref, 0).sum(-1, { keepdims: true });
  return np.where(isLabel, 0, scores.sub(ofLabel).add(margin));
}
