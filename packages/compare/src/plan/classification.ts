import {
  anyLoss,
  compSum,
  crossEntropy,
  exponentialLoss,
  focal,
  hingeLoss,
  marginLoss,
  type ScoreTarget,
  scoreOrientedLoss,
  squaredHingeLoss,
} from "minimand";
import type { Task } from "../results.ts";
import type { BuildInfo, Candidate } from "./candidate.ts";

const both: readonly Task[] = ["binary", "multiclass"];
const binary: readonly Task[] = ["binary"];

/** The soft score closest to the report metric; balanced accuracy where it has none (areas, probabilities). */
function targetOf({ metric }: BuildInfo): ScoreTarget {
  if (metric === "accuracy" || metric === "gmean" || metric === "mcc") return { metric };
  if (metric.startsWith("f")) return { metric: "fbeta", beta: Number(metric.slice(1)) };
  return { metric: "balancedAccuracy" };
}

/** Losses for class labels, the baseline first. */
export const classificationCandidates: readonly Candidate[] = [
  {
    id: "cross-entropy",
    label: "Cross-entropy",
    formula: "-log p_y",
    tasks: both,
    settings: [],
    parameters: {},
    loss:
      () =>
      (f, y, { weights }) =>
        crossEntropy(f, y, { weights }),
  },
  {
    id: "class-weighted-cross-entropy",
    label: "Class-weighted cross-entropy",
    formula: "w_y (-log p_y), w_k = n / (K n_k)",
    tasks: both,
    settings: [],
    parameters: {},
    classWeighted: true,
    loss:
      () =>
      (f, y, { weights }) =>
        crossEntropy(f, y, { weights }),
  },
  {
    id: "focal",
    label: "Focal",
    formula: "(1 - p_y)^gamma (-log p_y)",
    tasks: both,
    settings: [{ gamma: 2 }, { gamma: 1 }, { gamma: 5 }],
    parameters: { gamma: ">= 0" },
    loss:
      () =>
      (f, y, { weights, hyper }) =>
        focal(f, y, { weights, gamma: hyper.gamma }),
  },
  {
    id: "comp-sum",
    label: "Comp-sum",
    paper: "comp-sum",
    formula: "(p_y^(tau - 1) - 1) / (1 - tau)",
    tasks: both,
    settings: [{ tau: 1.5 }, { tau: 0.5 }, { tau: 1.2 }],
    parameters: { tau: ">= 0; 1 is cross-entropy" },
    loss:
      () =>
      (f, y, { weights, hyper }) =>
        compSum(f, y, { weights, tau: hyper.tau }),
  },
  {
    id: "hinge",
    label: "Hinge",
    formula: "max(0, 1 - z), z = +-(f1 - f0)",
    tasks: binary,
    settings: [],
    parameters: {},
    loss:
      () =>
      (f, y, { weights }) =>
        marginLoss(f, y, hingeLoss, { weights }),
  },
  {
    id: "squared-hinge",
    label: "Squared hinge",
    formula: "max(0, 1 - z)^2",
    tasks: binary,
    settings: [],
    parameters: {},
    loss:
      () =>
      (f, y, { weights }) =>
        marginLoss(f, y, squaredHingeLoss, { weights }),
  },
  {
    id: "exponential",
    label: "Exponential",
    formula: "e^-z",
    tasks: binary,
    settings: [],
    parameters: {},
    loss:
      () =>
      (f, y, { weights }) =>
        marginLoss(f, y, exponentialLoss, { weights }),
  },
  {
    id: "anyloss",
    label: "AnyLoss",
    paper: "anyloss",
    formula: "1 - score(TN, FP, FN, TP), with a = sigmoid(L (p - 1/2)); aims at the report metric",
    tasks: binary,
    settings: [{ L: 73 }, { L: 10 }],
    parameters: { L: "> 0, amplification" },
    loss:
      (info) =>
      (f, y, { weights, hyper }) =>
        anyLoss(f, y, { ...targetOf(info), fromLogits: true, weights, L: hyper.L }),
  },
  {
    id: "score-oriented",
    label: "Score-oriented",
    formula:
      "1 - score(TN, FP, FN, TP), with a = F(p), F the c.d.f. of a uniform threshold; aims at the report metric",
    tasks: binary,
    settings: [],
    parameters: {},
    loss:
      (info) =>
      (f, y, { weights }) =>
        scoreOrientedLoss(f, y, { ...targetOf(info), fromLogits: true, weights, distribution: "uniform" }),
  },
];
