export { dilatedBonusDp, localBonus } from "./bonus.ts";
export type { Rows } from "./checks.ts";
export type { CovarianceMethod } from "./core.ts";
export {
  matrixGeometricResampling,
  type ResamplingOptions,
  regularisedInverse,
  resamplingSize,
} from "./covariance.ts";
export {
  bestPolicyDp,
  type LayerTable,
  policyEvaluationDp,
  type TransitionTable,
} from "./dynamic-programming.ts";
export * from "./environments.ts";
export type { MdpDecision, OpenEpisode, SavedEpisode } from "./episode.ts";
export { hedge, logBarrierFtrl, type Regularizer } from "./ftrl.ts";
export * from "./ftrl-regret.ts";
export * from "./linear-q-policy-optimizer.ts";
export { type PolicyCover, type PolicyCoverOptions, policyCover, ramp } from "./policy-cover.ts";
export * from "./q-estimate.ts";
export * from "./run-episodes.ts";
export {
  adversarialMdpSchedule,
  type MdpAlgorithm,
  type MdpSchedule,
  mdpAlgorithms,
  type ScheduleOptions,
} from "./schedule.ts";
export type { EpisodicSimulator, FiniteSimulator } from "./simulator.ts";
export {
  type LinearMdpFeatures,
  type SimulatorFreeLinearMdp,
  simulatorFreeLinearMdp,
} from "./simulator-free.ts";
export { simulatorFreeSchedule } from "./simulator-free-schedule.ts";
export type { SimulatorFreeSnapshot } from "./simulator-free-snapshot.ts";
export type { EpochEstimate, SavedStep, SimulatorFreeOptions } from "./simulator-free-types.ts";
export * from "./tabular-mdp.ts";
