export { compareAcross } from "./across.ts";
export { bayesianCorrelatedTTest, type Posterior } from "./bayesian.ts";
export { type CorrectedTTest, correctedTTest } from "./corrected-t-test.ts";
export { studentQuantile } from "./distributions.ts";
export { averageRanks, cliquesOf, criticalDifference, type Friedman, friedman, ranksOf } from "./friedman.ts";
export { holm } from "./holm.ts";
export { type RankOptions, rank } from "./rank.ts";
export { lackWord, unequalSeeds } from "./sentences.ts";
