import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };
import { materials } from "./run/settings.ts";

export const card: PaperCard = {
  slug: "anyloss",
  title: "AnyLoss: Transforming Classification Metrics into Loss Functions",
  authors: 3,
  arxiv: "2405.14745",
  date: "2024-05",
  claim:
    "A loss made of a differentiable confusion matrix and aimed at a score gives models that are better in that score than cross-entropy or squared error do, above all on imbalanced data.",
  rule: "A single-layer perceptron is trained by the published protocol (from zero, full batch, 1000 steps of 0.1) on eight imbalanced problems, five seeds and all their five folds. AnyLoss aimed at a score is compared in it with a rival on each problem by the corrected resampled t-test, two-sided at 0.05. (i) Against BCE at 1/2, as in the paper: significantly better on at least half of the problems and significantly worse on at most one, in G-mean and in F2. (ii) Against BCE whose class weights and threshold are chosen for the score within the training rows: significantly better on at least a quarter of the problems, on more than it is significantly worse on, and with a positive mean gain, in G-mean and in F2. Reproduced: (i) and (ii). Partly reproduced: one of them. Otherwise not reproduced.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "anyLoss",
    "scoreOrientedLoss",
    "binaryCrossEntropy",
    "weightedBce",
    "deltaRule",
    "tuneThreshold",
    "smote",
    "undersample",
  ],
  data: materials.map(({ id }) => id),
};

export const listing: Listing = {
  topic: "classification",
  added: "2026-11-25",
  held: "AnyLoss aimed at G-mean is significantly better than cross-entropy on 4 of 8 problems and worse on none, by 0.177 on average. Aimed at F2 it is better on 4 as well, by 0.193 on average.",
  notHeld:
    "Against cross-entropy with tuned class weights and threshold, AnyLoss is significantly better in G-mean on 1 of 8 problems, by 0.009 on average. In F2 it is better on 1 and worse on 1.",
  measured: {
    verdict: "partly reproduced",
    seconds: 280,
    use: "Training for the metric that you report, as G-mean or F-score, on imbalanced data; a tuned threshold does as well on most problems.",
    practice:
      "First tune the class weights and the threshold of cross-entropy for your score: that did as well on seven of eight problems. Use AnyLoss if no threshold is good enough.",
  },
};
