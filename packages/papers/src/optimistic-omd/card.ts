import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "optimistic-omd",
  title:
    "Optimistic Online Mirror Descent for Bridging Stochastic and Adversarial Online Convex Optimization",
  authors: 5,
  arxiv: "2302.04552",
  date: "2023-02",
  claim:
    "Two projected steps a round, the first with the last gradient as a guess of the next, have expected regret that grows with the noise and the drift that there are (sigma and Sigma) instead of the largest gradient: sqrt(sigma^2) + sqrt(Sigma^2) for convex losses, logarithmic for strongly convex and exp-concave ones; and no single loss but only the expected ones need be convex.",
  rule: "Random quadratics on the unit ball of 10 dimensions, all learners on the same losses and noise, steps by theory (nothing tuned), regret of the expected losses, means over at least 10 seeds. (A) Convex, a fixed distribution: without noise regret at T = 4000 is at most 1.05 times that at 250; with noise 1 its log-log slope over T = 250, 1000, 4000 is within 0.5 +- 0.1; its log-log slope over noise 0.3, 1, 3 at T = 4000 is within 1 +- 0.15. (B) Strongly convex: with noise 1 the growth from 1000 to 4000 is within 25 % of that from 250 to 1000, and without noise regret is flat as in (A). (C) Exp-concave (squared errors, noise 0.3): the growth from 1000 to 4000 is at most 1.25 times that from 250 to 1000. (D) Mean gradients that switch 4 and 64 times in 4000 rounds: the cumulative loss of OOMD is below that of OGD, and OGD's below that of OFTRL (the best nu of 1, 0.1 and 0.01 times the theory's), in at least 8 of 10 seeds, for both. (E) The same with the steps of every arm tuned by one grid on other seeds: OOMD is below OGD and below OFTRL in at least 8 of 10 seeds, for both. Every run must keep the learner's own bound on the regret of the losses as they happened. The full scale is judged by the same on longer runs: (A) and (B) at T = 1000, 4000 and 16,000, (C) at 16,000, 64,000 and 256,000. Reproduced: A, B, C, D and E. Partly reproduced: A and B, which are the theorems, but not all of the rest. Not reproduced: otherwise, or where a bound is broken. What the bound on the linear regret, for which the rule asked at first, would decide is told beside it. Streams of real data and the ensemble for dynamic regret are shown and not counted: the paper claims no order there.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "optimisticOmd",
    "optimisticOmdStronglyConvex",
    "optimisticOmdExpConcave",
    "dynamicEnsemble",
    "oftrl",
    "oftlStronglyConvex",
    "ogd",
    "onlineNewton",
    "seaQuantities",
    "serve",
  ],
  data: ["breast_cancer_wdbc", "spambase", "mnist-train"],
};

export const listing: Listing = {
  topic: "online decisions",
  added: "2026-11-25",
  held: "On convex losses the regret of optimistic mirror descent stops growing without noise, and grows as the square root of the rounds with it (slope 0.50). With the theory's step sizes and 4 switches of the target its dynamic regret is 39, that of gradient descent 151.",
  notHeld:
    "With tuned step sizes gradient descent follows 4 switches better: its dynamic regret is 35, that of optimistic mirror descent 39. On exp-concave losses regret is not yet logarithmic after 4,000 rounds: it grows 2.78 times as much as in the fourfold before.",
  measured: {
    verdict: "partly reproduced",
    seconds: 137,
    use: "Online learning for a target that drifts, if nobody tunes the step. With tuned steps, gradient descent is as good or better.",
    practice:
      "Use optimistic mirror descent if the target drifts and nobody can tune the step. With a tuned step, plain online gradient descent does as well or better.",
  },
};
