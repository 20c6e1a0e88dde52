import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "dale-langevin",
  title: "Dale meets Langevin: A Multiplicative Denoising Diffusion Model",
  authors: 3,
  arxiv: "2510.02730",
  date: "2025-10",
  claim:
    "Noise can multiply positive data instead of being added to them: reversed in time, geometric Brownian motion is a sampler whose steps multiply, that never changes a sign, as synapses don't by Dale's law. With the score learned by multiplicative denoising score matching it generates pictures.",
  rule: "8 x 8 digits with 1 added, 1200 to train on and 597 to judge by, volatility 0.8 and no drift in the logarithm, a network of three hidden layers of 256 that predicts the noise, 5000 steps of batch 64, 100 steps back in time from a log-normal prior of each pixel and Tweedie's formula at the end, 400 samples, means over at least 5 seeds. Distances are Frechet distances of the 32 features of a classifier, to the test digits. (A) With exact scores of log-normal data the error of the variance that the Dale-Langevin chain ends with falls as the length of its steps: by a factor from 1.9 to 2.1 from 100 to 200 and from 200 to 400 steps. (B) Samples by Dale-Langevin are at most half as far from the test as digits whose pixels are drawn independently, and the entropy of their classes is above 2.0 of at most 2.303. (C) No number of any of its samples, of points or digits, is 0 or negative. (D) The unconstrained sampler's distance is within 20 % of Dale-Langevin's. Reproduced: all four. Partly reproduced: A and C, and samples by Dale-Langevin nearer than independent pixels. Not reproduced: otherwise.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "geometricBrownianMotion",
    "multiplicativeScoreMatching",
    "hyvarinenScore",
    "sampleMultiplicative",
    "daleLangevinStep",
    "unconstrainedStep",
    "multiplicativeTweedie",
    "logNormalPrior",
    "logNormalMarginal",
    "sampleAdditive",
    "frechetDistance",
    "kernelDistance",
    "neighbourhoodScores",
  ],
  data: ["digits", "fashion-train", "fashion-test"],
};

export const listing: Listing = {
  topic: "pictures",
  added: "2026-11-27",
  held: "With noise that multiplies, a diffusion model generates digits at a Fréchet distance of 29.5 from real ones; independent pixels are at 70.4, additive diffusion at 40.0. None of its numbers ever changes sign.",
  notHeld: null,
  measured: {
    verdict: "reproduced",
    seconds: 107,
    use: "A diffusion model with multiplicative noise: generates positive data and never changes a sign; it also removes strong speckle from photographs.",
    practice:
      "Against strong speckle, train the network for multiplicative noise, otherwise for additive noise. As a generator, the multiplicative form keeps numbers positive, but which of the two generates better samples depends on the measure.",
  },
};
