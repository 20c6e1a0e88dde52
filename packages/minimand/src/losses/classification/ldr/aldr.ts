import { lax, numpy as np } from "@jax-js/jax";
import { checkNumber, checkShape, rangeError, typeError } from "../../../engine/checks.ts";
import { log, softmax } from "../../../engine/numerics.ts";
import { oneOf, readOptions } from "../../../engine/options.ts";
import type { Parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { again, operand } from "../../operand.ts";
import { maskRows, overLabels } from "../../per-example.ts";
import { labelMargins, normalizeScores } from "./label-margins.ts";
import {
  alongBatch,
  checkLambda,
  checkLdrOptions,
  klFromUniform,
  type LdrOptions,
  logMeanExpAt,
} from "./ldr.ts";

/** Options of {@link aldrKl}. */
export interface AldrOptions extends LdrOptions {
  /** Largest and initial temperature, `> 0`, default 1. */
  lambda0?: Parameter;
  /** Strength of the anchor at `lambda0`, `> 1`, default 2; every lambda stays in `[lambda0 (1 - 1 / alpha), lambda0]`. */
  alpha?: Parameter;
  /**
   * `"previous"` (default, as the authors train): one update per visit, from the probabilities of the scores without margin at the
   * remembered lambda. `"exact"`: the largest stationary point for the present scores; the memory is not used.
   */
  lambdaUpdate?: "previous" | "exact";
}

/** The memory of ALDR-KL: one lambda per training example, on the host, indexed by example id. */
export function aldrInit(examples: number, options: { lambda0?: number } = {}): { lambda: Float32Array } {
  const { lambda0 } = readOptions("aldrInit", options, { lambda0: [1, { above: 0 }] });
  checkNumber("examples", examples, { min: 1, integer: true });
  return { lambda: new Float32Array(examples).fill(lambda0) };
}

/**
 * Adaptive label-distributionally robust loss (ALDR-KL): {@link ldrKl} with a temperature per example that is itself
 * adapted, without tuning, to how flat the prediction is.
 *
 * `max_lambda max_p sum_k p_k z_k - lambda KL(p, 1/K) - (a / 2) (lambda - lambda0)^2`, `a = alpha log K / lambda0`;
 * stationary where `lambda = lambda0 - KL(p, 1/K) / a`, `p = softmax(z / lambda)`. Doubtful labels keep a large lambda. Lambda is a constant
 * of the gradient.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param lambda float `[batch]`: the remembered values of these examples, see {@link aldrInit}
 * @param options `lambda0`, `alpha`, `lambdaUpdate`, `margin` (default 0.1), `normalize` (default `"none"`; the authors use `"l1"`)
 * @returns values `[batch]` and the new lambda of each example `[batch]`; with `"exact"` and distributions its expectation
 * @throws TypeError, RangeError as {@link ldrKl}, for `alpha <= 1`, and where `lambda` has another shape or is not positive
 * @example
 * const [values, lambda] = aldrKl(np.array([[0, 0]]), np.array([0], { dtype: np.int32 }), np.array([1]), { margin: 0 }) // [0], [1]
 * @see Zhu, Ying, Yang 2021, arXiv 2112.14869, section 4
 */
export function aldrKl(
  logits: np.Array,
  labels: np.Array,
  lambda: np.Array,
  options: AldrOptions = {},
): [values: np.Array, lambda: np.Array] {
  const { lambda0, alpha, lambdaUpdate, margin, normalize } = readLossOptions("aldrKl", options, {
    lambda0: [1, { above: 0 }],
    alpha: [2, { above: 1 }],
    lambdaUpdate: ["previous", oneOf(["previous", "exact"])],
    margin: [0.1],
    normalize: ["none"],
  });
  checkLdrOptions(margin, normalize);
  checkMemory(lambda, logits?.shape?.[0]);
  const weights = options.weights?.ref;
  const anchor = { lambda0: operand(lambda0, logits), alpha: operand(alpha, logits) };
  let updated: np.Array | undefined;

  const values = overLabels(logits, labels.ref, options, (f, isLabel) => {
    const scores = normalizeScores(f, normalize);
    const z = labelMargins(scores.ref, isLabel, operand(margin, scores));
    const next = lax.stopGradient(
      lambdaUpdate === "exact"
        ? stationary(lax.stopGradient(z.ref), anchor)
        : afterVisit(lax.stopGradient(scores.ref), alongBatch(lambda.ref, scores), anchor),
    );
    scores.dispose();
    updated = np.squeeze(next.ref, -1);
    return penalised(z, next, anchor);
  });

  const result = perExample(updated as np.Array, labels, weights);
  for (const used of [anchor.lambda0, anchor.alpha, lambda, weights]) {
    if (used !== undefined && typeof used !== "number") used.dispose();
  }
  return [values, result];
}

interface Anchor {
  lambda0: Parameter;
  alpha: Parameter;
}

/** `lambda log mean exp(z / lambda) - (a / 2) (lambda - lambda0)^2` for `z: [..., K]` and `lambda: [..., 1]`. */
function penalised(z: np.Array, lambda: np.Array, { lambda0, alpha }: Anchor): np.Array {
  const classes = z.shape[z.ndim - 1];
  const offset = np.squeeze(lambda.ref, -1).div(again(lambda0)).sub(1);
  const penalty = np
    .square(offset)
    .mul(Math.log(classes) / 2)
    .mul(again(alpha))
    .mul(again(lambda0));
  return logMeanExpAt(z, lambda).sub(penalty);
}

/** `lambda0 (1 - KL / (alpha log K))`, with the divergence kept to its range so that rounding can't leave lambda's. */
function adapted(kl: np.Array, classes: number, { lambda0, alpha }: Anchor): np.Array {
  const share = np.clip(kl.div(Math.log(classes)), 0, 1).div(again(alpha));
  return share.neg().add(1).mul(again(lambda0));
}

/** One lazy update, from probabilities at the old lambda with 1e-5 added to each. */
function afterVisit(scores: np.Array, old: np.Array, anchor: Anchor): np.Array {
  const classes = scores.shape[scores.ndim - 1];
  const p = softmax(scores.div(old))
    .add(1e-5)
    .div(1 + classes * 1e-5);
  return np.expandDims(adapted(klFromUniform(p), classes, anchor), -1);
}

/** Iterations towards the stationary lambda: a program has no loop that could end early. */
const iterations = 50;

/** The largest stationary lambda, `[..., 1]`: iterates fall monotonically from lambda0. */
function stationary(z: np.Array, anchor: Anchor): np.Array {
  const classes = z.shape[z.ndim - 1];
  const d = z.ref.sub(np.max(z, -1, { keepdims: true }));
  let lambda = d.ref.mean(-1, { keepdims: true }).mul(0).add(again(anchor.lambda0));
  for (let i = 0; i < iterations; i++) {
    // Written without shared intermediates, which would be kernels of their own.
    const sum = np.exp(d.ref.div(lambda.ref)).sum(-1, { keepdims: true });
    const weightedSum = d.ref.mul(np.exp(d.ref.div(lambda.ref))).sum(-1, { keepdims: true });
    const mean = weightedSum.div(sum.ref.mul(lambda));
    // KL(p, 1/K) of p = e / sum e.
    lambda = adapted(mean.sub(log(sum)).add(Math.log(classes)), classes, anchor);
  }
  d.dispose();
  return lambda;
}

/** From the loss's `[batch]`, `[batch, 1]` or `[batch, classes]` (exact, for distributions) to one value per example. */
function perExample(lambda: np.Array, labels: np.Array, weights: np.Array | undefined): np.Array {
  const batch = labels.shape[0];
  if (lambda.ndim === 2 && lambda.shape[1] > 1) {
    const q = lax.stopGradient(maskRows(labels, weights));
    return lax.stopGradient(lambda.mul(q).sum(-1));
  }
  labels.dispose();
  return lax.stopGradient(lambda.reshape([batch]));
}

function checkMemory(lambda: np.Array, batch: number | undefined): void {
  if (lambda?.ndim === undefined)
    throw typeError("lambda", "a float array [batch], the memory of these examples", lambda);
  if (lambda.ndim !== 1) throw rangeError("lambda", `shape [${batch}]`, lambda);
  if (batch !== undefined) checkShape("lambda", lambda, [batch]);
  checkLambda("lambda", lambda, batch);
}
