import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "adversarial-mdp",
  title: "Refined Regret for Adversarial MDPs with Linear Function Approximation",
  authors: 4,
  arxiv: "2301.12942",
  date: "2023-01",
  claim:
    "Policy optimisation in adversarial MDPs with linear Q-functions and a simulator has regret of order sqrt(K) in K episodes, where its predecessor (Luo, Wei and Lee 2021) had K^(2/3): either with the log barrier, whose regret bound holds for loss estimates of any size, or with estimates whose negative part is cut from H/gamma to H/sqrt(gamma).",
  rule: "Three parts. Lemmas: on 1,000 random and adaptive sequences with losses down to -1e4 the log barrier's regret never exceeds its refined bound, while Hedge's exceeds the analogous bound on the losses (0, 20), (0, -1000); and the magnitude-reduced estimate has the mean of the plain one within 4 standard errors for every action, is never below m, and has a second moment of at most 4 H^2 times that of u. Rates (linear bandit, H = 1, d = 3, 6 actions, losses that alternate every 25 episodes, K = 300, 1,200, 4,800, 19,200): for both new algorithms the slope of the mean regret on logarithmic axes is at least 0.05 below the predecessor's and the regret at K = 19,200 is at most 0.8 times the predecessor's, with bootstrap 95 % intervals over seeds of the slope's difference above 0 and of the regret's ratio below 1; where a mean regret is not positive there is no slope, and the part fails. MDP (H = 3, 6 states a layer, 5 actions, d = 4, half of the loss switching in 8 phases, K = 2,400): both new algorithms have a mean regret at least 15 % below the predecessor's. Every algorithm follows its own schedule with gamma in the form of its theorem (2 eta H for the predecessor, eta^2 H^4 with the log barrier, 16 eta^2 H^2 with reduced magnitude; not the larger constant that the bonus asks for), and takes scale and bonus from the same grid, chosen on other seeds. Registered beside it: the log barrier with a hundredth of its gamma, an arm of its own, tuned like the others and measured on seeds that no earlier run had; what the verdict would be with it in the place of the log barrier is told, and is not the verdict. Reproduced: all three. Partly reproduced: the lemmas and one of the others. Otherwise not reproduced. Shown and not counted: Hedge with the small gamma that no theorem allows (whether protection is needed), the other three with a hundredth of theirs, the new algorithms with all of the theory's constants and with simulated covariances, the bandit with losses that alternate in 8 phases (which a learner can follow, so that its regret may be negative), a combination lock (whether bonuses pay), and a trap built so that plain estimates become very negative (whether protection can matter).",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "linearQPolicyOptimizer",
    "logBarrierFtrl",
    "ftrlRegret",
    "qEstimate",
    "regularisedInverse",
    "runEpisodes",
  ],
  data: [],
};

export const listing: Listing = {
  topic: "online decisions",
  added: "2026-11-25",
  held: "In an adversarial linear bandit of 19,200 rounds, policy optimisation with the log barrier has a regret of 369, with magnitude-reduced estimates 301, and its predecessor (Luo et al.) 522. Both new regrets grow more slowly, as the theory says.",
  notHeld:
    "In a linear decision process of 2,400 episodes the log barrier's regret is 599.5, above the predecessor's 541.3. With magnitude-reduced estimates it is 445.8, so only one of the two algorithms is better there.",
  measured: {
    verdict: "partly reproduced",
    seconds: 60,
    use: "Learners for costs that an opponent chooses. On a bandit, both have less regret than their predecessor; in our decision process, one has less and the other more.",
    practice:
      "Use magnitude-reduced estimates with a gamma far below that of the theorem. They had the least regret on the bandit and nearly the least in the decision process. Their regrets have no heavy tail, unlike those of Hedge without protection.",
  },
};
