import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "ood-unlabeled",
  title: "Out-Of-Domain Unlabeled Data Improves Generalization",
  authors: 6,
  arxiv: "2310.00027",
  date: "2023-09",
  claim:
    "Few labelled examples and many unlabelled ones, even of a somewhat other distribution, generalise better than the labelled ones alone if the unlabelled ones enter through the robust loss of the labels that the current model gives them (RSS).",
  rule: "Settings of every arm tuned with equal grids on other seeds. (A) The paper's simulation, two Gaussians in 200 dimensions, 10 labelled and 1000 unlabelled points, exact accuracies: RSS is at least 0.15 above training on the labelled points alone (the better of their mean and of logistic regression), and loses at most 0.03 where the unlabelled mean is 0.5 off. (B) Real domains (two kinds of handwritten digits in both directions, tumours with shifted features), linear models and small networks, 10 and 50 labelled rows: over all cells and seeds RSS is above plain training by more than two standard errors of the paired difference, and above self-training with a frozen teacher by more than one. RSS is in (A) the one with the robust labelled part, in (B) the one with the plain. With --full (B) is asked of all ten digits in both directions, 50 and 200 labelled rows, by deeper networks, with settings tuned for them in the same way. Reproduced: A and B. Partly reproduced: one of them. Not reproduced: neither. What fewer unlabelled points than dimensions give, and accuracy under attack, is shown and not counted.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "linearRssTrainer",
    "meanDirection",
    "shareInsideHat",
    "robustSelfTraining",
    "distributionallyRobust",
    "selfTraining",
    "entropyMinimization",
    "virtualAdversarial",
    "gaussianMixtureRisk",
    "expectedHatLoss",
    "robustSelfTrainingBound",
    "labeledOnlyBound",
  ],
  data: ["digits", "mnist-train", "mnist-test", "breast_cancer_wdbc"],
};

export const listing: Listing = {
  topic: "classification",
  added: "2026-11-25",
  held: "On the paper's mixture of two Gaussians, the robust self-training loss RSS with 10 labelled and 1,000 unlabelled points reaches 78.6 % test accuracy, training on the labelled points alone 58.4 %.",
  notHeld:
    "On real domains RSS gains nothing: it reaches 89.8 % on average, as plain training on the labelled rows does (difference 0.0 ± 0.5 points). Virtual adversarial training reaches 91.1 %.",
  measured: {
    verdict: "partly reproduced",
    seconds: 194,
    use: "Few labels and many unlabelled rows from elsewhere: a large gain on the simulation of the paper; on real domains none with two classes, and a loss with ten once plain training is tuned.",
    practice:
      "First tune training on the labelled rows alone. The paper's robust labels gained nothing on two classes and lost on ten, where tuning made three rivals ignore the unlabelled rows. Virtual adversarial training had no visible gain.",
  },
};
