export { asTransform } from "./as-transform.ts";
export {
  type Ball,
  type Box,
  ballDomain,
  boxDomain,
  customDomain,
  type Domain,
  l1Domain,
  simplexDomain,
} from "./domain.ts";
export { doublingEnsemble } from "./doubling.ts";
export {
  dynamicEnsemble,
  type EnsembleLearner,
  type EnsembleOptions,
  ensemblePool,
} from "./ensemble.ts";
export { optimisticOmdEntropy } from "./entropy.ts";
export {
  type ExpConcaveOptions,
  type NewtonLearner,
  onlineNewton,
  optimisticOmdExpConcave,
} from "./exp-concave.ts";
export { optimisticOmdImplicit } from "./implicit.ts";
export type {
  GradientLimit,
  Hint,
  LearnerReport,
  LearnerSnapshot,
  OnlineLearner,
} from "./learner.ts";
export { type LinearLosses, type LinearRound, linearLosses, type ProximalLosses } from "./linear-loss.ts";
export { type Quadratic, quadraticLoss, type RoundLoss } from "./losses.ts";
export { minimizeOn } from "./minimize.ts";
export { type OftrlOptions, oftlStronglyConvex, oftrl } from "./oftrl.ts";
export { type OgdSchedule, ogd } from "./ogd.ts";
export { optimisticDescent } from "./optimistic-descent.ts";
export {
  type DomainOptions,
  type OptimisticOmdOptions,
  optimisticOmd,
  optimisticOmdStronglyConvex,
} from "./optimistic-omd.ts";
export { oftlExpectedBound, oftrlExpectedBound, type SeaSetting, seaRate } from "./rates.ts";
export { bestInHindsight, type OnlineRun, pathLength, runOnline } from "./run-online.ts";
export {
  gradientVariance,
  type QuadraticRound,
  type SeaQuantities,
  seaQuantities,
  seaQuantitiesAt,
} from "./sea.ts";
export { type OnlineSession, type ServedDecision, type SessionSnapshot, serve } from "./serve.ts";
