import type { numpy as np } from "@jax-js/jax";
import {
  adam,
  bottleneckObjective,
  csConditional,
  csIbObjective,
  featureObjective,
  huber,
  nonlinearBottleneck,
  type Objective,
  objectiveOf,
  type RepresentationModel,
  type SupervisedState,
  squaredError,
  supervised,
  type TrainStep,
  variationalBottleneck,
  welschLoss,
} from "minimand";
import { type Compile, disposeTree } from "minimand/engine";
import { named } from "../../kit/named.ts";
import { wide } from "./settings.ts";

/** One way to train. */
export interface Arm {
  id: string;
  label: string;
  /** The hyperparameter that tuning chooses, if there is one. */
  parameter?: "beta" | "delta" | "scale";
  /** Its values in order, thirteen each, a factor of about three apart. */
  values: readonly number[];
  make(model: RepresentationModel, compile: Compile | undefined): TrainStep<SupervisedState>;
}

type Hyper = { [name: string]: np.Array };
const optimizer = ({ learningRate }: Hyper) => adam(learningRate);

/** A loss of residuals, of one output. */
const ofResiduals =
  (loss: (f: np.Array, y: np.Array, options: { weights: np.Array; hyper: Hyper }) => np.Array) =>
  (model: RepresentationModel): Objective =>
    objectiveOf(model, (f, y, { weights, hyper }) => loss(f.reshape([-1]), y, { weights, hyper }));

const arm = (
  id: string,
  label: string,
  objective: (model: RepresentationModel) => Objective,
  parameter?: Arm["parameter"],
  values: readonly number[] = [],
): Arm => ({
  id,
  label,
  parameter,
  values,
  make: (model, compile) => supervised({ model, objective: objective(model), optimizer, compile }),
});

/** Prices of information; zero leaves it out. */
const betas = [0, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100];
/** Scales of the losses of residuals, with targets of variance 1: at the least Huber's is the absolute error, at the largest all are the squared one. */
const widths = [1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000];
const noisy = (id: string, label: string, make: Arm["make"]): Arm => ({
  id,
  label,
  parameter: "beta",
  values: betas,
  make,
});

/** All ways to train the same network; those without a parameter are the baselines. */
export const arms: readonly Arm[] = [
  arm(
    "squared",
    "squared error",
    ofResiduals((f, y, { weights }) => squaredError(f, y, { weights })),
  ),
  arm(
    "huber",
    "Huber",
    ofResiduals((f, y, { weights, hyper }) => huber(f, y, { weights, delta: hyper.delta })),
    "delta",
    widths,
  ),
  arm(
    "welsch",
    "Welsch",
    ofResiduals((f, y, { weights, hyper }) => welschLoss(f, y, { weights, scale: hyper.scale })),
    "scale",
    widths,
  ),
  arm("cs", "CS, no bottleneck", (model) =>
    featureObjective(model, ({ x, y, output, features }, { weights, key }) => {
      disposeTree([features, key]);
      return csConditional(x, y.reshape([-1, 1]), output, { weights });
    }),
  ),
  arm("cs-ib", "CS-IB", (model) => csIbObjective(model, ({ beta }) => ({ beta })), "beta", betas),
  arm(
    "squared-cs",
    "squared error + CS information",
    (model) => bottleneckObjective(model, ({ beta }) => ({ measure: "csQmi", beta })),
    "beta",
    betas,
  ),
  noisy("vib", "VIB", (model, compile) => variationalBottleneck({ model, optimizer, compile })),
  noisy("nib", "NIB", (model, compile) => nonlinearBottleneck({ model, optimizer, compile })),
  noisy("squared-nib", "squared NIB", (model, compile) =>
    nonlinearBottleneck({ model, optimizer, compile, form: "squared" }),
  ),
  noisy("exp-nib", "exponential NIB", (model, compile) =>
    nonlinearBottleneck({ model, optimizer, compile, form: "exponential" }),
  ),
  // Larger prices: with kernels of width 1, HSIC is only some thousandths.
  arm(
    "hsic",
    "HSIC",
    (model) => bottleneckObjective(model, ({ beta }) => ({ measure: "hsic", beta })),
    "beta",
    [0, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000],
  ),
];

/** CS-IB with a wider kernel of the representation. It is measured at the same prices; the rule does not use it. */
export const wideArm: Arm = arm(
  "cs-ib-wide",
  `CS-IB, sigmaT ${wide}`,
  (model) => csIbObjective(model, ({ beta }) => ({ beta, sigmaT: wide })),
  "beta",
);

/** The arm of that name. */
export const armOf = (id: string): Arm => named([...arms, wideArm], id, "arm");
