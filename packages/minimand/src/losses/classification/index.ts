export type { LossOptions } from "../per-example.ts";
export {
  binaryCrossEntropy,
  deltaRule,
  type WeightedBceOptions,
  type WeightScheme,
  weightedBce,
} from "./binary/binary-cross-entropy.ts";
export * from "./binary/margin-losses.ts";
export { binaryMargins, marginLoss } from "./binary/margins.ts";
export * from "./comp-sum/adversarial.ts";
export * from "./comp-sum/comp-sum.ts";
export * from "./cross-entropy.ts";
export {
  type EnsLossDraws,
  type EnsLossOptions,
  ensLoss,
  ensLossCotangent,
} from "./ens-loss/ens-loss.ts";
export {
  type EnsLossLaw,
  type EnsLossTail,
  ensLossDerivatives,
  inverseBoxCox,
} from "./ens-loss/ens-loss-derivatives.ts";
export {
  type EnsLossMulticlassOptions,
  ensLossOneVsRest,
  ensLossPairwise,
} from "./ens-loss/ens-loss-multiclass.ts";
export { type DerivativeValidity, isValidLossDerivative } from "./ens-loss/ens-loss-validity.ts";
export * from "./label-smoothing.ts";
export { type AldrOptions, aldrInit, aldrKl } from "./ldr/aldr.ts";
export type { ScoreNormalization } from "./ldr/label-margins.ts";
export { type LdrOptions, ldrKl } from "./ldr/ldr.ts";
export { ldrK } from "./ldr/ldr-k.ts";
export * from "./ldr/multiclass-hinge.ts";
export * from "./multilabel.ts";
export * from "./robust/absolute-and-squared.ts";
export { type AsymmetricOptions, agce, aul } from "./robust/asymmetric.ts";
export {
  generalizedCrossEntropy,
  truncatedGce,
  truncatedGceInit,
  truncatedGcePrune,
} from "./robust/generalized-cross-entropy.ts";
export { type JensenShannonOptions, jensenShannonLoss } from "./robust/jensen-shannon.ts";
export * from "./robust/normalized-cross-entropy.ts";
export { type RobustLogOptions, robustLogLoss } from "./robust/robust-log.ts";
export * from "./robust/symmetric-cross-entropy.ts";
export { type AnyLossOptions, annealedL, anyLoss } from "./scores/anyloss.ts";
export { anyLossMixture, anyLossSplitter } from "./scores/anyloss-variants.ts";
export { anyLossOneVsRest, type OneVsRestOptions, scoreOrientedOneVsRest } from "./scores/one-vs-rest.ts";
export { scoreOrientedLoss, type ThresholdDistribution } from "./scores/score-oriented.ts";
export {
  type AmplifyOptions,
  amplify,
  type SoftCounts,
  softConfusionMatrix,
} from "./scores/soft-confusion.ts";
export { costScore, gmeanSquared, type ScoreTarget, type SoftMetric } from "./scores/soft-scores.ts";
export * from "./spherical/index.ts";
