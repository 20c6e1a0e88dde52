import type { numpy as np } from "@jax-js/jax";
import {
  aldrObjective,
  type BatchLoss,
  crammerSinger,
  crossEntropy,
  generalizedCrossEntropy,
  jensenShannonLoss,
  ldrKl,
  type Model,
  maeLoss,
  mseLoss,
  nceRce,
  type Objective,
  objectiveOf,
  symmetricCrossEntropy,
  westonWatkins,
} from "minimand";
import { grid } from "../kit/grid.ts";
import { named } from "../kit/named.ts";
import type { Scale } from "../reproduction.ts";
import { scales } from "./settings.ts";

/** What is tuned: the learning rate, the loss's own parameter (0 where it has none) and the weight decay. */
export type Configuration = Record<(typeof columns)[number], number>;
export const columns = ["learningRate", "parameter", "weightDecay"] as const;

/** One loss of the comparison. */
export interface Arm {
  id: string;
  label: string;
  objective(model: Model): Objective;
  /**
   * Eighteen configurations for every loss: three values of its parameter times three learning rates (or nine rates), at the
   * authors' weight decay and at a tenth of it.
   */
  grid: Configuration[];
  /** True for the loss that remembers a lambda per example; its parameter is lambda0. */
  adaptive?: true;
}

const fewRates = [0.01, 0.1, 1];
const weightDecays = [5e-3, 5e-4];
const manyRates = [0.003, 0.01, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 3];

const arm = (id: string, label: string, loss: BatchLoss, parameters?: readonly number[]): Arm => ({
  id,
  label,
  objective: (model) => objectiveOf(model, loss),
  grid: gridOf(parameters),
});

/** A loss whose option of that name is what is tuned. */
const tuned =
  <Name extends string>(
    loss: (f: np.Array, y: np.Array, options: { weights: np.Array } & Record<Name, np.Array>) => np.Array,
    name: Name,
  ): BatchLoss =>
  (f, y, { weights, hyper }) =>
    loss(f, y, { weights, [name]: hyper.parameter } as { weights: np.Array } & Record<Name, np.Array>);

const gridOf = (parameters?: readonly number[]): Configuration[] => {
  const [learningRate, parameter] = parameters === undefined ? [manyRates, [0]] : [fewRates, parameters];
  return grid({ weightDecay: weightDecays, parameter, learningRate }).map(
    ({ learningRate, parameter, weightDecay }) => ({ learningRate, parameter, weightDecay }),
  );
};

/** The losses compared, with the parameter values that the authors' code tries. */
export const arms: readonly Arm[] = [
  arm("cross-entropy", "Cross-entropy", (f, y, { weights }) => crossEntropy(f, y, { weights })),
  arm("sce", "Symmetric cross-entropy", tuned(symmetricCrossEntropy, "balance"), [0.05, 0.5, 0.95]),
  arm("gce", "Generalised cross-entropy", tuned(generalizedCrossEntropy, "q"), [0.05, 0.7, 0.95]),
  arm("mae", "Mean absolute error", (f, y, { weights }) => maeLoss(f, y, { weights })),
  arm("mse", "Squared error", (f, y, { weights }) => mseLoss(f, y, { weights })),
  arm("crammer-singer", "Crammer-Singer", tuned(crammerSinger, "margin"), [0.1, 1, 10]),
  arm("weston-watkins", "Weston-Watkins", tuned(westonWatkins, "margin"), [0.1, 1, 10]),
  arm(
    "nce-rce",
    "NCE + RCE",
    (f, y, { weights, hyper: { parameter } }) =>
      nceRce(f, y, { weights, alpha: parameter.ref, beta: parameter.neg().add(10) }),
    [0.1, 5, 9.9],
  ),
  arm("js", "Jensen-Shannon", tuned(jensenShannonLoss, "pi1"), [0.1, 0.5, 0.9]),
  arm(
    "ldr-kl",
    "LDR-KL",
    (f, y, { weights, hyper }) =>
      ldrKl(f, y, { weights, lambda: hyper.parameter, margin: 0.1, normalize: "softplus-mean" }),
    [0.1, 1, 10],
  ),
  {
    id: "aldr-kl",
    label: "ALDR-KL",
    objective: (model) =>
      aldrObjective(model, ({ parameter }) => ({
        lambda0: parameter,
        alpha: 2,
        margin: 0.1,
        normalize: "l1",
      })),
    grid: gridOf([0.1, 1, 10]),
    adaptive: true,
  },
];

/** The arm of that name. */
export const armOf = (id: string): Arm => named(arms, id, "loss");

/** Those of a scale. */
export const armsAt = (scale: Scale): readonly Arm[] =>
  scales[scale].losses === "all"
    ? arms
    : arms.filter(({ id }) => ["cross-entropy", "sce", "ldr-kl", "aldr-kl"].includes(id));
