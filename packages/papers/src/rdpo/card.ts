import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "rdpo",
  title: "Provably Robust DPO: Aligning Language Models with Noisy Feedback",
  authors: 3,
  arxiv: "2403.00409",
  date: "2024-03",
  claim:
    "Where a known share epsilon of preference labels is swapped, DPO on a loss whose expectation is that of the true labels (rDPO) is wrong by no more than 1 / (1 - 2 epsilon) times the rate sqrt(d / n) of clean labels, while DPO and its label-smoothed form (cDPO) stay wrong however many pairs there are; language models trained by it reach more reward than those of DPO, and these more than those of cDPO.",
  rule: "Bandit (log-linear policies of 8 features; n of 500, 2000, 8000, 32,000 pairs and epsilon of 0.1, 0.2, 0.3, 0.4; parameters held within twice the norm of the true ones; means over seeds). (i) For epsilon up to 0.3 rDPO's error in the norm of the pairs' covariance falls from n = 2000 on with a slope of -0.5 +- 0.1 on logarithmic axes, while DPO's and cDPO's change by less than a tenth from n = 2000 to 32,000. (ii) rDPO's error times (1 - 2 epsilon) sqrt(n / d) varies by less than a factor of 2 over all n and epsilon. (iii) For n >= 2000 and every epsilon the gap to the best policy's regularised value is smaller by rDPO than by DPO, and by DPO than by cDPO. Text (a language model of the Brown corpus, 4000 pairs of its own completions, valued by VADER's lexicon, beta 0.1, 300 steps). (iv) At epsilon 0.4 the mean reward at temperature 1 of rDPO exceeds that of DPO by more than two standard errors of the mean paired difference over seeds, and DPO's exceeds cDPO's. (v) At epsilon 0 the three are the same, to the last digit. With --full (iv) and (v) are asked of 16,000 pairs and 1200 steps. Reproduced: all five. Partly reproduced: (i), (ii) and (iii), or (iv) and (v), with DPO's reward above cDPO's. Not reproduced: otherwise. Rewards at equal divergence from the start stand beside and decide nothing.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "robustDpoLoss",
    "conservativeDpoLoss",
    "dpoLoss",
    "noiseAwareDpoLoss",
    "robustify",
    "ipoLoss",
    "hingePreferenceLoss",
    "estimateFlipRate",
    "flipPreferences",
    "logLinearPreference",
    "trainPreference",
    "sequencePolicy",
    "neuralNgram",
  ],
  data: ["brown", "vader_lexicon"],
};

export const listing: Listing = {
  topic: "preferences",
  added: "2026-11-27",
  held: "In a bandit with 40 % of the preference labels swapped, the error of rDPO's parameters falls to 0.35 with 32,000 pairs, while DPO's stays at 1.73. A language model trained on such labels gets a reward of 0.41 with rDPO, 0.26 with DPO.",
  notHeld:
    "The gain in text is mostly one of scale: at equal divergence from the first model rDPO's lead over DPO is -0.01 ± 0.02. DPO with a fifth of beta reaches a reward of 0.39.",
  measured: {
    verdict: "reproduced",
    seconds: 104,
    use: "Preference training if a known share of labels is swapped. For text, a smaller beta gives most of the gain as well.",
    practice:
      "Lower the beta of DPO before you correct for swapped labels: in text, that gained nearly as much, without knowing their rate. Use rDPO if beta is given, or if the parameters themselves matter.",
  },
};
