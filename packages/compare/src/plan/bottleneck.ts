import {
  bottleneckObjective,
  csConditional,
  csIbObjective,
  featureObjective,
  nonlinearBottleneck,
  variationalBottleneck,
} from "minimand";
import { disposeTree } from "minimand/engine";
import type { ComparedLoss } from "./candidate.ts";
import { tuning } from "./tuning.ts";

const tasks = ["regression"] as const;
const beta = ">= 0, weight of what the last hidden features t tell of the inputs";

/**
 * The Cauchy-Schwarz losses and the information bottlenecks at the last hidden features. Noise is for training alone: what predicts, and is
 * kept, is the network without it.
 */
export const bottleneckCandidates: readonly ComparedLoss[] = [
  {
    tasks,
    kind: "objective",
    id: "cs",
    paper: "cs-ib",
    label: "Conditional Cauchy-Schwarz",
    formula: "log S(y, y) + log S(f, f) - 2 log S(f, y), S a sum over pairs of rows whose inputs are near",
    pairsRows: true,
    ...tuning({ sigmaY: ["> 0, width of the kernel, in standard deviations of the target", 1, 0.5] }),
    objective: (_, model) =>
      featureObjective(model, ({ x, y, output, features }, { weights, key, hyper }) => {
        disposeTree([features, key]);
        return csConditional(x, y.reshape([-1, 1]), output, { sigmaY: hyper.sigmaY, weights });
      }),
  },
  {
    tasks,
    kind: "objective",
    id: "cs-ib",
    paper: "cs-ib",
    label: "Cauchy-Schwarz bottleneck",
    formula: "conditional Cauchy-Schwarz + beta I(x; t), the normalised Cauchy-Schwarz information",
    features: "reads",
    pairsRows: true,
    ...tuning({ beta: [beta, 0.1, 0.01] }),
    objective: (_, model) => csIbObjective(model, ({ beta }) => ({ beta })),
  },
  {
    tasks,
    kind: "step",
    minimises: "own",
    id: "vib",
    reference: "Alemi et al. 2017, arXiv 1612.00410",
    label: "Variational bottleneck",
    formula: "r^2 of t + s(x) e, e normal, + beta KL(N(t, s^2) || N(0, 1)); predicts without noise",
    features: "replaces",
    ...tuning({ beta: [beta, 0.001, 0.01] }),
    step: (_, model, parts) => variationalBottleneck({ model, ...parts }),
  },
  {
    tasks,
    kind: "step",
    minimises: "own",
    id: "nib",
    reference: "Kolchinsky et al. 2019, arXiv 1705.02436",
    label: "Nonlinear bottleneck",
    formula: "r^2 of t + e^-0.5 e, e normal, + beta times a bound on I(x; t); predicts without noise",
    features: "replaces",
    pairsRows: true,
    ...tuning({ beta: [beta, 0.1, 0.01] }),
    step: (_, model, parts) => nonlinearBottleneck({ model, ...parts }),
  },
  {
    tasks,
    kind: "objective",
    id: "hsic",
    reference: "Wang et al. 2021, arXiv 2106.02734",
    label: "HSIC bottleneck",
    formula: "r^2 + beta HSIC(x, t), Hilbert-Schmidt independence of inputs and features",
    features: "reads",
    pairsRows: true,
    ...tuning({ beta: [beta, 1, 10] }),
    objective: (_, model) => bottleneckObjective(model, ({ beta }) => ({ measure: "hsic", beta })),
  },
];
