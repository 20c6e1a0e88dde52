import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNoNaN, rangeError } from "../../engine/checks.ts";
import { logSoftmax } from "../../engine/numerics.ts";
import { constantOf, parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import {
  atLabel,
  checkLabels,
  checkWeights,
  type LossOptions,
  labelMask,
  maskRows,
  overLabels,
  weighted,
} from "../per-example.ts";
import { checkIds, pairwiseSquaredDistances } from "./distances.ts";

/**
 * Prototypical loss of an episode: each class stands for the mean of its support examples.
 *
 * `-log softmax_k(-||q - p_k||^2)_y` with `p_k = mean_j support_kj`
 *
 * @param support float `[classes, examples, features]`
 * @param query float `[batch, features]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @returns one value >= 0 per query, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes and labels, NaN
 * @example
 * prototypicalLoss(np.array([[[0, 0], [0, 2]], [[3, 1], [3, 1]]]), np.array([[1, 1]]), np.array([0], { dtype: np.int32 })) // [0.0486]
 * @see Snell, Swersky, Zemel 2017, arXiv 1703.05175, equations (1) and (2)
 */
export function prototypicalLoss(
  support: np.Array,
  query: np.Array,
  labels: np.Array,
  options: LossOptions = {},
): np.Array {
  readLossOptions("prototypicalLoss", options, {});
  checkFloatArray("support", support, 3, "[classes, examples, features]");
  checkFloatArray("query", query, 2, "[batch, features]");
  const [classes, examples, features] = support.shape;
  if (classes < 2 || examples < 1 || features !== query.shape[1])
    throw rangeError("support", `at least [2 classes, 1 example, ${query.shape[1]} features]`, support);
  const { weights } = options;
  checkWeights(weights, query.shape[0]);
  checkNoNaN("support", support);
  if (weights === undefined) checkNoNaN("query", query);
  const rows = maskRows(query, weights);
  const logits = pairwiseSquaredDistances(rows, support.sum(1).div(parameter(examples, support))).neg();
  return overLabels(logits, labels, options, (f, isLabel) => atLabel(logSoftmax(f), isLabel).neg());
}

/**
 * Prototypical loss with episodes inside the batch: rows at even places support, rows at odd places are the queries. In a
 * shuffled batch that is a fresh random episode at every step.
 *
 * `-log softmax_k(-||x_i - p_k||^2)_{y_i}` for odd `i`, over the classes that have a prototype, the mean of their even rows
 *
 * @param embeddings float `[batch, features]`
 * @param labels int32 `[batch]`
 * @param options `classes`: their number; `weights`; rows of weight 0 take no part
 * @returns one value >= 0 per example, `[batch]`; 0 for even rows and for queries whose class has no prototype
 * @throws TypeError, RangeError for wrong dtypes, shapes and labels, NaN
 * @example
 * batchPrototypicalLoss(np.array([[0, 1], [1, 1], [3, 1]]), np.array([0, 0, 1], { dtype: np.int32 }), { classes: 2 }) // [0, 0.0486, 0]
 * @see Snell, Swersky, Zemel 2017, arXiv 1703.05175, algorithm 1
 */
export function batchPrototypicalLoss(
  embeddings: np.Array,
  labels: np.Array,
  options: LossOptions & { classes: number },
): np.Array {
  const { classes, weights } = readLossOptions("batchPrototypicalLoss", options, {
    classes: { min: 2, integer: true },
  });
  checkFloatArray("embeddings", embeddings, 2, "[batch, features]");
  const [n] = embeddings.shape;
  checkIds(labels, n);
  checkWeights(weights, n);
  checkLabels(labels, n, classes, weights);
  if (weights === undefined) checkNoNaN("embeddings", embeddings);
  const x = maskRows(embeddings, weights);
  const isLabel = labelMask(labels, classes);
  const odd = oddRows(n);
  const counted = weights === undefined ? null : weights.ref.notEqual(0).reshape([n, 1]);
  const supports = isLabel.ref.mul(odd.ref.notEqual(true));
  const shown = counted === null ? supports : supports.mul(counted);
  const members = constantOf(np.where(shown, 1, 0), x.dtype);
  const sizes = members.ref.sum(0);
  const hasPrototype = sizes.ref.greater(0).reshape([1, classes]);
  const prototypes = np.matmul(np.transpose(members), x.ref).div(np.maximum(sizes, 1).reshape([classes, 1]));
  const distances = pairwiseSquaredDistances(x, prototypes);
  // Far below every other logit: a class without a prototype has probability 0.
  const logits = np.where(hasPrototype.ref, distances.neg(), -1e30);
  const judged = np.max(isLabel.ref.mul(hasPrototype), -1).mul(odd.reshape([n]));
  const values = atLabel(logSoftmax(logits), isLabel).neg();
  return weighted(np.where(judged, values, 0), weights);
}

/** Boolean `[n, 1]`, true at odd places. */
function oddRows(n: number): np.Array {
  const place = np.arange(n).astype(np.int32);
  return place.mod(2).equal(1).reshape([n, 1]);
}
