export type {
  Bandit,
  BanditOptions,
  Decision,
  Explanation,
  FrozenPolicy,
} from "./bandit.ts";
export type { BanditContext } from "./context.ts";
export type { DescentOptions, StepSize } from "./descent.ts";
export { neuralUcbScores } from "./exploration.ts";
export {
  fastCbGamma,
  fastInverseGap,
  type GammaOptions,
  type GammaSchedule,
  type InverseGapOptions,
  inverseGap,
  squareCbGamma,
} from "./inverse-gap.ts";
export { type LinExp3Options, linExp3 } from "./lin-exp3.ts";
export { type LinTsOptions, type LinUcbOptions, linTs, linUcb, linUcbScores } from "./linear.ts";
export {
  armsOf,
  type BanditRecord,
  decisionLine,
  expiryLine,
  parseBanditLog,
  rewardLine,
} from "./log.ts";
export { type ReplayEstimate, replayLog } from "./log-replay.ts";
export {
  type Activation,
  type LayerRange,
  type NetworkOptions,
  type OnlineNetwork,
  onlineNetwork,
} from "./network.ts";
export {
  type EpsilonGreedyOptions,
  type InverseGapBanditOptions,
  type NeuralBanditOptions,
  neuFastCb,
  neuralEpsilonGreedy,
  neuSquareCb,
} from "./neural.ts";
export {
  type NeuralExplorationOptions,
  type NeuralTsOptions,
  neuralTs,
  neuralUcb,
} from "./neural-exploration.ts";
export {
  evaluateOffPolicy,
  type OffPolicyData,
  type OffPolicyEstimate,
  type OffPolicyEstimates,
  offPolicyEstimates,
  type RewardModel,
} from "./off-policy.ts";
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
} from "./perturbation.ts";
export {
  type OnlineRegressor,
  onlineRegressor,
  type PerturbationOptions,
  type RegressorOptions,
  type RegressorState,
} from "./regressor.ts";
export { restoreBandit } from "./restore.ts";
export { type CrossFitOptions, crossFittedRewards } from "./reward-model.ts";
export { drawSigns, packSigns, type Signs } from "./signs.ts";
export {
  type BanditEnvironment,
  type ClassificationOptions,
  classificationToBandit,
  type Simulation,
  type SimulationOptions,
  simulateBandit,
} from "./simulate.ts";
