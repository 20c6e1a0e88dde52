import { numpy as np } from "@jax-js/jax";
import {
  type AldrOptions,
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
  ldrK,
  ldrKl,
  logSphericalSoftmaxLoss,
  logTaylorSoftmaxLoss,
  maeLoss,
  mseLoss,
  nceAgce,
  nceAul,
  nceRce,
  normalizedCrossEntropy,
  oneHotSquaredError,
  reverseCrossEntropy,
  robustLogLoss,
  smoothAdvCompSum,
  softmaxUpperBoundLoss,
  symmetricCrossEntropy,
  tradesLoss,
  truncatedGce,
  westonWatkins,
  zLoss,
} from "./classification/index.ts";
import { dhkdLoss, dkdLoss } from "./distillation/index.ts";
import type { LossOptions } from "./per-example.ts";

/** A per-example classification loss as the conformance suite calls it. */
export interface ConformingLoss {
  name: string;
  loss: (logits: np.Array, labels: np.Array, options: LossOptions) => np.Array;
  /** True for losses that take class ids only. */
  idsOnly?: true;
  /** True where the value may be +Infinity at logits of +-1e4 (it leaves the dtype). */
  mayOverflow?: true;
  /** True where something the loss computes from the logits is a constant of its gradient: no finite differences. */
  detached?: true;
  /** True where the loss isn't shift-invariant in the logits. */
  notShiftInvariant?: true;
}

const wrap = (
  name: string,
  loss: ConformingLoss["loss"],
  traits: Omit<ConformingLoss, "name" | "loss"> = {},
): ConformingLoss => ({ name, loss, ...traits });

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
  wrap("focal", focal),
  wrap("focal, gamma 0.5", (f, y, o) => focal(f, y, { ...o, gamma: 0.5 })),
  wrap("compSum, tau 0", (f, y, o) => compSum(f, y, { ...o, tau: 0 }), { mayOverflow: true }),
  wrap("compSum, tau 0.5", (f, y, o) => compSum(f, y, { ...o, tau: 0.5 }), { mayOverflow: true }),
  wrap("compSum, tau 1.5", (f, y, o) => compSum(f, y, { ...o, tau: 1.5 })),
  wrap("compSum, tau 2", (f, y, o) => compSum(f, y, { ...o, tau: 2 })),
  wrap("advRhoMarginCompSum", advRhoMarginCompSum),
  wrap("advRhoMarginCompSum, tau 0, rho 3", (f, y, o) => advRhoMarginCompSum(f, y, { ...o, tau: 0, rho: 3 })),
  wrap("smoothAdvCompSum", (f, y, o) => smoothAdvCompSum(f.ref, f.mul(1.3), y, o)),
  wrap("tradesLoss", (f, y, o) => tradesLoss(f.ref, f.mul(1.3), y, o)),
  wrap("ldrKl", ldrKl),
  wrap("ldrKl, lambda 0.01", (f, y, o) => ldrKl(f, y, { ...o, lambda: 0.01 })),
  wrap("ldrKl, lambda 100", (f, y, o) => ldrKl(f, y, { ...o, lambda: 100 })),
  wrap("ldrKl, softplus-mean", (f, y, o) => ldrKl(f, y, { ...o, normalize: "softplus-mean" }), {
    notShiftInvariant: true,
  }),
  wrap("ldrKl, l1", (f, y, o) => ldrKl(f, y, { ...o, normalize: "l1" }), { notShiftInvariant: true }),
  wrap("ldrK, k 2", (f, y, o) => ldrK(f, y, { ...o, k: 2 })),
  wrap("ldrK, k 3, lambda 0.5", (f, y, o) => ldrK(f, y, { ...o, k: 3, lambda: 0.5 })),
  wrap("aldrKl", (f, y, o) => aldrValues(f, y, { ...o, lambdaUpdate: "previous" }), {
    detached: true,
  }),
  wrap("aldrKl, exact", (f, y, o) => aldrValues(f, y, { ...o, lambdaUpdate: "exact" })),
  wrap("generalizedCrossEntropy", generalizedCrossEntropy),
  wrap("generalizedCrossEntropy, truncated", (f, y, o) =>
    generalizedCrossEntropy(f, y, { ...o, truncation: 0.3 }),
  ),
  wrap(
    "truncatedGce",
    (f, y, o) => truncatedGce(f, y, { ...o, keep: np.ones([f.shape[0]], { dtype: np.float32 }) }),
    { idsOnly: true },
  ),
  wrap("symmetricCrossEntropy", symmetricCrossEntropy),
  wrap("reverseCrossEntropy", reverseCrossEntropy),
  wrap("jensenShannonLoss", jensenShannonLoss),
  wrap("normalizedCrossEntropy", normalizedCrossEntropy),
  wrap("nceRce", nceRce),
  wrap("nceAul", nceAul),
  wrap("nceAgce", nceAgce),
  wrap("agce", agce),
  wrap("aul", aul),
  wrap("robustLogLoss", robustLogLoss),
  wrap("maeLoss", maeLoss),
  wrap("mseLoss", mseLoss),
  wrap("crammerSinger", crammerSinger),
  wrap("westonWatkins", westonWatkins),
  wrap("zLoss", zLoss),
  wrap("zLoss, a 0.1, b 10", (f, y, o) => zLoss(f, y, { ...o, a: 0.1, b: 10 })),
  wrap("logTaylorSoftmaxLoss", logTaylorSoftmaxLoss, { notShiftInvariant: true }),
  wrap("logSphericalSoftmaxLoss", logSphericalSoftmaxLoss, { notShiftInvariant: true }),
  wrap("oneHotSquaredError", oneHotSquaredError, { notShiftInvariant: true }),
  wrap("softmaxUpperBoundLoss", softmaxUpperBoundLoss),
  wrap("dkdLoss", (f, y, o) => dkdLoss(f, teacherFor(f), y, o)),
  wrap("dhkdLoss, one head", dhkdTotal, { notShiftInvariant: true }),
];
