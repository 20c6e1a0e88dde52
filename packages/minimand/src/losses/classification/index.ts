export * from "./absolute-and-squared.ts";
export * from "./adversarial.ts";
export { type AldrOptions, aldrInit, aldrKl } from "./aldr.ts";
export { type AnyLossOptions, annealedL, anyLoss } from "./anyloss.ts";
export { anyLossMixture, anyLossSplitter } from "./anyloss-variants.ts";
export { type AsymmetricOptions, agce, aul } from "./asymmetric.ts";
export {
  binaryCrossEntropy,
  deltaRule,
  type WeightedBceOptions,
  type WeightScheme,
  weightedBce,
} from "./binary-cross-entropy.ts";
export * from "./comp-sum.ts";
export * from "./cross-entropy.ts";
export {
  type EnsLossDraws,
  type EnsLossOptions,
  ensLoss,
  ensLossCotangent,
} from "./ensloss.ts";
export {
  type EnsLossLaw,
  type EnsLossTail,
  ensLossDerivatives,
  inverseBoxCox,
} from "./ensloss-derivatives.ts";
export { type EnsLossMulticlassOptions, ensLossOneVsRest, ensLossPairwise } from "./ensloss-multiclass.ts";
export { type DerivativeValidity, isValidLossDerivative } from "./ensloss-validity.ts";
export {
  generalizedCrossEntropy,
  truncatedGce,
  truncatedGceInit,
  truncatedGcePrune,
} from "./generalized-cross-entropy.ts";
export { jensenShannonLoss } from "./jensen-shannon.ts";
export type { ScoreNormalization } from "./label-margins.ts";
export { type LdrOptions, ldrKl } from "./ldr.ts";
export { ldrK } from "./ldr-k.ts";
export * from "./margin-losses.ts";
export { binaryMargins, marginLoss } from "./margins.ts";
export * from "./multiclass-hinge.ts";
export * from "./normalized-cross-entropy.ts";
export { anyLossOneVsRest, type OneVsRestOptions, scoreOrientedOneVsRest } from "./one-vs-rest.ts";
export type { LossOptions } from "./per-example.ts";
export { robustLogLoss } from "./robust-log.ts";
export { scoreOrientedLoss, type ThresholdDistribution } from "./score-oriented.ts";
export {
  type AmplifyOptions,
  amplify,
  type SoftCounts,
  softConfusionMatrix,
} from "./soft-confusion.ts";
export { costScore, gmeanSquared, type ScoreTarget, type SoftMetric } from "./soft-scores.ts";
export * from "./spherical/index.ts";
export * from "./symmetric-cross-entropy.ts";
