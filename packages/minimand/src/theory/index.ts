export {
  type AggregateModel,
  type AggregateRisk,
  aggregateRisk,
  instanceLevelThreshold,
} from "./aggregate-risk.ts";
export * from "./comp-sum-conditional-inf.ts";
export * from "./comp-sum-phi.ts";
export * from "./comp-sum-transform.ts";
export * from "./h-consistency-bound.ts";
export * from "./minimizability-gap.ts";
export {
  optimalBagSize,
  optimalRho,
  type PrivateAggregateRisk,
  type PrivateNoise,
  privateAggregateRisk,
} from "./optimal-aggregation.ts";
export * from "./sharpness/index.ts";
