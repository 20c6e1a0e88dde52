import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkParameter } from "../../engine/checks.ts";
import { logSoftmax, logSumExp, softplus, unitNorm } from "../../engine/numerics.ts";
import type { Parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { operand } from "../operand.ts";
import { atLabel, type LossOptions, maskRows, weighted } from "../per-example.ts";
import { meanWhere } from "./contrastive.ts";
import { checkIds, checkRows, pairMasks } from "./distances.ts";

/** A temperature, in addition to weights. */
export interface TemperatureOptions extends LossOptions {
  /** > 0; default 0.1. */
  temperature?: Parameter;
}

/** Far below every logit: what is left out of a softmax. */
const nothing = -1e30;

/**
 * InfoNCE of two views: each row has to find its partner among all rows of the other view.
 *
 * `-log softmax_j(cos(q_i, k_j) / temperature)_i`
 *
 * Symmetric, as for two encoders: `infoNceLoss(a.ref, b.ref)` plus `infoNceLoss(b, a)`, by two.
 *
 * @param queries float `[batch, features]`
 * @param keys float `[batch, features]`, row i the partner of query i, all others its negatives
 * @param options `temperature` > 0, default 0.1; `weights`; rows of weight 0 are nobody's negatives
 * @returns one value >= 0 per query, `[batch]`; log of the batch size where nothing is known
 * @throws TypeError, RangeError for wrong dtypes and shapes, NaN, a temperature that isn't positive
 * @example
 * infoNceLoss(np.array([[1, 0], [0, 1]]), np.array([[1, 0], [1, 0]]), { temperature: 1 }) // [0.6931, 0.6931]
 * @see van den Oord, Li, Vinyals 2018, arXiv 1807.03748, equation (4); Radford et al. 2021, arXiv 2103.00020, figure 3
 */
export function infoNceLoss(queries: np.Array, keys: np.Array, options: TemperatureOptions = {}): np.Array {
  const { temperature, weights } = readLossOptions("infoNceLoss", options, {
    temperature: [0.1, { above: 0 }],
  });
  checkRows({ queries, keys }, weights);
  const [n] = queries.shape;
  const [q, k] = [queries, keys].map((x) => unitNorm(maskRows(x, weights), -1));
  const cosines = np.matmul(q, np.transpose(k));
  const all = cosines.div(operand(temperature, cosines));
  const logits =
    weights === undefined ? all : np.where(weights.ref.notEqual(0).reshape([1, n]), all, nothing);
  return weighted(atLabel(logSoftmax(logits), np.eye(n, n, { dtype: np.bool })).neg(), weights);
}

/**
 * NT-Xent: every example has to find each of its class among those of other classes. In a batch of two views of every example, with
 * the example's number as its label, this is the loss of SimCLR.
 *
 * `mean_{p: y_p = y_i} -log(e^{s_ip} / (e^{s_ip} + sum_{n: y_n != y_i} e^{s_in}))` with `s_ij = cos(x_i, x_j) / temperature`
 *
 * @param embeddings float `[batch, features]`
 * @param labels int32 `[batch]`
 * @param options `temperature` > 0, default 0.1; `weights`; rows of weight 0 are in nobody's pairs
 * @returns one value >= 0 per example, `[batch]`; 0 for those alone in their class
 * @throws TypeError, RangeError for wrong dtypes and shapes, NaN, a temperature that isn't positive
 * @example
 * ntXentLoss(np.array([[1, 0], [0, 2], [0, 1]]), np.array([0, 0, 1], { dtype: np.int32 }), { temperature: 1 }) // [0.6931, 1.3133, 0]
 * @see Chen et al. 2020, arXiv 2002.05709, equation (1)
 */
export function ntXentLoss(
  embeddings: np.Array,
  labels: np.Array,
  options: TemperatureOptions = {},
): np.Array {
  readLossOptions("ntXentLoss", options, { temperature: true });
  const { similarities, same, other } = batchSimilarities(embeddings, labels, options);
  const n = embeddings.shape[0];
  const negatives = logSumExp(np.where(other, similarities.ref, nothing)).reshape([n, 1]);
  const missing = softplus(np.where(same.ref, negatives.sub(similarities), 0));
  return weighted(meanWhere(same, missing), options.weights);
}

/**
 * SupCon, the supervised contrastive loss: every example has to find those of its class among all others.
 *
 * `mean_{p: y_p = y_i} -log(e^{s_ip} / sum_{j != i} e^{s_ij})` with `s_ij = cos(x_i, x_j) / temperature`
 *
 * Where each class has two examples it is {@link ntXentLoss}; with more, the other positives of a pair stand in its denominator too.
 *
 * @param embeddings float `[batch, features]`
 * @param labels int32 `[batch]`
 * @param options `temperature` > 0, default 0.1; `weights`; rows of weight 0 are in nobody's pairs
 * @returns one value >= 0 per example, `[batch]`; 0 for those alone in their class
 * @throws TypeError, RangeError for wrong dtypes and shapes, NaN, a temperature that isn't positive
 * @example
 * supConLoss(np.array([[1, 0], [0, 2], [0, 1]]), np.array([0, 0, 1], { dtype: np.int32 }), { temperature: 1 }) // [0.6931, 1.3133, 0]
 * @see Khosla et al. 2020, arXiv 2004.11362, equation (2)
 */
export function supConLoss(
  embeddings: np.Array,
  labels: np.Array,
  options: TemperatureOptions = {},
): np.Array {
  readLossOptions("supConLoss", options, { temperature: true });
  const { similarities, same, other } = batchSimilarities(embeddings, labels, options);
  const n = embeddings.shape[0];
  const others = np.where(same.ref, similarities.ref, np.where(other, similarities.ref, nothing));
  const missing = logSumExp(others).reshape([n, 1]).sub(similarities);
  return weighted(meanWhere(same, missing), options.weights);
}

/** Cosines over the temperature of all pairs of a batch, `[batch, batch]`, and which pairs are of one class or of two. */
function batchSimilarities(
  embeddings: np.Array,
  labels: np.Array,
  { temperature = 0.1, weights }: TemperatureOptions,
): { similarities: np.Array; same: np.Array; other: np.Array } {
  checkParameter("temperature", temperature, { above: 0 });
  checkFloatArray("embeddings", embeddings, 2, "[batch, features]");
  checkIds(labels, embeddings.shape[0]);
  checkRows({ embeddings }, weights);
  const x = unitNorm(maskRows(embeddings, weights), -1);
  const cosines = np.matmul(x.ref, np.transpose(x));
  return { similarities: cosines.div(operand(temperature, cosines)), ...pairMasks(labels, weights) };
}
