import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "ldr",
  title:
    "Label Distributionally Robust Losses for Multi-class Classification: Consistency, Robustness and Adaptivity",
  authors: 3,
  arxiv: "2112.14869",
  date: "2021-12",
  claim:
    "LDR-KL, and ALDR-KL with a temperature per example, are stable and competitive over clean labels and many kinds and rates of label noise: best or near the best average rank, never collapsing.",
  rule: "Eleven losses are ranked by mean test accuracy in every setting (data set x label noise), and the ranks averaged over settings. An average rank is at the top if it is one of the two best or within 0.5 of the best. Seeds are resampled 2000 times, for each data set the same for all losses: a part of the claim holds if it does so in at least 95 % of the resamples, fails if in at most 5 %, and is undecided in between. Reproduced: LDR-KL is at the top, ALDR-KL is at the top and ALDR-KL's worst rank is at most 4, and all three hold. Partly reproduced: one of the two being at the top holds. Not reproduced: both being at the top fail. Otherwise undecided.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "ldrKl",
    "aldrInit",
    "aldrObjective",
    "crammerSinger",
    "westonWatkins",
    "generalizedCrossEntropy",
    "symmetricCrossEntropy",
    "jensenShannonLoss",
    "nceRce",
    "squaredProbabilityError",
    "absoluteProbabilityError",
    "injectLabelNoise",
  ],
  data: ["letter", "vowel"],
};

export const listing: Listing = {
  topic: "classification",
  added: "2026-11-25",
  held: null,
  notHeld:
    'Ranked by test accuracy with and without label noise among 11 losses, LDR-KL has an average rank of 5.6 and ALDR-KL of 5.1; symmetric cross-entropy has the best, 3.2. By the first protocol, "with the authors\' weight decay of 5e-3 for every loss", the verdict was reproduced (average ranks 1.2 and 2.2).',
  measured: {
    verdict: "not reproduced",
    seconds: 240,
    use: "Losses for noisy labels. Simpler losses rank as high or higher once weight decay is tuned.",
    practice:
      "Tune weight decay before you change the loss. Once each loss has its own weight decay, plain cross-entropy ranks with LDR-KL and ALDR-KL, and symmetric and generalised cross-entropy rank above them.",
  },
};
