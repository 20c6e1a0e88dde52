import {
  type BatchLoss,
  cosineHeadScale,
  crossEntropy,
  type Margin,
  marginCrossEntropy,
  oneHotSquaredError,
  zLoss,
} from "minimand";
import { classTasks, type LossCandidate } from "./candidate.ts";
import { lossesFor, type MoreOfLoss } from "./loss-candidate.ts";
import { tuning } from "./tuning.ts";

const loss = lossesFor(classTasks);
const otherPowers = "de Brébisson, Vincent 2015, arXiv 1511.05042";

type MakeMargin = (options: Parameters<BatchLoss>[2]) => Margin;

/** A softmax of scaled cosines between features and one direction a class, with a margin on the label's. */
const onCosines = <Name extends string = never>(
  id: string,
  label: string,
  formula: string,
  margin: MakeMargin,
  { tuned, ...more }: MoreOfLoss<Name>,
): LossCandidate => ({
  ...more,
  kind: "loss",
  id,
  label,
  formula,
  tasks: classTasks,
  head: "cosine",
  ...tuning(tuned),
  loss: () => (f, y, options) =>
    marginCrossEntropy(f.div(cosineHeadScale), y, {
      weights: options.weights,
      scale: cosineHeadScale,
      margin: margin(options),
    }),
});

const none: MakeMargin = () => ({ kind: "none" });
const cosface: MakeMargin = ({ hyper }) => ({ kind: "cosface", m: hyper.m });
const arcface: MakeMargin = ({ hyper }) => ({ kind: "arcface", m: hyper.m });
const elasticArc: MakeMargin = ({ key, hyper }) => ({ kind: "elastic-arc", key, mean: hyper.mean });

/** Losses that are about the last layer: the spherical family, and directions with a margin. */
export const lastLayerCandidates: readonly LossCandidate[] = [
  // Standardised, the scores of two classes are always +1 and -1.
  lossesFor(["multiclass"])(
    "z-loss",
    "Z-loss",
    "log(1 + exp(a (b - z_y))) / a, z = (f - mean f) / sd f",
    zLoss,
    { paper: "z-loss", tuned: { a: ["> 0", 1, 0.1, 3], b: ["any", 0, 10, 1] } },
  ),
  loss("taylor-softmax", "Taylor softmax", "-log p_y, p_k ~ 1 + f_k + f_k^2 / 2", crossEntropy, {
    reference: otherPowers,
    head: "taylor",
  }),
  loss("spherical-softmax", "Spherical softmax", "-log p_y, p_k ~ f_k^2 + 0.1", crossEntropy, {
    reference: otherPowers,
    head: "spherical",
  }),
  loss(
    "one-hot-squared-error",
    "Squared error of the scores",
    "sum_k (f_k - 1[k = y])^2",
    oneHotSquaredError,
    { reference: "Vincent et al. 2015, arXiv 1412.7091" },
  ),
  onCosines("normalised-softmax", "Normalised softmax", "-log p_y of logits 16 cos(h, w_k)", none, {
    paper: "normface",
  }),
  onCosines("cosface", "CosFace", "normalised softmax with cos(h, w_y) - m", cosface, {
    tuned: { m: ["in [0, 2]", 0.1, 0.35, 0.02] },
    reference: "Wang et al. 2018, arXiv 1801.09414",
  }),
  onCosines("arcface", "ArcFace", "normalised softmax with cos(angle(h, w_y) + m)", arcface, {
    tuned: { m: ["in [0, pi)", 0.1, 0.5, 0.02] },
    reference: "Deng et al. 2018, arXiv 1801.07698",
  }),
  onCosines(
    "elasticface",
    "ElasticFace-Arc",
    "ArcFace with a margin M ~ N(mean, 0.05^2) for every example and step",
    elasticArc,
    { paper: "elasticface", tuned: { mean: ["in [0, pi)", 0.1, 0.5, 0.02] } },
  ),
];
