import { numpy as np } from "@jax-js/jax";
import { checkChoice } from "../../../engine/checks.ts";
import { sigmoid, softmax } from "../../../engine/numerics.ts";
import { oneOf } from "../../../engine/options.ts";
import { constantOf } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { checkExamples, type LossOptions, labelMask, maskRows } from "../../per-example.ts";
import { checkDistribution, exceedance, type ThresholdDistribution } from "./score-oriented.ts";
import { type AmplifyOptions, amplified, countsOf, type SoftCounts } from "./soft-confusion.ts";
import { checkTarget, type ScoreTarget, softScore } from "./soft-scores.ts";

/** How the scores of the classes against the rest become one. */
export interface OneVsRestOptions extends LossOptions, ScoreTarget {
  /**
   * `macro` (default): plain mean over the classes with (weighted) rows in the batch; `negatives`: weighted by the
   * number of rows outside the class.
   */
  average?: "macro" | "negatives";
}

/**
 * AnyLoss for several classes: the mean over the classes of `1 - score(class against the rest)`. An extension of our
 * own; the paper leaves it as future work.
 *
 * With `p = softmax(logits)`, class `k` is predicted with `a_k = A(p_k)` around 1/2 (`decision: "probability"`), or with
 * `a_k = A(p_k - max_{j != k} p_j)` around 0 (`decision: "margin"`, the default), whose limit `L -> infinity` is the
 * usual decision for the largest logit. Each class has its own four counts.
 *
 * A scalar of the whole batch, with the rules for batches of `anyLoss`. `balanced-accuracy` here is the mean of each
 * class's binary one; aim at `recall` for the mean of the recalls.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `metric`, `beta`, `eps`, `L` as in `anyLoss`; `decision`, `average`, `weights`
 * @returns a 0-d array
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN logits (values are checked outside of tracing
 * only), `L <= 0`, an unknown metric, decision or average
 * @example
 * const y = np.array([0, 1, 2], { dtype: np.int32 });
 * anyLossOneVsRest(np.array([[4, 0, 0], [0, 4, 0], [0, 0, 4]]), y, { metric: "fbeta" }) // 0.0000
 * @see arXiv 2405.14745 for two classes
 */
export function anyLossOneVsRest(
  logits: np.Array,
  labels: np.Array,
  options: OneVsRestOptions & Pick<AmplifyOptions, "L"> & { decision?: "margin" | "probability" },
): np.Array {
  const { L, decision } = readLossOptions("anyLossOneVsRest", options, {
    metric: true,
    beta: true,
    eps: true,
    average: true,
    L: [73],
    decision: ["margin", oneOf(["margin", "probability"])],
  });
  return oneVsRest(logits, labels, options, (p) => {
    const x =
      decision === "margin"
        ? amplified(marginOverRest(p), { L, threshold: 0 })
        : amplified(p, { L, threshold: 0.5 });
    return [sigmoid(x.ref), sigmoid(x.neg())];
  });
}

/**
 * The score-oriented loss for several classes: the mean over the classes of `1 - score(class against the rest)`, with
 * class `k` predicted with `F(softmax(logits)_k)`.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options as in `scoreOrientedLoss`; `average`: `macro` or `negatives`
 * @returns a 0-d array
 * @throws TypeError, RangeError as `scoreOrientedLoss`
 * @example
 * const y = np.array([0, 1], { dtype: np.int32 });
 * scoreOrientedOneVsRest(np.array([[0, 0], [0, 0]]), y, { metric: "recall", distribution: "uniform" }) // 0.5
 * @see arXiv 2103.15522
 */
export function scoreOrientedOneVsRest(
  logits: np.Array,
  labels: np.Array,
  options: OneVsRestOptions & ThresholdDistribution,
): np.Array {
  readLossOptions("scoreOrientedOneVsRest", options, {
    metric: true,
    beta: true,
    eps: true,
    average: true,
    distribution: true,
    mu: true,
    delta: true,
  });
  checkDistribution(options);
  return oneVsRest(logits, labels, options, (p) => {
    const a = exceedance(p, options);
    return [a.ref, a.neg().add(1)];
  });
}

/** The shared body: `decide` turns probabilities `[batch, classes]` into soft decisions and their complements. */
function oneVsRest(
  logits: np.Array,
  labels: np.Array,
  options: OneVsRestOptions,
  decide: (p: np.Array) => [np.Array, np.Array],
): np.Array {
  const { weights, average = "macro" } = options;
  checkTarget(options);
  checkChoice("average", average, ["macro", "negatives"]);
  checkExamples(logits, labels, weights);
  const classes = logits.shape[1];
  const dtype = logits.dtype;
  const [a, complement] = decide(softmax(maskRows(logits, weights)));
  const share = labels.ndim === 1 ? labelMask(labels, classes) : maskRows(labels, weights);
  const counts = countsOf(a, complement, constantOf(share, dtype), weights && constantOf(weights, dtype));
  const importance = importanceOf(counts, average);
  const score = softScore(counts, options);
  const total = np.maximum(importance.ref.sum(), 1e-7);
  return score.mul(importance).sum().div(total).neg().add(1);
}

/** `p_k - max_{j != k} p_j`, `[batch, classes]`. */
function marginOverRest(p: np.Array): np.Array {
  const [batch, classes] = p.shape;
  const self = np.eye(classes, classes, { dtype: np.bool }).reshape([1, classes, classes]);
  const others = np.max(np.where(self, -1, p.ref.reshape([batch, 1, classes])), -1);
  return p.sub(others);
}

/** Weights of the classes in the average, `[classes]`: they depend on the labels only. Borrows the counts. */
function importanceOf({ TN, FP, FN, TP }: SoftCounts, average: "macro" | "negatives"): np.Array {
  if (average === "negatives") return TN.ref.add(FP.ref);
  return np.where(TP.ref.add(FN.ref).greater(0), 1, TP.ref.mul(0));
}
