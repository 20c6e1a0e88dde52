import { numpy as np } from "@jax-js/jax";
import {
  checkChoice,
  checkFloatArray,
  checkNoNaN,
  checkNumber,
  checkParameter,
  checkShape,
  peek,
  rangeError,
} from "../../engine/checks.ts";
import { oneOf } from "../../engine/options.ts";
import { constantOf, type Parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { again, complement, operand } from "../operand.ts";
import { checkWeights, maskRows } from "../per-example.ts";
import { type BagIds, type BagLayout, bagLayout, bagsAtMost, checkBags } from "./bag-layout.ts";
import { ownResponseLoss, type ResponseLoss, responseLosses } from "./responses.ts";

const kinds = ["bag", "instance", "interpolating", "regularised"] as const;
const weightings = ["size", "bag"] as const;

/** Options of {@link aggregateLoss}. */
export interface AggregateLossOptions {
  /** Which member of the family, default `interpolating`. */
  kind?: (typeof kinds)[number];
  /** 0 is the bag-level loss, 1 the instance-level loss; default 0.5. Without effect for those two kinds. */
  rho?: Parameter;
  /** A name, or a loss `(means, predictions) => values` of equal shapes, convex in the predictions. Default `squared`. */
  loss?: keyof typeof responseLosses | ((means: np.Array, predictions: np.Array) => np.Array);
  /** Whether a bag counts by its size (default) or like every other. */
  weighting?: (typeof weightings)[number];
  /** The bound of the second derivative that `regularised` uses; default 2 for `squared`, where it is exact, else 1. */
  curvature?: number;
  /** One number or boolean a row: how often it counts. Rows of weight 0 are left out, whatever they hold. */
  weights?: np.Array;
}

/**
 * Training from bag means: bag-level loss, instance-level loss, or between them.
 *
 * With `f_a` the mean prediction of bag a, `y_a` its mean response and `n_a` its size:
 * `L_bag = sum_a n_a l(y_a, f_a) / n`, `L_ins = sum_a sum_(i in a) l(y_a, f_i) / n`,
 * `interpolating = (1 - rho) L_bag + rho L_ins`, `regularised = L_bag + rho (curvature / 2) R` with `R` of
 * {@link withinBagVariance}. With weighting `bag` every bag has weight `1 / bags` instead of `n_a / n`.
 *
 * For the squared loss both mixtures are the same. For others, if `0 <= l'' <= curvature`,
 * `L_bag <= L_ins <= L_bag + (curvature / 2) R`.
 *
 * - `squared`: `(y - f)^2`.
 * - `logistic`: logits in, means of labels 0/1 in `[0, 1]`; the mean of **probabilities** is compared.
 * - `softmax`: logits `[rows, classes]`, proportions of the classes `[bags, classes]`; cross-entropy (as in learning from
 *   label proportions).
 * - `poisson`: logarithms of rates in, mean counts >= 0; `e^z - y z`.
 *
 * A scalar, not a mean over examples: a batch must hold whole bags (see `bagBatches`). The table of rows by bags costs
 * `bags * rows`; equal bags whose rows follow one another, with ids on the host, cost `rows`.
 *
 * @param output of the model, float `[rows]`; `[rows, classes]` for `softmax`
 * @param bagIds the bag of each row, `Int32Array` or int32 `[rows]`, 0 to bags - 1, no bag empty
 * @param bagMeans mean responses, float `[bags]`; `[bags, classes]` for `softmax`
 * @returns a 0-d array
 * @throws TypeError, RangeError for wrong dtypes, shapes and bags (naming an empty one), `rho < 0`, NaN, means that the loss
 * can't have: private means may leave [0, 1] and have to be clipped first (see `clipBagMeans`) or fitted with `squared`.
 * Values are checked outside of tracing only
 * @example
 * const bags = Int32Array.of(0, 0);
 * aggregateLoss(np.array([3, 5]), bags, np.array([4]), { kind: "bag" }) // 0
 * aggregateLoss(np.array([3, 5]), bags, np.array([4]), { rho: 0.5 }) // 0.5
 * @see Javanmard et al. 2024, arXiv 2401.11081, section 2
 */
export function aggregateLoss(
  output: np.Array,
  bagIds: BagIds,
  bagMeans: np.Array,
  options: AggregateLossOptions = {},
): np.Array {
  const { kind, rho, loss, weights } = readLossOptions("aggregateLoss", options, {
    kind: ["interpolating"],
    rho: [0.5],
    loss: ["squared"],
    weighting: true,
    curvature: true,
  });
  const { weighting = "size", curvature = loss === "squared" ? 2 : 1 } = options;
  checkChoice("kind", kind, kinds);
  checkChoice("weighting", weighting, weightings);
  checkParameter("rho", rho, { min: 0 });
  checkNumber("curvature", curvature, { min: 0 });
  const form = formOf(loss);
  checkOutput(output, form, weights);
  checkMeans(bagMeans, output, form);
  const [rows, bags] = [output.shape[0], bagMeans.shape[0]];
  checkBags(bagIds, rows, bags, weights);

  const scores = maskRows(output, weights);
  const means = constantOf(bagMeans, output.dtype);
  const layout = bagLayout(bagIds, bags, { weights, like: scores });
  const ofBags = () => form.ofBags(layout, means.ref, scores.ref);
  const ofRows = () => layout.mean(form.ofRows(layout.spread(means.ref), scores.ref));
  const mixture = (): np.Array => {
    if (kind === "bag") return ofBags();
    if (kind === "instance") return ofRows();
    const share = operand(again(rho), scores);
    if (kind === "regularised")
      return ofBags().add(
        within(layout, form.predict(scores.ref))
          .mul(share)
          .mul(curvature / 2),
      );
    return ofBags()
      .mul(complement(again(share)))
      .add(ofRows().mul(share));
  };
  const value = overBags(layout, mixture(), weighting);
  for (const array of [scores, means]) array.dispose();
  if (typeof rho !== "number") rho.dispose();
  layout.dispose();
  return value;
}

/**
 * How much predictions differ within their bags.
 *
 * `R = sum_a sum_(i in a) (f_i - f_a)^2 / n = sum_a sum_(i, j in a) (f_i - f_j)^2 / (2 n_a n)`; for the squared loss
 * `L_ins = L_bag + R` exactly. Several outputs a row are summed.
 *
 * @param predictions float `[rows]` or `[rows, outputs]`
 * @param bagIds as in {@link aggregateLoss}
 * @param options `weighting`, `weights` as in {@link aggregateLoss}
 * @returns a 0-d array, >= 0
 * @throws TypeError, RangeError as {@link aggregateLoss}
 * @example
 * withinBagVariance(np.array([3, 5]), Int32Array.of(0, 0)) // 1
 * @see Javanmard et al. 2024, arXiv 2401.11081, lemma 1 (whose printed factor differs; this form is exact)
 */
export function withinBagVariance(
  predictions: np.Array,
  bagIds: BagIds,
  options: Pick<AggregateLossOptions, "weighting" | "weights"> = {},
): np.Array {
  const { weighting, weights } = readLossOptions("withinBagVariance", options, {
    weighting: ["size", oneOf(weightings)],
  });
  checkFloatArray("predictions", predictions, predictions?.ndim === 2 ? 2 : 1, "[rows] or [rows, outputs]");
  const rows = predictions.shape[0];
  checkWeights(weights, rows);
  if (weights === undefined) checkNoNaN("predictions", predictions);
  const bags = bagsAtMost(bagIds, rows);
  checkBags(bagIds, rows, bags, weights);
  const scores = maskRows(predictions, weights);
  const layout = bagLayout(bagIds, bags, { weights, like: scores });
  const value = overBags(layout, within(layout, scores), weighting);
  layout.dispose();
  return value;
}

/** The variance of the predictions in each bag, `[bags]`. Consumes the predictions. */
function within(layout: BagLayout, predictions: np.Array): np.Array {
  const squares = np.square(predictions.ref.sub(layout.spread(layout.mean(predictions))));
  return layout.mean(squares.ndim === 1 ? squares : squares.sum(-1));
}

/** The average of one value a bag; bags without weight don't count. */
function overBags(layout: BagLayout, values: np.Array, weighting: "size" | "bag"): np.Array {
  const sizes = layout.sizes();
  const share = weighting === "size" ? sizes : sizes.greater(0).astype(values.dtype);
  return values.mul(share.ref).sum().div(share.sum());
}

function formOf(loss: NonNullable<AggregateLossOptions["loss"]>): ResponseLoss {
  if (typeof loss === "function") return ownResponseLoss(loss);
  checkChoice("loss", loss, Object.keys(responseLosses) as (keyof typeof responseLosses)[]);
  return responseLosses[loss];
}

function checkOutput(output: np.Array, { perClass }: ResponseLoss, weights: np.Array | undefined): void {
  checkFloatArray("output", output, perClass ? 2 : 1, perClass ? "[rows, classes]" : "[rows]");
  checkWeights(weights, output.shape[0]);
  if (weights === undefined) checkNoNaN("output", output);
}

function checkMeans(means: np.Array, output: np.Array, { perClass, response }: ResponseLoss): void {
  checkFloatArray("bagMeans", means, perClass ? 2 : 1, perClass ? "[bags, classes]" : "[bags]");
  if (perClass) checkShape("bagMeans", means, [means.shape[0], output.shape[1]]);
  const values = peek(means);
  if (values === null) return;
  const width = means.shape[1] ?? 1;
  for (let i = 0, sum = 0; i < values.length; i++) {
    const bag = Math.floor(i / width);
    if (!Number.isFinite(values[i]) || values[i] < response.min || values[i] > response.max)
      throw rangeError(`bagMeans, bag ${bag}`, response.expected, values[i]);
    sum = i % width === 0 ? values[i] : sum + values[i];
    if (perClass && i % width === width - 1 && Math.abs(sum - 1) > 1e-4)
      throw rangeError(`bagMeans, bag ${bag}`, "proportions that sum to 1", sum);
  }
}
