import type { numpy as np } from "@jax-js/jax";
import {
  absoluteProbabilityError,
  aldrObjective,
  type BatchLoss,
  crammerSinger,
  crossEntropy,
  generalizedCrossEntropy,
  jensenShannonLoss,
  ldrKl,
  type Model,
  nceRce,
  type Objective,
  objectiveOf,
  squaredProbabilityError,
  symmetricCrossEntropy,
  westonWatkins,
} from "minimand";
import { named } from "../../kit/named.ts";
import type { Scale } from "../../reproduction.ts";
import { scales } from "./settings.ts";

/** What is tuned: the learning rate, the loss's own parameter (0 where it has none) and the weight decay. */
export type Configuration = Record<(typeof columns)[number], number>;
export const columns = ["learningRate", "parameter", "weightDecay"] as const;

/** What is tried of one number. */
export interface Axis {
  values: readonly number[];
  /** One step further at each end that is open, for the last round. */
  beyond?: readonly number[];
  /**
   * Where they may end, as nothing else lies beyond: ends of a range, and values so near to a limit that it makes no difference. So may
   * they at 0.
   */
  bounds?: readonly number[];
}

/** One loss of the comparison. */
export interface Arm {
  id: string;
  label: string;
  objective(model: Model): Objective;
  /** What is tried of it: as many pairs of learning rate and parameter for every loss. */
  axes: Record<(typeof columns)[number], Axis>;
  /** True for the loss that remembers a lambda per example; its parameter is lambda0. */
  adaptive?: true;
}

const fewRates: Axis = { values: [0.03, 0.1, 0.3, 1, 3, 10], beyond: [0.01, 30] };
/** Thirty from 0.01 to 30, for losses that have nothing else. */
const manyRates: Axis = {
  values: Array.from({ length: 30 }, (_, i) => Number((0.01 * 3000 ** (i / 29)).toPrecision(2))),
  beyond: [0.0076, 40],
};
/** The authors' decay is 5e-3. */
const weightDecay: Axis = { values: [0, 5e-4, 5e-3, 5e-2] };
/** The decay of the first round. */
export const firstDecay = 5e-4;

const axesOf = (parameter: Axis | null): Arm["axes"] => ({
  learningRate: parameter === null ? manyRates : fewRates,
  parameter: parameter ?? { values: [0] },
  weightDecay,
});

const arm = (id: string, label: string, loss: BatchLoss, parameter: Axis | null = null): Arm => ({
  id,
  label,
  objective: (model) => objectiveOf(model, loss),
  axes: axesOf(parameter),
});

/** A loss whose option of that name is what is tuned. */
const tuned =
  <Name extends string>(
    loss: (f: np.Array, y: np.Array, options: { weights: np.Array } & Record<Name, np.Array>) => np.Array,
    name: Name,
  ): BatchLoss =>
  (f, y, { weights, hyper }) =>
    loss(f, y, { weights, [name]: hyper.parameter } as { weights: np.Array } & Record<Name, np.Array>);

/** A scale: the authors' 0.1, 1 and 10, and ten times less and more. */
const aroundOne: Axis = { values: [0.01, 0.1, 1, 10, 100], beyond: [0.001, 1000] };

/**
 * The losses compared, with the three values of the parameter that the authors' code tries and two more. What GCE and JS are with 0.01
 * is cross-entropy but for a few percent.
 */
export const arms: readonly Arm[] = [
  arm("cross-entropy", "Cross-entropy", (f, y, { weights }) => crossEntropy(f, y, { weights })),
  arm("sce", "Symmetric cross-entropy", tuned(symmetricCrossEntropy, "balance"), {
    values: [0, 0.05, 0.5, 0.95, 1],
    bounds: [1],
  }),
  arm("gce", "Generalised cross-entropy", tuned(generalizedCrossEntropy, "q"), {
    values: [0.01, 0.05, 0.3, 0.7, 0.95],
    beyond: [1],
    bounds: [0.01, 1],
  }),
  arm("mae", "Mean absolute error", (f, y, { weights }) => absoluteProbabilityError(f, y, { weights })),
  arm("mse", "Squared error", (f, y, { weights }) => squaredProbabilityError(f, y, { weights })),
  arm("crammer-singer", "Crammer-Singer", tuned(crammerSinger, "margin"), aroundOne),
  arm("weston-watkins", "Weston-Watkins", tuned(westonWatkins, "margin"), aroundOne),
  arm(
    "nce-rce",
    "NCE + RCE",
    (f, y, { weights, hyper: { parameter } }) =>
      nceRce(f, y, { weights, alpha: parameter.ref, beta: parameter.neg().add(10) }),
    { values: [0.1, 5, 9, 9.9, 10], beyond: [0.01], bounds: [10] },
  ),
  arm("js", "Jensen-Shannon", tuned(jensenShannonLoss, "pi1"), {
    values: [0.01, 0.1, 0.3, 0.5, 0.9],
    beyond: [0.99],
    bounds: [0.01],
  }),
  arm(
    "ldr-kl",
    "LDR-KL",
    (f, y, { weights, hyper }) =>
      ldrKl(f, y, { weights, lambda: hyper.parameter, margin: 0.1, normalize: "softplus-mean" }),
    aroundOne,
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
    axes: axesOf(aroundOne),
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
