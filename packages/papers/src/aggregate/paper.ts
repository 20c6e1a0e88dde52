import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "aggregate",
  title: "Learning from Aggregate responses: Instance Level versus Bag Level Loss Functions",
  authors: 5,
  arxiv: "2401.11081",
  date: "2024-01",
  claim:
    "Where only the mean response of bags of rows is known, the instance-level loss is the bag-level loss plus a penalty on the spread of predictions within bags; mixtures of the two can beat both, with exactly known bias and variance for linear regression, and with private means the best bag size jumps from the smallest to the largest as the mixture moves to the instance level.",
  rule: "(A) Linear regression with normal features, d = 100: the mean risk over draws is within 5 % of the theory at every point of the grid. (B) Wherever the theory's least risk on the grid is strictly between the ends, so is the simulated one, and at the theory's optimal rho the simulated risk is no larger than at either end. (C1) Real data: in more than half of the cells (data set, model, bag size) with bags of at least 5, the rho that tuning chose lies strictly between 0 and 1 and tests better than both ends, in the means over seeds. (C2) In every data set and model, rhos within one standard error of the best (paired differences) can be chosen so that they never fall as bags grow. (D) Private bag means: the simulated risk is within 10 % of the formula at every point, and the bag size the formula calls best is within 5 % of the least simulated risk, for every epsilon and rho; for the epsilons up to 1, where the noise dominates, the simulated best size is at most 2 with rho 0 and the largest with rho 1. Reproduced: A, B, C1, C2 and D. Partly reproduced: A and B, and at least one of C1 and D. Not reproduced: otherwise.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "aggregateLoss",
    "withinBagVariance",
    "aggregateObjective",
    "bagBatches",
    "makeBags",
    "bagMeans",
    "bagMeansOfTotals",
    "bagProportions",
    "debiasedLabels",
    "aggregateLinearFit",
    "aggregateRisk",
    "instanceLevelThreshold",
    "optimalRho",
    "privateAggregateRisk",
    "optimalBagSize",
    "privatiseBagMeans",
    "clipBagMeans",
    "responseBound",
    "labelPrivacy",
  ],
  data: ["diabetes", "boston_housing", "coil2000_caravan"],
};
