import type { Listing } from "../listing.ts";
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
  rule: "(A) Linear regression with normal features: the mean risk over draws is within 5 % of the theory at every point of the grid. (B) Wherever the theory's least risk on the grid is strictly between the ends, the simulated risk at the theory's optimal rho is below that at either end by the paired 95 % interval over draws. (C1) Real data, bags of at least 5: the logarithm of the error of the mixture that tuning chose over that of the better end (in the mean over seeds), its mean over bag sizes and models of a data set, one number a seed, has a mean over the data sets whose 95 % interval lies below 0, and no single data set's interval lies above 0; contradicted where the interval lies above 0, undecided otherwise. Splits of one data set overlap: intervals have the correction of Nadeau and Bengio. (C2) By data set and model: rhos that the paired interval does not resolve from the best can be chosen so that they never fall as bags grow, and in at least one data set and model no single rho will do for all sizes, so that a rise shows; contradicted where a fall shows, undecided where neither does. (D) Private bag means: the simulated risk is within 10 % of the formula at every point, and the bag size the formula calls best is within 5 % of the least simulated risk, for every epsilon and rho; for the epsilons up to 1, where the noise dominates, one of the sizes 1 and 2 is below every larger one with rho 0, and the largest below every other with rho 1, by paired 95 % intervals over draws. Reproduced: A, B, C1, C2 and D. Partly reproduced: A and B, and at least one of C1 and D. Not reproduced: otherwise. What the first form of the rule says, which counted cells by their means and asked for the jump of (D) at every epsilon, is told beside it.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "aggregateLoss",
    "aggregateObjective",
    "bagBatches",
    "makeBags",
    "bagMeans",
    "debiasedLabels",
    "aggregateLinearFit",
    "aggregateRisk",
    "optimalRho",
    "privateAggregateRisk",
    "optimalBagSize",
    "privatiseBagMeans",
    "clipBagMeans",
    "labelPrivacy",
  ],
  data: ["diabetes", "boston_housing", "coil2000_caravan"],
};

export const listing: Listing = {
  topic: "regression",
  added: "2026-11-25",
  held: "On real data where only mean targets of at least 5 rows are known, a tuned mixture of bag-level and instance-level loss has an error 5.9 % below that of the better of the two. The gain's 95 % CI is 0.7 % to 10.9 %; in simulations the risk is at most 4.0 % off the theory.",
  notHeld:
    "With private means the risk is at most 3.4 % off the formula, but the predicted jump of the best bag size from 1 to 10 rows is not significant in three settings. Whether larger bags need another mixture is undecided.",
  measured: {
    verdict: "partly reproduced",
    seconds: 170,
    use: "Learning if only means of groups are known: the theory gives the best mixture in advance. On linear models, ridge regression on the groups does as well.",
    practice:
      "If only means of bags are known, fit the bag-level loss with a tuned ridge. It did as well as the best mixture in all linear cells but one, and hardly worse in that one. The closed forms give the bag size in advance.",
  },
};
