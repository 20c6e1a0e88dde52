import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, peek, rangeError } from "../../../engine/checks.ts";
import { sigmoid } from "../../../engine/numerics.ts";
import { constantOf, type Parameter, parameter } from "../../../engine/parameter.ts";
import { checkLabels, checkWeights } from "../../per-example.ts";

/*
 * What the binary losses share: one score a row, labels as the share of the positive class, rows of weight 0 left out.
 */

/** Two-class examples as they come in. */
export interface BinaryExamples {
  /** Scores of the positive class, `[batch]`. */
  scores: np.Array;
  /** Share of the positive class in the label, `[batch]`: 0 or 1 for class ids. */
  positive: np.Array;
  /** Weights `[batch]`, or nothing. */
  weights: np.Array | undefined;
}

/** What the scores are: probabilities of the positive class, or logits (the log-odds, or two columns). */
export type ScoreKind = "probabilities" | "logits";

/**
 * Checks two-class examples and brings them into one form. Logits `[batch, 2]` become their log-odds `f_1 - f_0`.
 * Consumes its arrays.
 */
export function binaryExamples(
  argument: string,
  kind: ScoreKind,
  given: np.Array,
  labels: np.Array,
  weights: np.Array | undefined,
): BinaryExamples {
  const columns = kind === "logits" && given?.shape?.length === 2 ? 2 : 1;
  checkFloatArray(argument, given, columns, kind === "logits" ? "[batch] or [batch, 2]" : "[batch]");
  if (columns === 2 && given.shape[1] !== 2)
    throw rangeError(argument, "a float array [batch] or [batch, 2]", given);
  const batch = given.shape[0];
  checkWeights(weights, batch);
  checkValues(argument, kind, given, weights);
  checkLabels(labels, batch, 2, weights);
  const positive = masked(positiveShare(labels, given), weights);
  const scores = masked(columns === 2 ? logOdds(given) : given, weights);
  return { scores, positive, weights: weights && constantOf(weights, scores.dtype) };
}

/** `f_1 - f_0` of logits `[batch, 2]`. */
function logOdds(logits: np.Array): np.Array {
  return logits.mul(np.array([[-1, 1]], { dtype: logits.dtype })).sum(-1);
}

/** Probabilities of the positive class, `[batch]`. */
export function probabilities(scores: np.Array, kind: ScoreKind): np.Array {
  return kind === "logits" ? sigmoid(scores) : scores;
}

function positiveShare(labels: np.Array, like: np.Array): np.Array {
  if (labels.ndim === 1) return constantOf(labels.equal(1), like.dtype);
  const q = constantOf(labels, like.dtype);
  return q.mul(np.array([[0, 1]], { dtype: like.dtype })).sum(-1);
}

/** Rows of weight 0 replaced by 0, so that nothing they hold can reach a value or a gradient. */
function masked(x: np.Array, weights: np.Array | undefined): np.Array {
  return weights === undefined ? x : np.where(weights.ref.notEqual(0), x, 0);
}

function checkValues(
  argument: string,
  kind: ScoreKind,
  given: np.Array,
  weights: np.Array | undefined,
): void {
  const values = peek(given);
  if (values === null) return;
  const counts = weights === undefined ? null : peek(weights);
  // Weights that can't be looked at (traced) may stand for rows left out.
  if (weights !== undefined && counts === null) return;
  const width = values.length / given.shape[0];
  for (let i = 0; i < values.length; i++) {
    if (counts !== null && Number(counts[Math.floor(i / width)]) === 0) continue;
    if (Number.isNaN(values[i])) throw rangeError(argument, "numbers", values[i]);
    if (kind === "probabilities" && !(values[i] >= 0 && values[i] <= 1))
      throw rangeError(argument, "probabilities from 0 to 1", values[i]);
  }
}

/** A parameter as a factor: a number stays one, an array gets the dtype of `like`. */
export function factor(value: Parameter, like: np.Array): np.Array | number {
  return typeof value === "number" ? value : parameter(value, like);
}
