import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "rpo",
  title:
    "Provably Mitigating Overoptimization in RLHF: Your SFT Loss is Implicitly an Adversarial Regularizer",
  authors: 8,
  arxiv: "2405.16436",
  date: "2024-05",
  claim:
    "Trained on pairs that don't cover all responses, DPO moves probability to responses that nobody compared, and the chosen ones become less likely. The policy that is best against the reward worst for it among those that explain the pairs is found by DPO plus the likelihood of the chosen responses (RPO): it stays where the data is, holds the chosen log-probability up, and is better by the true reward.",
  rule: "(i) A bandit whose logs offer 6 of 20 actions, 40 seeds, 300 pairs: for each eta of 0.005, 0.02, 0.1 the true value of RPO's policy is above that of DPO by more than 0.4 with 95 % intervals apart (1.96 standard errors each), and the probability of actions that are never offered is below 5 %, of DPO's policy above 25 %; with eta 2, too large, the value is less than half as far from that of the chosen actions' distribution as with eta 0.1. (ii) A language model trained on pairs of its own completions, rewarded by a sentiment lexicon, 600 steps: in each seed the fall of the held-out chosen log-ratio under RPO (sum, eta 0.1 and 1) is less than a quarter of that under DPO. (iii) The same where a random half of the lexicon is worth nothing to the labels: the reward by the whole lexicon of RPO's completions is above that of DPO's by more than two standard errors of the paired difference over seeds, for eta 0.1 or 1. With --full (ii) and (iii) are asked of 2400 steps and four times the pairs. Reproduced: all three. Partly reproduced: (i) and (ii). Not reproduced: otherwise. The same bandit with all actions covered, and rewards at equal divergence, stand beside and decide nothing.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "rpoLoss",
    "rpoMaximin",
    "dpoLoss",
    "conservativeDpoLoss",
    "ipoLoss",
    "sequenceLogps",
    "logLinearPreference",
    "trainPreference",
    "referenceLogps",
    "sequencePolicy",
    "responsePairs",
    "neuralNgram",
    "generate",
  ],
  data: ["brown", "vader_lexicon"],
};

export const listing: Listing = {
  topic: "preferences",
  added: "2026-11-27",
  held: "In a bandit whose 300 logged pairs cover only some actions, RPO's policy is worth 1.99, DPO's 1.31. DPO takes actions that were never offered 40.1 % of the time, RPO 0.0 %.",
  notHeld:
    "Language models trained by RPO are not better: with labels by half of the lexicon, RPO (eta 0.1) gets a true reward of 0.441, DPO 0.697.",
  measured: {
    verdict: "partly reproduced",
    seconds: 88,
    use: "Preference training that stays close to the data. It pays on a bandit whose logs cover only a part, and did not raise the true reward of text.",
    practice:
      "If logged pairs leave actions out, use RPO with a small eta, or exclude those actions if they can be listed. In text, DPO with a larger beta also keeps the policy close to its reference.",
  },
};
