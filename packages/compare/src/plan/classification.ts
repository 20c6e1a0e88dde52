import {
  absoluteProbabilityError,
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
  hinge,
  jensenShannonLoss,
  labelSmoothingCrossEntropy,
  ldrKl,
  marginLoss,
  nceAgce,
  nceAul,
  nceRce,
  robustLogLoss,
  type ScoreTarget,
  scoreOrientedLoss,
  scoreOrientedOneVsRest,
  squaredHinge,
  squaredProbabilityError,
  symmetricCrossEntropy,
  westonWatkins,
} from "minimand";
import { type BuildInfo, type ComparedLoss, classTasks } from "./candidate.ts";
import { lossesFor } from "./loss-candidate.ts";
import { tuning } from "./tuning.ts";

const loss = lossesFor(classTasks);
const marginLossOf = (id: string, label: string, formula: string, of: Parameters<typeof marginLoss>[2]) =>
  lossesFor(["binary"])(id, label, formula, (f, y, options) => marginLoss(f, y, of, options));

/** The soft score closest to the report metric; balanced accuracy where it has none (areas, probabilities). */
function targetOf({ metric }: BuildInfo): ScoreTarget {
  if (metric === "accuracy" || metric === "gmean" || metric === "mcc") return { metric };
  if (metric.startsWith("f")) return { metric: "fbeta", beta: Number(metric.slice(1)) };
  return { metric: "balanced-accuracy" };
}

/** Weights of an active and a passive part. */
const weightsOfParts = { alpha: [">= 0", 5, 9.9, 0.1], beta: [">= 0", 5, 0.1, 9.9] } as const;
const margins = { margin: [">= 0", 1, 0.1, 10] } as const;
const [ofProbabilities, ofParts] = [
  "Ghosh et al. 2017, arXiv 1712.09482",
  "Zhou et al. 2021, arXiv 2106.03110",
];

/** Losses for class labels, the baseline first. */
export const classificationCandidates: readonly ComparedLoss[] = [
  loss("cross-entropy", "Cross-entropy", "-log p_y", crossEntropy),
  loss(
    "class-weighted-cross-entropy",
    "Class-weighted cross-entropy",
    "w_y (-log p_y), w_k = n / (K n_k)",
    crossEntropy,
    { classWeighted: true },
  ),
  loss("focal", "Focal", "(1 - p_y)^gamma (-log p_y)", focal, {
    reference: "Lin et al. 2017, arXiv 1708.02002",
    tuned: { gamma: [">= 0", 2, 1, 5] },
  }),
  loss("comp-sum", "Comp-sum", "(p_y^(tau - 1) - 1) / (1 - tau)", compSum, {
    paper: "comp-sum",
    tuned: { tau: [">= 0; 1 is cross-entropy", 1.5, 0.5, 1.2] },
  }),
  loss("generalized-cross-entropy", "Generalised cross-entropy", "(1 - p_y^q) / q", generalizedCrossEntropy, {
    reference: "Zhang, Sabuncu 2018, arXiv 1805.07836",
    tuned: { q: ["> 0", 0.7, 0.3, 0.95] },
  }),
  loss(
    "symmetric-cross-entropy",
    "Symmetric cross-entropy",
    "(1 - b) (-log p_y) + 4 b (1 - p_y)",
    symmetricCrossEntropy,
    {
      reference: "Wang et al. 2019, arXiv 1908.06112",
      tuned: { balance: ["in [0, 1]", 0.5, 0.95, 0.05] },
    },
  ),
  loss("mae", "Absolute error of the probabilities", "2 (1 - p_y)", absoluteProbabilityError, {
    reference: ofProbabilities,
  }),
  loss("mse", "Squared error of the probabilities", "sum_k (1[k = y] - p_k)^2", squaredProbabilityError, {
    reference: ofProbabilities,
  }),
  loss(
    "jensen-shannon",
    "Jensen-Shannon",
    "scale (pi KL(e_y || m) + (1 - pi) KL(p || m)), m = pi e_y + (1 - pi) p",
    jensenShannonLoss,
    {
      reference: "Englesson, Azizpour 2021, arXiv 2105.04522",
      tuned: { pi1: ["in (0, 1)", 0.5, 0.1, 0.9] },
    },
  ),
  loss("nce-rce", "NCE + RCE", "alpha NCE + beta RCE", nceRce, {
    reference: "Ma et al. 2020, arXiv 2006.13554",
    tuned: weightsOfParts,
  }),
  loss("nce-aul", "NCE + AUL", "alpha NCE + beta ((a - p_y)^q - (a - 1)^q) / q", nceAul, {
    reference: ofParts,
    tuned: weightsOfParts,
  }),
  loss("nce-agce", "NCE + AGCE", "alpha NCE + beta ((a + 1)^q - (a + p_y)^q) / q", nceAgce, {
    reference: ofParts,
    tuned: weightsOfParts,
  }),
  loss("robust-log", "Robust log", "-log(alpha + p_y) + mean_{k != y} log(alpha + p_k)", robustLogLoss, {
    reference: "Patel, Sastry 2021, arXiv 2110.09327",
    tuned: { alpha: ["> 0", 1, 0.1, 10] },
  }),
  loss("crammer-singer", "Crammer-Singer hinge", "max(0, margin + max_{k != y} f_k - f_y)", crammerSinger, {
    reference: "Crammer, Singer 2001, JMLR 2",
    tuned: margins,
  }),
  loss(
    "weston-watkins",
    "Weston-Watkins hinge",
    "mean_k max(0, margin 1[k != y] + f_k - f_y)",
    westonWatkins,
    {
      reference: "Weston, Watkins 1999, ESANN",
      tuned: margins,
    },
  ),
  loss("ldr-kl", "LDR-KL", "lambda log mean_k exp(z_k / lambda), z_k = f_k - f_y + 0.1 [k != y]", ldrKl, {
    paper: "ldr",
    tuned: { lambda: ["> 0", 0.5, 2, 10] },
  }),
  {
    kind: "objective",
    id: "aldr-kl",
    label: "ALDR-KL",
    paper: "ldr",
    formula: "LDR-KL with a lambda_i for every example, lambda_i = lambda0 (1 - KL(p, 1/K) / (2 log K))",
    tasks: classTasks,
    ...tuning({ lambda0: ["> 0", 1, 5, 0.2] }),
    objective: (_, model) => aldrObjective(model, ({ lambda0 }) => ({ lambda0 })),
    memory: (examples, { lambda0 }) => aldrInit(examples, { lambda0 }),
  },
  marginLossOf("hinge", "Hinge", "max(0, 1 - z), z = +-(f1 - f0)", hinge),
  marginLossOf("squared-hinge", "Squared hinge", "max(0, 1 - z)^2", squaredHinge),
  marginLossOf("exponential", "Exponential", "e^-z", exponentialLoss),
  {
    kind: "loss",
    id: "ensloss",
    label: "EnsLoss",
    paper: "ensloss",
    formula: "at every step the derivative of another random, convex, calibrated loss",
    tasks: classTasks,
    extensionOn: ["multiclass"],
    ...tuning(),
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
    tasks: classTasks,
    extensionOn: ["multiclass"],
    ...tuning({ L: ["> 0, amplification", 73, 10, 30] }),
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
    tasks: classTasks,
    ...tuning(),
    loss:
      (info) =>
      (f, y, { weights }) =>
        info.task === "binary"
          ? scoreOrientedLoss(f, y, { ...targetOf(info), fromLogits: true, weights, distribution: "uniform" })
          : scoreOrientedOneVsRest(f, y, { ...targetOf(info), weights, distribution: "uniform" }),
  },
  loss(
    "label-smoothing",
    "Label smoothing",
    "-sum_k q_k log p_k, q_k = (1 - smoothing) 1[k = y] + smoothing / K",
    labelSmoothingCrossEntropy,
    {
      reference: "Szegedy et al. 2016, arXiv 1512.00567",
      onlyByName: true,
      tuned: { smoothing: ["in [0, 1]", 0.1, 0.05, 0.2] },
    },
  ),
];
