import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "comp-sum",
  title: "Cross-Entropy Loss Functions: Theoretical Analysis and Applications",
  authors: 3,
  arxiv: "2304.07288",
  date: "2023-04",
  claim:
    "H-consistency bounds hold for the whole family of comp-sum losses and are tight; of the family, cross-entropy (tau = 1) gives the best accuracy; training with a smooth adversarial comp-sum loss is more robust than TRADES and more accurate on clean inputs.",
  rule: "Three parts. Bounds: over 10,000 random distributions and scores for each of ten values of tau, the regret is never below the bound by more than 1e-9, equals it within 1e-9 at the extremal distributions for tau <= 1, and the closed-form conditional infimum equals brute-force minimisation within 1e-9. Family: on the letter data (26 classes) the mean paired difference in accuracy of tau = 1 to tau = 0 and to tau = 2 exceeds two standard errors. Adversarial, with nu and beta chosen for robust accuracy on other seeds and validation images: shown if Adv-Comp-Sum's mean robust accuracy is at least that of TRADES minus 0.5 points and its mean clean accuracy at least that of TRADES; partly shown if no TRADES arm is above it by more than 0.5 points in both. With --full the adversarial part is asked of a network twice as wide, from a narrow start and from He's, and counts as shown, or partly, where it is for both. Reproduced: all three parts are shown. Partly reproduced: the bounds hold, and the family part is shown or the adversarial one at least partly. Otherwise not reproduced.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "compSum",
    "compSumConditionalInf",
    "compSumTransform",
    "advCompSum",
    "trades",
    "adversarialTraining",
    "robustAccuracy",
  ],
  data: ["letter", "fashion-train", "fashion-test", "mnist-train", "mnist-test"],
};

export const listing: Listing = {
  topic: "classification",
  added: "2026-11-25",
  held: "The bounds hold and are tight, and on Letter cross-entropy is 1.6 ± 0.2 points more accurate than the sum-exponential loss and 17.4 ± 0.8 points more than the mean absolute error. On MNIST Adv-Comp-Sum reaches 85.8 % clean and 46.6 % robust accuracy, tuned TRADES 81.5 % and 47.0 % (the rule allows for 0.5 points).",
  notHeld:
    "The adversarial part depends on the strength that tuning chose for TRADES. At beta 6 TRADES reaches 83.9 % clean and 47.7 % robust accuracy, and Adv-Comp-Sum would not be shown to be better.",
  measured: {
    verdict: "reproduced",
    seconds: 206,
    use: "Why cross-entropy is the right default, with guarantees that can be computed; compared with TRADES at its most robust, its smooth adversarial form is more accurate on clean inputs and less robust.",
    practice:
      "On clean labels, keep cross-entropy. If many labels are wrong, try a tau between cross-entropy and the mean absolute error.",
  },
};
