export { asTransform } from "./as-transform.ts";
export { ballDomain } from "./domains/ball-domain.ts";
export { boxDomain } from "./domains/box-domain.ts";
export { customDomain } from "./domains/custom-domain.ts";
export type { Ball, Box, Domain } from "./domains/domain.ts";
export { minimizeOn } from "./domains/minimize.ts";
export { l1Domain, simplexDomain } from "./domains/simplex-domain.ts";
export type { GradientLimit } from "./gradient-limit.ts";
export { doublingEnsemble } from "./learners/doubling-ensemble.ts";
export {
  dynamicEnsemble,
  type EnsembleLearner,
  type EnsembleOptions,
  ensemblePool,
} from "./learners/dynamic-ensemble.ts";
export {
  type ExpConcaveOptions,
  type NewtonLearner,
  onlineNewton,
  optimisticOmdExpConcave,
} from "./learners/exp-concave.ts";
export { type OftrlOptions, oftlStronglyConvex, oftrl } from "./learners/oftrl.ts";
export { type OgdSchedule, ogd } from "./learners/ogd.ts";
export {
  type DomainOptions,
  type OptimisticOmdOptions,
  optimisticOmd,
  optimisticOmdStronglyConvex,
} from "./learners/optimistic-omd.ts";
export { optimisticOmdEntropy } from "./learners/optimistic-omd-entropy.ts";
export { optimisticOmdImplicit } from "./learners/optimistic-omd-implicit.ts";
export {
  type LinearLosses,
  type LinearRound,
  linearLosses,
  type ProximalLosses,
} from "./losses/linear-losses.ts";
export { type Quadratic, quadraticLoss, type RoundLoss } from "./losses/quadratic-loss.ts";
export type { Hint, LearnerReport, LearnerSnapshot, OnlineLearner } from "./online-learner.ts";
export { optimisticDescent } from "./optimistic-descent.ts";
export { oftlExpectedBound, oftrlExpectedBound, type SeaSetting, seaRate } from "./regret/expected-rates.ts";
export { bestInHindsight, type OnlineRun, pathLength, runOnline } from "./regret/run-online.ts";
export {
  gradientVariance,
  type QuadraticRound,
  type SeaQuantities,
  seaQuantities,
  seaQuantitiesAt,
} from "./regret/sea-quantities.ts";
export { type OnlineSession, type ServedDecision, type SessionSnapshot, serve } from "./serve.ts";
