import {
  addDecayedWeights,
  chain,
  flatTransformation,
  type GradientTransformation,
  lamb,
  matricesOnly,
  muon,
  scaleByBelief,
  scaleByLearningRate,
  scaleByNadam,
  scaleByRadam,
  scaleByRms,
  scaleByRss,
} from "minimand";
import type { OptimizerCandidate } from "./candidate.ts";

const weightDecay = 1e-4;

/** A direction of single entries with the weight decay that AdamW has here, which is decoupled. */
const along =
  (direction: () => GradientTransformation): OptimizerCandidate["optimizer"] =>
  ({ learningRate }) =>
    chain(direction(), addDecayedWeights(weightDecay), scaleByLearningRate(learningRate));

const plain = { kind: "optimizer", settings: [], parameters: {} } as const;

/** Optimizers by the names that people search for, in addition to those of {@link methods} that come from a paper here. */
export const usualOptimizers: readonly OptimizerCandidate[] = [
  {
    ...plain,
    id: "rmsprop",
    label: "RMSprop",
    reference: "Hinton et al. 2012, lecture 6e",
    formula: "w <- w - rate (g / sqrt(v) + 1e-4 w), v <- 0.9 v + 0.1 g^2",
    optimizer: along(scaleByRms),
  },
  {
    ...plain,
    id: "adagrad",
    label: "AdaGrad",
    reference: "Duchi et al. 2011, JMLR 12",
    formula: "w <- w - rate (g / sqrt(s) + 1e-4 w), s <- s + g^2",
    // Its steps shrink with the root of their number.
    rates: [5e-3, 5e-1],
    optimizer: along(scaleByRss),
  },
  {
    ...plain,
    id: "nadam",
    label: "NAdam",
    reference: "Dozat 2016, ICLR workshop",
    formula: "AdamW with the mean of gradients one step ahead",
    optimizer: along(scaleByNadam),
  },
  {
    ...plain,
    id: "radam",
    label: "RAdam",
    reference: "Liu et al. 2020, arXiv 1908.03265",
    formula: "AdamW rectified: momentum for five steps, then r m / sqrt(v) with r rising to 1",
    optimizer: along(scaleByRadam),
  },
  {
    ...plain,
    id: "adabelief",
    label: "AdaBelief",
    reference: "Zhuang et al. 2020, arXiv 2010.07468",
    formula: "AdamW with v <- 0.999 v + 0.001 (g - m)^2",
    optimizer: along(scaleByBelief),
  },
  {
    ...plain,
    id: "lamb",
    label: "LAMB",
    reference: "You et al. 2020, arXiv 1904.00962",
    formula: "W <- W - rate (||W|| / ||U||) U for matrices, U = m / sqrt(v) + 1e-4 W; AdamW for biases",
    optimizer: ({ learningRate }, model) =>
      flatTransformation(model, lamb(learningRate, { weightDecay, layerAdaptation: matricesOnly })),
  },
  {
    ...plain,
    id: "muon",
    label: "Muon",
    reference: "Jordan et al. 2024; Liu et al. 2025, arXiv 2502.16982",
    formula:
      "W <- W - rate (0.2 sqrt(max(n, m)) U V' + 1e-4 W) for matrices, U S V' their momentum; AdamW for biases",
    optimizer: ({ learningRate }, model) =>
      flatTransformation(model, muon(learningRate, { adjust: "match-rms", weightDecay })),
  },
];
