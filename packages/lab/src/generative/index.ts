export * from "./additive.ts";
export {
  type BrownianMotion,
  type BrownianOptions,
  geometricBrownianMotion,
  type Times,
} from "./brownian-motion.ts";
export * from "./hyvarinen-model.ts";
export * from "./log-normal-marginal.ts";
export * from "./log-normal-prior.ts";
export * from "./multiplicative-sampler.ts";
export {
  type MultiplicativeScoreMatchingOptions,
  multiplicativeScoreMatching,
  type NonnegativeScoreMatchingOptions,
  nonnegativeScoreMatching,
} from "./score-matching.ts";
