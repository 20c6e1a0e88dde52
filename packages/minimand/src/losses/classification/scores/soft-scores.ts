import { numpy as np } from "@jax-js/jax";
import { checkParameter, rangeError, typeError } from "../../../engine/checks.ts";
import { type Parameter, parameter } from "../../../engine/parameter.ts";
import { type GivenScoreName, presentScoreName, type ScoreName } from "../../../metrics/scores.ts";
import type { SoftCounts } from "./soft-confusion.ts";

/**
 * A score of one's own, better the higher: a function of the four counts, elementwise.
 *
 * The counts are borrowed: write `.ref` at every use (`TP.ref.div(TP.ref.add(FN.ref))`); they are disposed of
 * afterwards. Guard denominators that can be 0 yourself.
 */
export type SoftMetric = (counts: SoftCounts) => np.Array;

/** Which score of the confusion matrix a loss aims at. */
export interface ScoreTarget {
  /** A name of `scoreNames`, or a function of the counts. */
  metric: GivenScoreName | SoftMetric;
  /** Weight of recall against precision in `fbeta`, >= 0, default 1. */
  beta?: Parameter;
  /** Floor of every denominator, > 0, default 1e-7: 0/0 is 0. */
  eps?: number;
}

/** Floor under square roots, whose derivative at 0 is infinite. */
const rootFloor = 1e-12;

interface Guards {
  beta: Parameter;
  ratio: (numerator: np.Array, denominator: np.Array) => np.Array;
}

const root = (x: np.Array): np.Array => np.sqrt(x.add(rootFloor));
const sum = (a: np.Array, b: np.Array): np.Array => a.ref.add(b.ref);
const product = (a: np.Array, b: np.Array): np.Array => a.ref.mul(b.ref);

const recall = ({ TP, FN }: SoftCounts, { ratio }: Guards) => ratio(TP.ref, sum(TP, FN));
const specificity = ({ TN, FP }: SoftCounts, { ratio }: Guards) => ratio(TN.ref, sum(TN, FP));
const precision = ({ TP, FP }: SoftCounts, { ratio }: Guards) => ratio(TP.ref, sum(TP, FP));
const bothRates = (c: SoftCounts, g: Guards) => recall(c, g).add(specificity(c, g));
/** `TP TN - FP FN`. */
const agreement = ({ TN, FP, FN, TP }: SoftCounts) => product(TP, TN).sub(product(FP, FN));
const kappa = (c: SoftCounts, { ratio }: Guards) => {
  const { TN, FP, FN, TP } = c;
  const byChance = sum(TP, FP)
    .mul(sum(FP, TN))
    .add(sum(TP, FN).mul(sum(FN, TN)));
  return ratio(agreement(c).mul(2), byChance);
};

/** `b^2 / (1 + b^2)`, the weight of recall in the harmonic mean. */
function recallShare(beta: Parameter, like: np.Array): np.Array | number {
  if (typeof beta === "number") return beta ** 2 / (1 + beta ** 2);
  const square = np.square(parameter(beta, like));
  return square.ref.div(square.add(1));
}

/** The soft twins of the scores in `metrics/scores.ts`, under the same names; every use of a count is a `.ref`. */
const scores: Record<ScoreName, (counts: SoftCounts, guards: Guards) => np.Array> = {
  accuracy: ({ TN, FP, FN, TP }, { ratio }) => ratio(sum(TP, TN), sum(TP, TN).add(sum(FP, FN))),
  "balanced-accuracy": (c, g) => bothRates(c, g).mul(0.5),
  precision,
  recall,
  specificity,
  npv: ({ TN, FN }, { ratio }) => ratio(TN.ref, sum(TN, FN)),
  // (1 + b^2) TP / ((1 + b^2) TP + b^2 FN + FP), both sides divided by 1 + b^2.
  fbeta: ({ FP, FN, TP }, { beta, ratio }) => {
    const errors = FP.ref.add(FN.ref.sub(FP.ref).mul(recallShare(beta, TP)));
    return ratio(TP.ref, TP.ref.add(errors));
  },
  gmean: (c, g) => root(recall(c, g).mul(specificity(c, g))),
  mcc: (c, { ratio }) => {
    const { TN, FP, FN, TP } = c;
    // Two roots instead of one of the fourfold product, which would leave float32 for large batches.
    const spread = root(sum(TP, FP).mul(sum(TP, FN))).mul(root(sum(TN, FP).mul(sum(TN, FN))));
    return ratio(agreement(c), spread);
  },
  jaccard: ({ FP, FN, TP }, { ratio }) => ratio(TP.ref, sum(TP, FP).add(FN.ref)),
  tss: (c, g) => bothRates(c, g).sub(1),
  hss: kappa,
  kappa,
  fowlkesMallows: (c, g) => root(precision(c, g).mul(recall(c, g))),
};

/**
 * The target's score of the counts. Consumes the counts.
 */
export function softScore(counts: SoftCounts, { metric, beta = 1, eps = 1e-7 }: ScoreTarget): np.Array {
  const { TN, FP, FN, TP } = counts;
  const shape = TP.shape;
  let score: np.Array;
  if (typeof metric === "function") {
    score = metric(counts);
    if (typeof score?.shape !== "object")
      throw typeError("metric", "a function that returns an array", score);
    if (score.shape.join() !== shape.join())
      throw rangeError("metric", `a function that returns an array of shape [${shape.join(", ")}]`, score);
  } else {
    score = scores[presentScoreName(metric)](counts, { beta, ratio: (a, b) => a.div(np.maximum(b, eps)) });
  }
  for (const count of [TN, FP, FN, TP]) count.dispose();
  return score;
}

/** Checks the target of a loss before any array is consumed. */
export function checkTarget({ metric, beta = 1, eps = 1e-7 }: ScoreTarget): void {
  if (typeof metric !== "function" && !Object.hasOwn(scores, presentScoreName(metric)))
    throw rangeError("metric", `a function or one of ${Object.keys(scores).join(", ")}`, metric);
  checkParameter("beta", beta, { min: 0 });
  checkParameter("eps", eps, { above: 0 });
}

/**
 * The square of the G-mean, `TPR TNR`, as a {@link SoftMetric}: the same optimum without the root.
 *
 * @see the follow-up code of the authors of arXiv 2405.14745 (unpublished)
 */
export function gmeanSquared({ TN, FP, FN, TP }: SoftCounts): np.Array {
  const positives = np.maximum(sum(TP, FN), 1e-7);
  const negatives = np.maximum(sum(TN, FP), 1e-7);
  return TP.ref.div(positives).mul(TN.ref.div(negatives));
}

/**
 * One minus the mean cost of the errors, as a {@link SoftMetric}: `1 - (c_FP FP + c_FN FN) / N`. With `anyLoss` the
 * loss is the mean cost itself.
 *
 * @param costs of a false positive and a false negative, >= 0
 * @throws RangeError for a negative cost
 * @example
 * anyLoss(p, labels, { metric: costScore({ falsePositive: 1, falseNegative: 5 }) })
 */
export function costScore(costs: { falsePositive: number; falseNegative: number }): SoftMetric {
  const { falsePositive, falseNegative } = costs;
  checkParameter("falsePositive", falsePositive, { min: 0 });
  checkParameter("falseNegative", falseNegative, { min: 0 });
  return ({ TN, FP, FN, TP }) => {
    const total = np.maximum(sum(TP, TN).add(sum(FP, FN)), 1e-7);
    const cost = FP.ref.mul(falsePositive).add(FN.ref.mul(falseNegative));
    return cost.div(total).neg().add(1);
  };
}
