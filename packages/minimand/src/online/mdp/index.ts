export type { Rows } from "./checks.ts";
export {
  bestPolicyDp,
  type LayerTable,
  policyEvaluationDp,
  type TransitionTable,
} from "./environments/dynamic-programming.ts";
export * from "./environments/environments.ts";
export type { EpisodicSimulator, FiniteSimulator } from "./environments/simulator.ts";
export * from "./environments/tabular-mdp.ts";
export type { MdpDecision, OpenEpisode, SavedEpisode } from "./episode.ts";
export { dilatedBonusDp, localBonus } from "./estimators/bonus.ts";
export {
  matrixGeometricResampling,
  type ResamplingOptions,
  regularisedInverse,
  resamplingSize,
} from "./estimators/covariance.ts";
export { hedge, logBarrierFtrl, type Regularizer } from "./estimators/ftrl.ts";
export * from "./estimators/ftrl-regret.ts";
export * from "./estimators/q-estimate.ts";
export * from "./policy-optimizer/linear-q-policy-optimizer.ts";
export type { CovarianceMethod } from "./policy-optimizer/policy-core.ts";
export {
  adversarialMdpSchedule,
  type MdpAlgorithm,
  type MdpSchedule,
  mdpAlgorithms,
  type ScheduleOptions,
} from "./policy-optimizer/schedule.ts";
export * from "./run-episodes.ts";
export {
  type PolicyCover,
  type PolicyCoverOptions,
  policyCover,
  ramp,
} from "./simulator-free/policy-cover.ts";
export {
  type LinearMdpFeatures,
  type SimulatorFreeLinearMdp,
  simulatorFreeLinearMdp,
} from "./simulator-free/simulator-free.ts";
export { simulatorFreeSchedule } from "./simulator-free/simulator-free-schedule.ts";
export type { SimulatorFreeSnapshot } from "./simulator-free/simulator-free-snapshot.ts";
export type {
  EpochEstimate,
  SavedStep,
  SimulatorFreeOptions,
} from "./simulator-free/simulator-free-types.ts";
