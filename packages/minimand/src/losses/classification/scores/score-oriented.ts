import { numpy as np } from "@jax-js/jax";
import { checkChoice, checkParameter } from "../../../engine/checks.ts";
import type { Parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import type { LossOptions } from "../../per-example.ts";
import { binaryExamples, factor, probabilities } from "../binary/binary-examples.ts";
import { countsOf } from "./soft-confusion.ts";
import { checkTarget, type ScoreTarget, softScore } from "./soft-scores.ts";

/** The distribution of the random threshold. */
export type ThresholdDistribution =
  | { distribution: "uniform" }
  | {
      distribution: "cosine";
      /** Centre, default 0.5. */
      mu?: Parameter;
      /** Half width, > 0, default 0.1. */
      delta?: Parameter;
    };

/**
 * Score-oriented loss: the score of the confusion matrix expected under a random threshold.
 *
 * `1 - score(TN, FP, FN, TP)` with counts in which an example is positive with probability `F(p)`, the distribution
 * function of the threshold: `F(p) = p` (uniform; AnyLoss without amplification), or the raised cosine on
 * `[mu - delta, mu + delta]`, `F = (1 + u + sin(pi u) / pi) / 2` with `u = (p - mu) / delta`.
 *
 * A scalar of the whole batch, with the rules for batches of `anyLoss`; 0/0 counts as 0.
 *
 * @param p probabilities of the positive class, float `[batch]`; with `fromLogits` log-odds `[batch]` or logits `[batch, 2]`
 * @param labels int32 `[batch]`, 1 = positive, or distributions `[batch, 2]`
 * @param options `metric`, `beta`, `eps` as in `anyLoss`; `distribution` with its `mu` and `delta`; `weights`
 * @returns a 0-d array
 * @throws TypeError, RangeError as `anyLoss`, for `mu` outside [0, 1], `delta <= 0`, an unknown distribution
 * @example
 * const y = np.array([1, 0], { dtype: np.int32 });
 * scoreOrientedLoss(np.array([0.8, 0.4]), y, { metric: "accuracy", distribution: "uniform" }) // 0.3
 * @see Guastavino, Marchetti, Benvenuto, Campi, Piana 2021, arXiv 2103.15522
 */
export function scoreOrientedLoss(
  p: np.Array,
  labels: np.Array,
  options: LossOptions & ScoreTarget & ThresholdDistribution & { fromLogits?: boolean },
): np.Array {
  readLossOptions("scoreOrientedLoss", options, {
    metric: true,
    beta: true,
    eps: true,
    distribution: true,
    mu: true,
    delta: true,
    fromLogits: true,
  });
  checkTarget(options);
  checkDistribution(options);
  const kind = options.fromLogits ? "logits" : "probabilities";
  const name = options.fromLogits ? "logits" : "p";
  const { scores, positive, weights } = binaryExamples(name, kind, p, labels, options.weights);
  const a = exceedance(probabilities(scores, kind), options);
  return softScore(countsOf(a.ref, a.neg().add(1), positive, weights), options)
    .neg()
    .add(1);
}

/** The probability `F(p)` that a random threshold is below `p`. */
export function exceedance(p: np.Array, options: ThresholdDistribution): np.Array {
  if (options.distribution === "uniform") return p;
  const { mu = 0.5, delta = 0.1 } = options;
  const width = factor(delta, p);
  const u = np.clip(p.sub(factor(mu, p)).div(width), -1, 1);
  return np.sin(u.ref.mul(Math.PI)).div(Math.PI).add(u).add(1).mul(0.5);
}

/** Checks the distribution of the threshold. */
export function checkDistribution(options: ThresholdDistribution): void {
  checkChoice("distribution", options.distribution, ["uniform", "cosine"]);
  if (options.distribution === "uniform") return;
  checkParameter("mu", options.mu ?? 0.5, { min: 0, max: 1 });
  checkParameter("delta", options.delta ?? 0.1, { above: 0 });
}
