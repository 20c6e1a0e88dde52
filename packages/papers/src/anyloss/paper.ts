import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };
import { materials } from "./settings.ts";

export const card: PaperCard = {
  slug: "anyloss",
  title: "AnyLoss: Transforming Classification Metrics into Loss Functions",
  authors: 3,
  arxiv: "2405.14745",
  date: "2024-05",
  claim:
    "A loss made of a differentiable confusion matrix and aimed at a score gives models that are better in that score than cross-entropy or squared error do, above all on imbalanced data.",
  rule: "A single-layer perceptron is trained by the published protocol (from zero, full batch, 1000 steps of 0.1) on eight imbalanced problems; test scores are averaged over seeds and folds, and differences below 0.001 are ties. Reproduced: AnyLoss aimed at the score beats BCE on at least three quarters of the problems in G-mean and in F2, and its mean gain in F1 is positive. Partly reproduced: it does so in G-mean or in F2. Otherwise not reproduced.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "anyLoss",
    "amplify",
    "softConfusionMatrix",
    "costScore",
    "gmeanSquared",
    "annealedL",
    "anyLossMixture",
    "anyLossSplitter",
    "anyLossOneVsRest",
    "scoreOrientedLoss",
    "scoreOrientedOneVsRest",
    "binaryCrossEntropy",
    "weightedBce",
    "deltaRule",
    "tuneThreshold",
    "smote",
    "undersample",
  ],
  data: materials.map(({ id }) => id),
};
