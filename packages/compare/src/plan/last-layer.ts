import {
  type BatchLoss,
  cosineHeadScale,
  crossEntropy,
  type Margin,
  marginCrossEntropy,
  oneHotSquaredError,
  zLoss,
} from "minimand";
import type { Task } from "../results.ts";
import type { LossCandidate } from "./candidate.ts";
import { lossCandidate } from "./loss-candidate.ts";

const both: readonly Task[] = ["binary", "multiclass"];

/** A softmax of scaled cosines between features and one direction a class, with a margin on the label's. */
const onCosines = (
  margin: (options: Parameters<BatchLoss>[2]) => Margin,
): Pick<LossCandidate, "kind" | "tasks" | "head" | "loss"> => ({
  kind: "loss",
  tasks: both,
  head: "cosine",
  loss: () => (f, y, options) =>
    marginCrossEntropy(f.div(cosineHeadScale), y, {
      weights: options.weights,
      scale: cosineHeadScale,
      margin: margin(options),
    }),
});

/** Losses that are about the last layer: the spherical family, and directions with a margin. */
export const lastLayerCandidates: readonly LossCandidate[] = [
  lossCandidate({
    id: "z-loss",
    label: "Z-loss",
    paper: "z-loss",
    formula: "log(1 + exp(a (b - z_y))) / a, z = (f - mean f) / sd f",
    // Standardised, the scores of two classes are always +1 and -1.
    tasks: ["multiclass"],
    settings: [
      { a: 1, b: 0 },
      { a: 0.1, b: 10 },
      { a: 3, b: 1 },
    ],
    parameters: { a: "> 0", b: "any" },
    of: zLoss,
  }),
  lossCandidate({
    id: "taylor-softmax",
    label: "Taylor softmax",
    reference: "de Brébisson, Vincent 2015, arXiv 1511.05042",
    formula: "-log p_y, p_k ~ 1 + f_k + f_k^2 / 2",
    tasks: both,
    head: "taylor",
    of: crossEntropy,
  }),
  lossCandidate({
    id: "spherical-softmax",
    label: "Spherical softmax",
    reference: "de Brébisson, Vincent 2015, arXiv 1511.05042",
    formula: "-log p_y, p_k ~ f_k^2 + 0.1",
    tasks: both,
    head: "spherical",
    of: crossEntropy,
  }),
  lossCandidate({
    id: "one-hot-squared-error",
    label: "Squared error of the scores",
    reference: "Vincent et al. 2015, arXiv 1412.7091",
    formula: "sum_k (f_k - 1[k = y])^2",
    tasks: both,
    of: oneHotSquaredError,
  }),
  {
    ...onCosines(() => ({ kind: "none" })),
    id: "normalised-softmax",
    label: "Normalised softmax",
    paper: "normface",
    formula: "-log p_y of logits 16 cos(h, w_k)",
    settings: [],
    parameters: {},
  },
  {
    ...onCosines(({ hyper }) => ({ kind: "cosface", m: hyper.m })),
    id: "cosface",
    label: "CosFace",
    reference: "Wang et al. 2018, arXiv 1801.09414",
    formula: "normalised softmax with cos(h, w_y) - m",
    settings: [{ m: 0.1 }, { m: 0.35 }, { m: 0.02 }],
    parameters: { m: "in [0, 2]" },
  },
  {
    ...onCosines(({ hyper }) => ({ kind: "arcface", m: hyper.m })),
    id: "arcface",
    label: "ArcFace",
    reference: "Deng et al. 2018, arXiv 1801.07698",
    formula: "normalised softmax with cos(angle(h, w_y) + m)",
    settings: [{ m: 0.1 }, { m: 0.5 }, { m: 0.02 }],
    parameters: { m: "in [0, pi)" },
  },
  {
    ...onCosines(({ key, hyper }) => ({ kind: "elastic-arc", key, mean: hyper.mean })),
    id: "elasticface",
    label: "ElasticFace-Arc",
    paper: "elasticface",
    formula: "ArcFace with a margin M ~ N(mean, 0.05^2) for every example and step",
    settings: [{ mean: 0.1 }, { mean: 0.5 }, { mean: 0.02 }],
    parameters: { mean: "in [0, pi)" },
  },
];
