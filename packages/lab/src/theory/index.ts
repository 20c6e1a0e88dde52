export {
  type AggregateModel,
  type AggregateRisk,
  aggregateRisk,
  instanceLevelThreshold,
} from "./aggregate-risk.ts";
export * from "./comp-sum-conditional-inf.ts";
export * from "./comp-sum-phi.ts";
export * from "./comp-sum-transform.ts";
export { droRisk, type LinearScore } from "./dro-risk.ts";
export {
  expectedHatLoss,
  expectedRampLoss,
  gaussianMixtureRisk,
  type MixtureDirection,
} from "./gaussian-mixture.ts";
export * from "./h-consistency-bound.ts";
export * from "./minimizability-gap.ts";
export {
  optimalBagSize,
  optimalRho,
  type PrivateAggregateRisk,
  type PrivateNoise,
  privateAggregateRisk,
} from "./optimal-aggregation.ts";
export {
  labeledOnlyBound,
  robustSelfTrainingBound,
  type SampleSizes,
  selfTrainingBound,
} from "./self-training-bounds.ts";
export * from "./sharpness/index.ts";
export { type RobustLoss, type TransportCost, type WorstCaseKind, worstCase } from "./worst-case.ts";
