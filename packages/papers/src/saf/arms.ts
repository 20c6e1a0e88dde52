import type { numpy as np } from "@jax-js/jax";
import {
  adamw,
  asam,
  esam,
  type GradientTransformation,
  gsam,
  lookSam,
  type MesaStep,
  type Model,
  mesa,
  objectiveOf,
  type SupervisedState,
  saf,
  sam,
  sgd,
  supervised,
  type TrainStep,
} from "minimand";
import type { Compile } from "minimand/engine";
import { grid } from "../kit/grid.ts";
import { named } from "../kit/named.ts";
import { batchCrossEntropy } from "../kit/networks.ts";
import { momentum, weightDecay } from "./settings.ts";

/** What tuning chooses: the learning rate, and the number that matters most to the arm. */
export type Configuration = Record<(typeof columns)[number], number>;
export const columns = ["learningRate", "parameter"] as const;

/** One way to train, with its nine configurations. */
export interface Arm {
  id: string;
  label: string;
  /** What the parameter is: a hyperparameter of the step. */
  parameter: "weightDecay" | "rho" | "lambda";
  learningRates: readonly number[];
  parameters: readonly number[];
  /** What else the step is given. */
  hyper?: { [name: string]: number };
  make(model: Model, compile: Compile | undefined): TrainStep<SupervisedState> | MesaStep;
  /** The averaged weights are judged in the place of the trained ones. */
  averaged?: true;
  /** Its configurations are some of this arm's, which were tried there. */
  partOf?: string;
}

type Hyper = { [name: string]: np.Array };
const descent = (hyper: Hyper): GradientTransformation =>
  sgd(hyper.learningRate, { momentum, weightDecay: hyper.weightDecay });
const adaptive = (hyper: Hyper): GradientTransformation =>
  adamw(hyper.learningRate, { weightDecay: hyper.weightDecay });
const parts = (model: Model, compile: Compile | undefined) => ({
  model,
  objective: objectiveOf(model, batchCrossEntropy),
  optimizer: descent,
  compile,
});

/** The same for all arms that descend by SGD. */
const learningRates = [0.01, 0.02, 0.05];
const decays = [weightDecay, 10 * weightDecay, 40 * weightDecay];
const radii = [0.05, 0.2, 0.5];
const weights = [0.3, 0.8, 2];

type Parts = ReturnType<typeof parts>;
const arm = (
  id: string,
  label: string,
  [parameter, parameters]: [Arm["parameter"], readonly number[]],
  make: (parts: Parts) => ReturnType<Arm["make"]>,
  others: Partial<Arm> = {},
): Arm => ({
  id,
  label,
  parameter,
  parameters,
  learningRates,
  make: (model, compile) => make(parts(model, compile)),
  ...others,
});

/** All ways to train; each has nine configurations, but for one that is a part of another. */
export const arms: readonly Arm[] = [
  arm("sgd", "SGD", ["weightDecay", decays], supervised),
  arm("sgd-usual", "SGD, weight decay 5e-4", ["weightDecay", [weightDecay]], supervised, { partOf: "sgd" }),
  arm(
    "adamw",
    "AdamW",
    ["weightDecay", [0.01, 0.1, 0.3]],
    (own) => supervised({ ...own, optimizer: adaptive }),
    { learningRates: [3e-4, 1e-3, 3e-3] },
  ),
  arm("sam", "SAM", ["rho", radii], sam),
  arm("asam", "ASAM", ["rho", [0.5, 1, 2]], asam),
  arm("gsam", "GSAM", ["rho", radii], gsam),
  arm("esam", "ESAM", ["rho", radii], ({ objective: _, ...own }) =>
    esam({ ...own, loss: batchCrossEntropy }),
  ),
  arm("look-sam", "LookSAM, k = 5", ["rho", radii], lookSam),
  arm("saf", "SAF", ["lambda", weights], saf),
  arm("mesa", "MESA", ["lambda", weights], mesa),
  arm("average", "SGD, averaged weights", ["weightDecay", decays], mesa, {
    hyper: { lambda: 0 },
    averaged: true,
  }),
];

/** Configurations of an arm: each of its learning rates with each of its parameters. */
export const gridOf = ({ learningRates, parameters }: Arm): Configuration[] =>
  grid({ learningRate: learningRates, parameter: parameters });

/** The arm of that name. */
export const armOf = (id: string): Arm => named(arms, id, "arm");
