export type { Rows } from "./checks.ts";
export { checkoutFunnel, funnelActions } from "./environments/checkout-funnel.ts";
export { combinationLock } from "./environments/combination-lock.ts";
export {
  bestPolicyDp,
  type LayerTable,
  policyEvaluationDp,
  type TransitionTable,
} from "./environments/dynamic-programming.ts";
export { randomLinearMdp } from "./environments/random-linear-mdp.ts";
export type { EpisodicSimulator, FiniteSimulator } from "./environments/simulator.ts";
export { switchingLosses } from "./environments/switching-losses.ts";
export * from "./environments/tabular-mdp.ts";
export type { MdpDecision, OpenEpisode, SavedEpisode } from "./episode.ts";
export type { EpisodicLearner } from "./episodic-learner.ts";
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
export type { LinearQOptions } from "./policy-optimizer/linear-q-options.ts";
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
export type { PolicyCoverOptions } from "./simulator-free/cover-builder.ts";
export type { EpochEstimate } from "./simulator-free/epoch-policies.ts";
export type { SavedStep } from "./simulator-free/played-step.ts";
export { type PolicyCover, policyCover } from "./simulator-free/policy-cover.ts";
export { ramp } from "./simulator-free/ramp.ts";
export {
  type LinearMdpFeatures,
  type SimulatorFreeLinearMdp,
  simulatorFreeLinearMdp,
} from "./simulator-free/simulator-free-linear-mdp.ts";
export type { SimulatorFreeOptions } from "./simulator-free/simulator-free-options.ts";
export { simulatorFreeSchedule } from "./simulator-free/simulator-free-schedule.ts";
export type { SimulatorFreeSnapshot } from "./simulator-free/simulator-free-snapshot.ts";
