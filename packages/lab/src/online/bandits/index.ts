export type {
  Bandit,
  BanditOptions,
  Decision,
  Explanation,
  FrozenPolicy,
} from "./bandit.ts";
export type { BanditContext } from "./context.ts";
export {
  armsOf,
  type BanditRecord,
  decisionLine,
  expiryLine,
  parseBanditLog,
  rewardLine,
} from "./evaluation/bandit-log.ts";
export { type CrossFitOptions, crossFittedRewards } from "./evaluation/cross-fitted-rewards.ts";
export { type ReplayEstimate, replayLog } from "./evaluation/log-replay.ts";
export {
  evaluateOffPolicy,
  type OffPolicyData,
  type OffPolicyEstimate,
  type OffPolicyEstimates,
  offPolicyEstimates,
  type RewardModel,
} from "./evaluation/off-policy.ts";
export {
  type BanditEnvironment,
  type ClassificationOptions,
  classificationToBandit,
  type Simulation,
  type SimulationOptions,
  simulateBandit,
} from "./evaluation/simulate-bandit.ts";
export { type LinExp3Options, linExp3 } from "./linear/lin-exp3.ts";
export {
  type LinTsOptions,
  type LinUcbOptions,
  linTs,
  linUcb,
  linUcbScores,
} from "./linear/linear-bandits.ts";
export type { Activation } from "./neural/activations.ts";
export type { DescentOptions, StepSize } from "./neural/descent.ts";
export {
  fastCbGamma,
  fastInverseGap,
  type GammaOptions,
  type GammaSchedule,
  type InverseGapOptions,
  inverseGap,
  squareCbGamma,
} from "./neural/inverse-gap.ts";
export {
  type LayerRange,
  type NetworkOptions,
  type OnlineNetwork,
  onlineNetwork,
} from "./neural/network.ts";
export {
  type EpsilonGreedyOptions,
  type InverseGapBanditOptions,
  type NeuralBanditOptions,
  neuFastCb,
  neuralEpsilonGreedy,
  neuSquareCb,
} from "./neural/neural-bandits.ts";
export {
  type NeuralExplorationOptions,
  type NeuralTsOptions,
  neuralTs,
  neuralUcb,
} from "./neural/neural-exploration.ts";
export { neuralUcbScores } from "./neural/neural-ucb-scores.ts";
export {
  expectedKlBound,
  expectedSquareLoss,
  largestStableRate,
  type PerturbedPoint,
  perturbationScale,
  perturbedKlLoss,
  perturbedOutputs,
  perturbedSquareLoss,
  projectBall,
  type StabilityOptions,
  type ValueAndGradient,
} from "./neural/perturbation.ts";
export {
  type OnlineRegressor,
  onlineRegressor,
  type RegressorState,
} from "./neural/regressor.ts";
export type { PerturbationOptions, RegressorOptions } from "./neural/regressor-options.ts";
export { drawSigns, packSigns, type Signs } from "./neural/signs.ts";
export { restoreBandit } from "./restore-bandit.ts";
