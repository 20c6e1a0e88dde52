import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "rarts",
  title: "RARTS: An Efficient First-Order Relaxed Architecture Search Method",
  authors: 3,
  arxiv: "2008.03901",
  date: "2020-08",
  claim:
    "Two networks that share an architecture, one trained on each half of the data and tied by a quadratic penalty, find better architectures than second-order DARTS with gradients of first order only, at 60 % less cost; and better widths than pruning.",
  rule: "(i) On the solvable model every search ends within 1e-10 of its closed-form limit (RARTS for four pairs of lambda and beta, DARTS for four inner steps, a single level), and the objective of RARTS never rises by more than 1e-12 of its size. (ii) Median milliseconds of a step on the supernet: DARTS of first order < RARTS by Gauss-Seidel < DARTS of second order by finite differences, and RARTS by Jacobi at most half of the latter. (iii) In the enumerated space of 64 cells, by the rank of the chosen cell in a table of all of them, paired over seeds: RARTS ranks better than DARTS of first order on at least as many seeds as worse, and a signed-rank test against DARTS of second order by finite differences (two-sided, 0.3, which is about one standard error) doesn't find it worse. With --full, in a space of 4096 cells that no table knows: the same by test accuracy after retraining. (iv) Width search: pruned to 16 and to 8 of 64 channels and fine-tuned, RARTS with an l1 penalty tests at least as well as network slimming minus one standard error of the paired difference. Reproduced: (i), (ii), (iv), and (iii) for both orders of RARTS. Partly reproduced: (i), and (iii) for at least one order. Not reproduced: otherwise.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "rarts",
    "darts",
    "singleLevel",
    "randomSearch",
    "implicitHypergradient",
    "runSearch",
    "solvableModel",
    "cellSupernet",
    "slimmableMlp",
    "pruneChannels",
    "proxL1",
    "proxGroupL2",
  ],
  data: ["digits", "diabetes"],
};

export const listing: Listing = {
  topic: "training",
  added: "2026-11-26",
  held: "On a solvable model the architecture search RARTS ends at its closed-form limit. Among 64 cells it (Jacobi steps) is not significantly worse than second-order DARTS: better on 10 of 30 seeds, worse on 6 (p 0.45).",
  notHeld:
    "A step of RARTS takes 56 % (Jacobi) or 63 % (Gauss-Seidel) of the time of a second-order DARTS step, where the paper saves 60 %. Networks that it prunes to 16 channels are 0.35 ± 0.08 points less accurate than those of network slimming.",
  measured: {
    verdict: "partly reproduced",
    seconds: 373,
    use: "Architecture search without second derivatives. On a known space of cells it ranked like DARTS, at less cost per step; a search with one network on all data ranked best.",
    practice:
      "First search with one network on all data. In this small space of cells, that found the best cell on nearly every seed, and RARTS did no better than DARTS.",
  },
};
