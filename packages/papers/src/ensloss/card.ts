import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "ensloss",
  title: "EnsLoss: Stochastic Calibrated Loss Ensembles for Preventing Overfitting in Classification",
  authors: 1,
  arxiv: "2409.00908",
  date: "2024-09",
  claim:
    "Training with a new random calibrated loss at every step prevents overfitting: over-parametrised binary classifiers test better than with the logistic, hinge or exponential loss, the more so the deeper they are.",
  rule: "Test accuracy of cells (data set x depth; six, at the full scale sixteen), each with the same splits, starts and batches for every loss, against the paper's three fixed losses (logistic, hinge, exponential). Each cell and loss is a comparison by the corrected resampled t-test over splits, two-sided at 0.05; the mean over all comparisons has a 95 % interval with the same correction, from the means over the cells of each data set. Not reproduced: the mean difference is 0 or below. Undecided: it is above 0, and its interval reaches 0. Reproduced: the interval is above 0, EnsLoss is significantly better in at least a sixth of the comparisons and significantly worse in at most an eighteenth, and in the tail study the log hinge's training risk, alone among the losses, falls below -e and goes on falling (by more than 0.5 over the last three quarters of the steps) while its test accuracy moves by less than 0.01. Otherwise partly reproduced. The focal loss is shown but not counted, as the paper does not have it.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "ensLossTrainer",
    "marginLoss",
    "logisticLoss",
    "hinge",
    "exponentialLoss",
    "binaryFocalLoss",
    "logHingeLoss",
    "invLogHingeLoss",
    "invHingeLoss",
    "expHingeLoss",
  ],
  data: ["musk1", "sonar", "fashion-train", "fashion-test"],
};

export const listing: Listing = {
  topic: "classification",
  added: "2026-11-25",
  held: "Over 18 comparisons with three fixed losses, a new random loss at every step (EnsLoss) gains 4.0 points of test accuracy on average (95 % CI 0.9 to 7.1 points). It is significantly worse in none.",
  notHeld:
    "EnsLoss is significantly better in only 1 of the 18 comparisons. In that one, on sonar, the exponential loss often diverges (29.7 % accuracy, EnsLoss 83.1 %), which makes most of the average gain.",
  measured: {
    verdict: "partly reproduced",
    seconds: 115,
    use: "A new random loss at every step, against overfitting. It was never significantly worse here, but a strict test finds hardly any difference.",
    practice:
      "First tune the learning rate of your own loss. On deeper networks, the gains of EnsLoss are within the variation between splits of the data.",
  },
};
