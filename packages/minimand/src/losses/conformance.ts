import { numpy as np } from "@jax-js/jax";
import {
  type AldrOptions,
  absoluteProbabilityError,
  advRhoMarginCompSum,
  agce,
  aldrKl,
  aul,
  classWeightedCrossEntropy,
  compSum,
  crammerSinger,
  crossEntropy,
  focal,
  generalizedCrossEntropy,
  jensenShannonLoss,
  labelSmoothingCrossEntropy,
  ldrK,
  ldrKl,
  logSphericalSoftmaxLoss,
  logTaylorSoftmaxLoss,
  nceAgce,
  nceAul,
  nceRce,
  normalizedCrossEntropy,
  oneHotSquaredError,
  reverseCrossEntropy,
  robustLogLoss,
  smoothAdvCompSum,
  softmaxUpperBoundLoss,
  squaredProbabilityError,
  symmetricCrossEntropy,
  tradesLoss,
  truncatedGce,
  westonWatkins,
  zLoss,
} from "./classification/index.ts";
import { dhkdLoss, dkdLoss } from "./distillation/index.ts";
import { type Given, type ParameterValues, withParameters } from "./parameters.fixture.ts";
import type { LossOptions } from "./per-example.ts";

/** A per-example classification loss as the conformance suite calls it. */
export interface ConformingLoss {
  name: string;
  loss: (logits: np.Array, labels: np.Array, options: LossOptions, given?: Given) => np.Array;
  /** Its parameters and the values that it is tested with: all that may be inputs of a program. */
  parameters: ParameterValues;
  /** True for losses that take class ids only. */
  idsOnly?: true;
  /** True where the value may be +Infinity at logits of +-1e4 (it leaves the dtype). */
  mayOverflow?: true;
  /** True where something the loss computes from the logits is a constant of its gradient: no finite differences. */
  detached?: true;
  /** True where the loss isn't shift-invariant in the logits. */
  notShiftInvariant?: true;
  /** True where the loss may grow again when the label's class is far ahead, or far behind. */
  notMonotone?: true;
}

type Traits = Omit<ConformingLoss, "name" | "loss" | "parameters">;

/** A loss, run with those values of its parameters; with none, it is run with its defaults. */
function wrap<Values extends ParameterValues>(
  name: string,
  loss: (logits: np.Array, labels: np.Array, options: LossOptions & Given<Values>) => np.Array,
  parameters = {} as Values,
  traits: Traits = {},
): ConformingLoss {
  return { name, loss: withParameters(loss, parameters), parameters, ...traits };
}

/** A teacher's logits of that shape and dtype. */
function teacherFor(logits: np.Array): np.Array {
  const size = logits.shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: size }, (_, i) => 2 * Math.cos(5 * i));
  return np.array(values, { shape: logits.shape }).astype(logits.dtype);
}

/** The total of DHKD, with one array of logits as both heads. */
function dhkdTotal(logits: np.Array, labels: np.Array, options: LossOptions): np.Array {
  const heads = { main: logits.ref, auxiliary: logits };
  const { total, crossEntropy: ce, distillation } = dhkdLoss(heads, teacherFor(logits), labels, options);
  ce.dispose();
  distillation.dispose();
  return total;
}

/** The values of ALDR-KL on examples that were not visited before. */
function aldrValues(logits: np.Array, labels: np.Array, options: AldrOptions): np.Array {
  const [values, lambda] = aldrKl(logits, labels, np.ones([logits.shape[0]]), options);
  lambda.dispose();
  return values;
}

/** Every per-example classification loss joins the conformance suite by one line here. */
export const conformingLosses: readonly ConformingLoss[] = [
  wrap("crossEntropy", crossEntropy),
  wrap("classWeightedCrossEntropy", (f, y, o) => {
    const classWeights = np.array([0.5, 1, 1.5, 2]).astype(f.dtype === np.float64 ? np.float64 : np.float32);
    return classWeightedCrossEntropy(f, y, { ...o, classWeights });
  }),
  wrap("labelSmoothingCrossEntropy", labelSmoothingCrossEntropy, {}, { notMonotone: true }),
  wrap(
    "labelSmoothingCrossEntropy, smoothing 0.7",
    labelSmoothingCrossEntropy,
    { smoothing: 0.7 },
    { notMonotone: true },
  ),
  wrap("focal", focal),
  wrap("focal, gamma 0.5", focal, { gamma: 0.5 }),
  wrap("compSum, tau 0", compSum, { tau: 0 }, { mayOverflow: true }),
  wrap("compSum, tau 0.5", compSum, { tau: 0.5 }, { mayOverflow: true }),
  wrap("compSum, tau 1", compSum, { tau: 1 }),
  wrap("compSum, tau 1.5", compSum, { tau: 1.5 }),
  wrap("compSum, tau 2", compSum, { tau: 2 }),
  wrap("advRhoMarginCompSum", advRhoMarginCompSum),
  wrap("advRhoMarginCompSum, tau 0, rho 3", advRhoMarginCompSum, { tau: 0, rho: 3 }),
  wrap(
    "smoothAdvCompSum",
    (f, y, o) => smoothAdvCompSum(f.ref, f.mul(1.3), y, o),
    {
      tau: 1.2,
      rho: 0.8,
      nu: 0.3,
    },
    { notMonotone: true },
  ),
  wrap("tradesLoss", (f, y, o) => tradesLoss(f.ref, f.mul(1.3), y, o), { beta: 6 }),
  wrap("ldrKl", ldrKl),
  wrap("ldrKl, margin 0.3, lambda 0.01", ldrKl, { margin: 0.3, lambda: 0.01 }),
  wrap("ldrKl, lambda 100", ldrKl, { lambda: 100 }),
  wrap(
    "ldrKl, softplus-mean",
    (f, y, o) => ldrKl(f, y, { ...o, normalize: "softplus-mean" }),
    {},
    { notShiftInvariant: true, notMonotone: true },
  ),
  wrap("ldrKl, l1", (f, y, o) => ldrKl(f, y, { ...o, normalize: "l1" }), {}, { notShiftInvariant: true }),
  wrap("ldrK, k 2", (f, y, o) => ldrK(f, y, { ...o, k: 2 })),
  wrap("ldrK, k 3", (f, y, o) => ldrK(f, y, { ...o, k: 3 }), { margin: 0.3, lambda: 0.5 }),
  wrap(
    "aldrKl",
    (f, y, o) => aldrValues(f, y, { ...o, lambdaUpdate: "previous" }),
    { lambda0: 0.8, alpha: 3, margin: 0.2 },
    { detached: true },
  ),
  wrap("aldrKl, exact", (f, y, o) => aldrValues(f, y, { ...o, lambdaUpdate: "exact" })),
  wrap("generalizedCrossEntropy", generalizedCrossEntropy, { q: 0.4 }),
  wrap("generalizedCrossEntropy, truncated", generalizedCrossEntropy, { q: 0.7, truncation: 0.3 }),
  wrap(
    "truncatedGce",
    (f, y, o) => truncatedGce(f, y, { ...o, keep: np.ones([f.shape[0]], { dtype: np.float32 }) }),
    { q: 0.4 },
    { idsOnly: true },
  ),
  wrap("symmetricCrossEntropy", symmetricCrossEntropy, { balance: 0.3, A: 6 }),
  wrap("reverseCrossEntropy", reverseCrossEntropy),
  wrap("jensenShannonLoss", jensenShannonLoss, { pi1: 0.3 }),
  wrap("normalizedCrossEntropy", normalizedCrossEntropy),
  wrap("nceRce", nceRce, { alpha: 2, beta: 3 }),
  wrap("nceAul", nceAul, { alpha: 2, beta: 3, a: 6, q: 1.5 }),
  wrap("nceAgce", nceAgce, { alpha: 2, beta: 3, a: 3, q: 1.5 }),
  wrap("agce", agce, { a: 1.5, q: 2 }),
  wrap("aul", aul, { a: 1.7, q: 0.9 }),
  wrap("robustLogLoss", robustLogLoss, { alpha: 0.3 }),
  wrap("absoluteProbabilityError", absoluteProbabilityError),
  wrap("squaredProbabilityError", squaredProbabilityError, {}, { notMonotone: true }),
  wrap("crammerSinger", crammerSinger, { margin: 0.7 }),
  wrap("westonWatkins", westonWatkins, { margin: 0.7 }),
  wrap("zLoss", zLoss),
  wrap("zLoss, a 0.1, b 10", zLoss, { a: 0.1, b: 10 }),
  wrap("logTaylorSoftmaxLoss", logTaylorSoftmaxLoss, {}, { notShiftInvariant: true, notMonotone: true }),
  wrap(
    "logSphericalSoftmaxLoss",
    logSphericalSoftmaxLoss,
    { eps: 0.1 },
    { notShiftInvariant: true, notMonotone: true },
  ),
  wrap("oneHotSquaredError", oneHotSquaredError, {}, { notShiftInvariant: true, notMonotone: true }),
  wrap("softmaxUpperBoundLoss", softmaxUpperBoundLoss, {}, { notMonotone: true }),
  wrap(
    "dkdLoss",
    (f, y, o) => dkdLoss(f, teacherFor(f), y, o),
    { alpha: 2, beta: 6, temperature: 3 },
    { notMonotone: true },
  ),
  wrap(
    "dhkdLoss, one head",
    dhkdTotal,
    { gamma: 0.5, alpha: 2, temperature: 3 },
    { notShiftInvariant: true, notMonotone: true },
  ),
];
