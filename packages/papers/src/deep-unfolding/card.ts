import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "deep-unfolding",
  title: "Comparison between Supervised and Unsupervised Learning in Deep Unfolded Sparse Signal Recovery",
  authors: 3,
  arxiv: "2509.01331",
  date: "2025-09",
  claim:
    "Of ISTA unfolded to a network whose step sizes are trained, supervised training recovers signals better but does not minimise the original objective, and unsupervised training, by that objective alone, comes close to the solution of converged ISTA in few layers. Unfolded IHT finds better local minima than IHT itself, by either training alike; where test conditions differ from those of training, unsupervised IHT generalises and supervised IHT tends to degrade.",
  rule: "Signals of 100 entries, each not 0 with probability 0.1 and then standard normal, 50 measurements with noise of variance 0.01, a new random matrix each seed, 500 test signals; step sizes alone are trained, layer by layer, 100 batches of 50 for each layer, Adam 0.01, nothing tuned; means over at least 5 seeds. With --full signals have 500 entries and 250 measurements. (A) ISTA with lambda 0.2 in 12 layers and with lambda 0.1 in 20: the objective of unsupervised training is below that of FISTA in as many iterations and at most 1 % above that of converged ISTA (2000 iterations), both times. (B) With lambda 0.2 in 12 layers supervised training has the lower mean squared error (MSE) and the higher objective of the two. (C) IHT with lambda 0.05 in 20 layers: both trainings have a lower MSE and a lower objective than converged IHT. (D) Of five test conditions that differ (probability 0.2, probability 0.05, noise variance 0.1, noise variance 0.0001, signals twice as large) unsupervised IHT has the lower MSE of the two in at least three. Reproduced: all four. Partly reproduced: A, and B or C. Not reproduced: otherwise.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "unfold",
    "ista",
    "fista",
    "iht",
    "lista",
    "tista",
    "runIteration",
    "unfoldedStep",
    "trainUnfolded",
    "supervisedLoss",
    "unsupervisedLoss",
    "sparseObjective",
    "saveUnfolded",
    "loadUnfolded",
  ],
  data: [],
};

export const listing: Listing = {
  topic: "equations",
  added: "2026-11-27",
  held: "ISTA unfolded to 12 layers and trained by its objective alone ends 0.31 % above the minimum, FISTA after 12 iterations 2.49 % above. Unfolded IHT, trained alike, has a mean squared error of 0.0157, converged IHT of 0.0240.",
  notHeld:
    "Where test conditions differ from training, unsupervised IHT does not generalise better: its error is lower than that of supervised IHT in 1 of 5 conditions. With twice as many entries it is 0.0669, supervised 0.0639.",
  measured: {
    verdict: "partly reproduced",
    seconds: 75,
    use: "Iterations of a sparse solver with learned steps: near the minimum in a dozen of them, trained without knowing any solution.",
    practice:
      "Without clean signals, train unfolded ISTA on the objective alone: it comes closer to the minimum than FISTA with as many steps. With clean signals, train on them, for the smaller error.",
  },
};
