import {
  aldrInit,
  aldrObjective,
  anyLoss,
  anyLossOneVsRest,
  compSum,
  crammerSinger,
  crossEntropy,
  ensLoss,
  ensLossOneVsRest,
  exponentialLoss,
  focal,
  generalizedCrossEntropy,
  hingeLoss,
  jensenShannonLoss,
  labelSmoothingCrossEntropy,
  ldrKl,
  maeLoss,
  marginLoss,
  mseLoss,
  nceAgce,
  nceAul,
  nceRce,
  robustLogLoss,
  type ScoreTarget,
  scoreOrientedLoss,
  scoreOrientedOneVsRest,
  squaredHingeLoss,
  symmetricCrossEntropy,
  westonWatkins,
} from "minimand";
import type { Task } from "../results.ts";
import type { BuildInfo, ComparedLoss } from "./candidate.ts";
import { lossCandidate } from "./loss-candidate.ts";

const both: readonly Task[] = ["binary", "multiclass"];
const binary: readonly Task[] = ["binary"];

/** The soft score closest to the report metric; balanced accuracy where it has none (areas, probabilities). */
function targetOf({ metric }: BuildInfo): ScoreTarget {
  if (metric === "accuracy" || metric === "gmean" || metric === "mcc") return { metric };
  if (metric.startsWith("f")) return { metric: "fbeta", beta: Number(metric.slice(1)) };
  return { metric: "balancedAccuracy" };
}

/** Losses for class labels, the baseline first. */
export const classificationCandidates: readonly ComparedLoss[] = [
  lossCandidate({
    id: "cross-entropy",
    label: "Cross-entropy",
    formula: "-log p_y",
    tasks: both,
    of: crossEntropy,
  }),
  lossCandidate({
    id: "class-weighted-cross-entropy",
    label: "Class-weighted cross-entropy",
    formula: "w_y (-log p_y), w_k = n / (K n_k)",
    tasks: both,
    classWeighted: true,
    of: crossEntropy,
  }),
  lossCandidate({
    id: "focal",
    label: "Focal",
    reference: "Lin et al. 2017, arXiv 1708.02002",
    formula: "(1 - p_y)^gamma (-log p_y)",
    tasks: both,
    settings: [{ gamma: 2 }, { gamma: 1 }, { gamma: 5 }],
    parameters: { gamma: ">= 0" },
    of: focal,
  }),
  lossCandidate({
    id: "comp-sum",
    label: "Comp-sum",
    paper: "comp-sum",
    formula: "(p_y^(tau - 1) - 1) / (1 - tau)",
    tasks: both,
    settings: [{ tau: 1.5 }, { tau: 0.5 }, { tau: 1.2 }],
    parameters: { tau: ">= 0; 1 is cross-entropy" },
    of: compSum,
  }),
  lossCandidate({
    id: "generalized-cross-entropy",
    label: "Generalised cross-entropy",
    reference: "Zhang, Sabuncu 2018, arXiv 1805.07836",
    formula: "(1 - p_y^q) / q",
    tasks: both,
    settings: [{ q: 0.7 }, { q: 0.3 }, { q: 0.95 }],
    parameters: { q: "> 0" },
    of: generalizedCrossEntropy,
  }),
  lossCandidate({
    id: "symmetric-cross-entropy",
    label: "Symmetric cross-entropy",
    reference: "Wang et al. 2019, arXiv 1908.06112",
    formula: "(1 - b) (-log p_y) + 4 b (1 - p_y)",
    tasks: both,
    settings: [{ balance: 0.5 }, { balance: 0.95 }, { balance: 0.05 }],
    parameters: { balance: "in [0, 1]" },
    of: symmetricCrossEntropy,
  }),
  lossCandidate({
    id: "mae",
    label: "Absolute error of the probabilities",
    reference: "Ghosh et al. 2017, arXiv 1712.09482",
    formula: "2 (1 - p_y)",
    tasks: both,
    of: maeLoss,
  }),
  lossCandidate({
    id: "mse",
    label: "Squared error of the probabilities",
    reference: "Ghosh et al. 2017, arXiv 1712.09482",
    formula: "sum_k (1[k = y] - p_k)^2",
    tasks: both,
    of: mseLoss,
  }),
  lossCandidate({
    id: "jensen-shannon",
    label: "Jensen-Shannon",
    reference: "Englesson, Azizpour 2021, arXiv 2105.04522",
    formula: "scale (pi KL(e_y || m) + (1 - pi) KL(p || m)), m = pi e_y + (1 - pi) p",
    tasks: both,
    settings: [{ pi1: 0.5 }, { pi1: 0.1 }, { pi1: 0.9 }],
    parameters: { pi1: "in (0, 1)" },
    of: jensenShannonLoss,
  }),
  lossCandidate({
    id: "nce-rce",
    label: "NCE + RCE",
    reference: "Ma et al. 2020, arXiv 2006.13554",
    formula: "alpha NCE + beta RCE",
    tasks: both,
    settings: [
      { alpha: 5, beta: 5 },
      { alpha: 9.9, beta: 0.1 },
      { alpha: 0.1, beta: 9.9 },
    ],
    parameters: { alpha: ">= 0", beta: ">= 0" },
    of: nceRce,
  }),
  lossCandidate({
    id: "nce-aul",
    label: "NCE + AUL",
    reference: "Zhou et al. 2021, arXiv 2106.03110",
    formula: "alpha NCE + beta ((a - p_y)^q - (a - 1)^q) / q",
    tasks: both,
    settings: [
      { alpha: 5, beta: 5 },
      { alpha: 9.9, beta: 0.1 },
      { alpha: 0.1, beta: 9.9 },
    ],
    parameters: { alpha: ">= 0", beta: ">= 0" },
    of: nceAul,
  }),
  lossCandidate({
    id: "nce-agce",
    label: "NCE + AGCE",
    reference: "Zhou et al. 2021, arXiv 2106.03110",
    formula: "alpha NCE + beta ((a + 1)^q - (a + p_y)^q) / q",
    tasks: both,
    settings: [
      { alpha: 5, beta: 5 },
      { alpha: 9.9, beta: 0.1 },
      { alpha: 0.1, beta: 9.9 },
    ],
    parameters: { alpha: ">= 0", beta: ">= 0" },
    of: nceAgce,
  }),
  lossCandidate({
    id: "robust-log",
    label: "Robust log",
    reference: "Patel, Sastry 2021, arXiv 2110.09327",
    formula: "-log(alpha + p_y) + mean_{k != y} log(alpha + p_k)",
    tasks: both,
    settings: [{ alpha: 1 }, { alpha: 0.1 }, { alpha: 10 }],
    parameters: { alpha: "> 0" },
    of: robustLogLoss,
  }),
  lossCandidate({
    id: "crammer-singer",
    label: "Crammer-Singer hinge",
    reference: "Crammer, Singer 2001, JMLR 2",
    formula: "max(0, margin + max_{k != y} f_k - f_y)",
    tasks: both,
    settings: [{ margin: 1 }, { margin: 0.1 }, { margin: 10 }],
    parameters: { margin: ">= 0" },
    of: crammerSinger,
  }),
  lossCandidate({
    id: "weston-watkins",
    label: "Weston-Watkins hinge",
    reference: "Weston, Watkins 1999, ESANN",
    formula: "mean_k max(0, margin 1[k != y] + f_k - f_y)",
    tasks: both,
    settings: [{ margin: 1 }, { margin: 0.1 }, { margin: 10 }],
    parameters: { margin: ">= 0" },
    of: westonWatkins,
  }),
  lossCandidate({
    id: "ldr-kl",
    label: "LDR-KL",
    paper: "ldr",
    formula: "lambda log mean_k exp(z_k / lambda), z_k = f_k - f_y + 0.1 [k != y]",
    tasks: both,
    settings: [{ lambda: 0.5 }, { lambda: 2 }, { lambda: 10 }],
    parameters: { lambda: "> 0" },
    of: ldrKl,
  }),
  {
    kind: "objective",
    id: "aldr-kl",
    label: "ALDR-KL",
    paper: "ldr",
    formula: "LDR-KL with a lambda_i for every example, lambda_i = lambda0 (1 - KL(p, 1/K) / (2 log K))",
    tasks: both,
    settings: [{ lambda0: 1 }, { lambda0: 5 }, { lambda0: 0.2 }],
    parameters: { lambda0: "> 0" },
    objective: (_, model) => aldrObjective(model, ({ lambda0 }) => ({ lambda0 })),
    memory: (examples, { lambda0 }) => aldrInit(examples, { lambda0 }),
  },
  lossCandidate({
    id: "hinge",
    label: "Hinge",
    formula: "max(0, 1 - z), z = +-(f1 - f0)",
    tasks: binary,
    of: (f, y, options) => marginLoss(f, y, hingeLoss, options),
  }),
  lossCandidate({
    id: "squared-hinge",
    label: "Squared hinge",
    formula: "max(0, 1 - z)^2",
    tasks: binary,
    of: (f, y, options) => marginLoss(f, y, squaredHingeLoss, options),
  }),
  lossCandidate({
    id: "exponential",
    label: "Exponential",
    formula: "e^-z",
    tasks: binary,
    of: (f, y, options) => marginLoss(f, y, exponentialLoss, options),
  }),
  {
    kind: "loss",
    id: "ensloss",
    label: "EnsLoss",
    paper: "ensloss",
    formula: "at every step the derivative of another random, convex, calibrated loss",
    tasks: both,
    extensionOn: ["multiclass"],
    settings: [],
    parameters: {},
    loss:
      ({ task }) =>
      (f, y, { weights, key }) =>
        task === "binary"
          ? ensLoss(f, y, { key, weights })
          : ensLossOneVsRest(f, y, { key, weights, ranking: "class" }),
  },
  {
    kind: "loss",
    id: "anyloss",
    wholeBatch: true,
    label: "AnyLoss",
    paper: "anyloss",
    formula:
      "1 - score(TN, FP, FN, TP) with a = sigmoid(L (p - 1/2)), the score nearest to the report metric",
    tasks: both,
    extensionOn: ["multiclass"],
    settings: [{ L: 73 }, { L: 10 }, { L: 30 }],
    parameters: { L: "> 0, amplification" },
    loss:
      (info) =>
      (f, y, { weights, hyper }) =>
        info.task === "binary"
          ? anyLoss(f, y, { ...targetOf(info), fromLogits: true, weights, L: hyper.L })
          : anyLossOneVsRest(f, y, { ...targetOf(info), weights, L: hyper.L }),
  },
  {
    kind: "loss",
    id: "score-oriented",
    wholeBatch: true,
    label: "Score-oriented",
    reference: "Guastavino, Marchetti 2021, arXiv 2103.15522",
    formula:
      "1 - score(TN, FP, FN, TP) with a = p (uniform threshold), the score nearest to the report metric",
    tasks: both,
    settings: [],
    parameters: {},
    loss:
      (info) =>
      (f, y, { weights }) =>
        info.task === "binary"
          ? scoreOrientedLoss(f, y, { ...targetOf(info), fromLogits: true, weights, distribution: "uniform" })
          : scoreOrientedOneVsRest(f, y, { ...targetOf(info), weights, distribution: "uniform" }),
  },
  {
    kind: "loss",
    id: "label-smoothing",
    label: "Label smoothing",
    reference: "Szegedy et al. 2016, arXiv 1512.00567",
    formula: "-sum_k q_k log p_k, q_k = (1 - smoothing) 1[k = y] + smoothing / K",
    tasks: both,
    onlyByName: true,
    settings: [{ smoothing: 0.1 }, { smoothing: 0.05 }, { smoothing: 0.2 }],
    parameters: { smoothing: "in [0, 1]" },
    loss:
      () =>
      (f, y, { weights, hyper }) =>
        labelSmoothingCrossEntropy(f, y, { weights, smoothing: hyper.smoothing }),
  },
];
