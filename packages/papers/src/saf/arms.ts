import type { numpy as np } from "@jax-js/jax";
import {
  adamw,
  asam,
  type BatchLoss,
  crossEntropy,
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
import { momentum, weightDecay } from "./settings.ts";

/** What tuning chooses: the learning rate, and the number that matters most to the arm. */
export interface Configuration {
  learningRate: number;
  parameter: number;
}

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

const loss: BatchLoss = (f, y, { weights }) => crossEntropy(f, y, { weights });
const descent = ({
  learningRate,
  weightDecay: decay,
}: {
  [name: string]: np.Array;
}): GradientTransformation => sgd(learningRate, { momentum, weightDecay: decay });
const adaptive = ({
  learningRate,
  weightDecay: decay,
}: {
  [name: string]: np.Array;
}): GradientTransformation => adamw(learningRate, { weightDecay: decay });
const parts = (model: Model, compile: Compile | undefined) => ({
  model,
  objective: objectiveOf(model, loss),
  optimizer: descent,
  compile,
});

/** The same for all arms that descend by SGD. */
const learningRates = [0.01, 0.02, 0.05];
const decays = [weightDecay, 10 * weightDecay, 40 * weightDecay];

/** All ways to train; each has nine configurations, but for one that is a part of another. */
export const arms: readonly Arm[] = [
  {
    id: "sgd",
    label: "SGD",
    parameter: "weightDecay",
    learningRates,
    parameters: decays,
    make: (model, compile) => supervised(parts(model, compile)),
  },
  {
    id: "sgd-usual",
    label: "SGD, weight decay 5e-4",
    parameter: "weightDecay",
    learningRates,
    parameters: [weightDecay],
    partOf: "sgd",
    make: (model, compile) => supervised(parts(model, compile)),
  },
  {
    id: "adamw",
    label: "AdamW",
    parameter: "weightDecay",
    learningRates: [3e-4, 1e-3, 3e-3],
    parameters: [0.01, 0.1, 0.3],
    make: (model, compile) => supervised({ ...parts(model, compile), optimizer: adaptive }),
  },
  {
    id: "sam",
    label: "SAM",
    parameter: "rho",
    learningRates,
    parameters: [0.05, 0.2, 0.5],
    make: (model, compile) => sam(parts(model, compile)),
  },
  {
    id: "asam",
    label: "ASAM",
    parameter: "rho",
    learningRates,
    parameters: [0.5, 1, 2],
    make: (model, compile) => asam(parts(model, compile)),
  },
  {
    id: "gsam",
    label: "GSAM",
    parameter: "rho",
    learningRates,
    parameters: [0.05, 0.2, 0.5],
    make: (model, compile) => gsam(parts(model, compile)),
  },
  {
    id: "esam",
    label: "ESAM",
    parameter: "rho",
    learningRates,
    parameters: [0.05, 0.2, 0.5],
    make: (model, compile) => esam({ model, loss, optimizer: descent, compile }),
  },
  {
    id: "look-sam",
    label: "LookSAM, k = 5",
    parameter: "rho",
    learningRates,
    parameters: [0.05, 0.2, 0.5],
    make: (model, compile) => lookSam(parts(model, compile)),
  },
  {
    id: "saf",
    label: "SAF",
    parameter: "lambda",
    learningRates,
    parameters: [0.3, 0.8, 2],
    make: (model, compile) => saf(parts(model, compile)),
  },
  {
    id: "mesa",
    label: "MESA",
    parameter: "lambda",
    learningRates,
    parameters: [0.3, 0.8, 2],
    make: (model, compile) => mesa(parts(model, compile)),
  },
  {
    id: "average",
    label: "SGD, averaged weights",
    parameter: "weightDecay",
    learningRates,
    parameters: decays,
    hyper: { lambda: 0 },
    make: (model, compile) => mesa(parts(model, compile)),
    averaged: true,
  },
];

/** Configurations of an arm: each of its learning rates with each of its parameters. */
export function gridOf({ learningRates, parameters }: Arm): Configuration[] {
  return learningRates.flatMap((learningRate) =>
    parameters.map((parameter) => ({ learningRate, parameter })),
  );
}

export function armOf(id: string): Arm {
  const arm = arms.find((a) => a.id === id);
  if (arm === undefined) throw new RangeError(`arm: expected a known arm, got ${id}`);
  return arm;
}
