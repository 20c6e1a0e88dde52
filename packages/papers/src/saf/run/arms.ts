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
import { grid } from "../../kit/grid.ts";
import { named } from "../../kit/named.ts";
import { batchCrossEntropy } from "../../kit/networks.ts";
import { momentum, weightDecay } from "./settings.ts";

/** What tuning chooses: the learning rate, the weight decay, and the number that the arm alone has, 0 where there is none. */
export type Configuration = Record<(typeof columns)[number], number>;
export const columns = ["learningRate", "weightDecay", "strength"] as const;

/** One way to train, and where its configuration is looked for. */
export interface Arm {
  id: string;
  label: string;
  /** What the strength is: a hyperparameter of the step. */
  strength: "rho" | "lambda" | null;
  /** Values in order. */
  axes: Record<keyof Configuration, readonly number[]>;
  /** Those that are tried first; the search goes on from the best of them. */
  first: readonly Configuration[];
  /** What else the step is given. */
  hyper?: { [name: string]: number };
  make(model: Model, compile: Compile | undefined): TrainStep<SupervisedState> | MesaStep;
  /** The averaged weights are judged in the place of the trained ones. */
  averaged?: true;
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

const none = [0];

/** Of all arms that descend by SGD. */
const ofSgd = {
  learningRate: [0.0006, 0.00125, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4],
  weightDecay: [0, 1e-4, weightDecay, 5e-3, 0.02, 0.08, 0.3],
  strength: none,
};
const firstDecays = [weightDecay, 5e-3, 0.02, 0.08];
const firstRates = [0.01, 0.02, 0.05];
const middleRate = [0.02];
const usualDecay = [weightDecay];

const radii = [0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2];
const firstRadii = [0.05, 0.2, 0.5];
const lambdas = [0.03, 0.1, 0.3, 0.8, 2, 5, 12, 30];
const firstLambdas = [0.3, 0.8, 2];

/** Without a strength: four weight decays with three learning rates. */
const plain = {
  strength: null,
  axes: ofSgd,
  first: grid({ learningRate: firstRates, weightDecay: firstDecays, strength: none }),
};

/** With one: four weight decays with three strengths. */
const withStrength = (
  strength: Exclude<Arm["strength"], null>,
  axis: readonly number[],
  few: readonly number[],
) => ({
  strength,
  axes: { ...ofSgd, strength: axis },
  first: grid({ learningRate: middleRate, weightDecay: firstDecays, strength: few }),
});
const withRho = withStrength("rho", radii, firstRadii);
const withLambda = withStrength("lambda", lambdas, firstLambdas);

type Search = Pick<Arm, "strength" | "axes" | "first">;

/** The same without a choice of the weight decay. */
const undecided = ({ strength, axes, first }: Search): Search => ({
  strength,
  axes: { ...axes, weightDecay: usualDecay },
  first: first.filter((configuration) => configuration.weightDecay === weightDecay),
});

const ofAdamw: Search = {
  strength: null,
  axes: {
    learningRate: [3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2],
    weightDecay: [0, 1e-3, 0.01, 0.1, 0.3, 1, 3, 10],
    strength: none,
  },
  first: grid({ learningRate: [3e-4, 1e-3, 3e-3], weightDecay: [0.01, 0.1, 0.3, 1], strength: none }),
};

type Parts = ReturnType<typeof parts>;
const arm = (
  id: string,
  label: string,
  search: Search,
  make: (parts: Parts) => ReturnType<Arm["make"]>,
  others: Partial<Arm> = {},
): Arm => ({ id, label, ...search, make: (model, compile) => make(parts(model, compile)), ...others });

/** All ways to train; each begins with twelve configurations, but for two that tune no weight decay. */
export const arms: readonly Arm[] = [
  arm("sgd", "SGD", plain, supervised),
  arm("sgd-usual", "SGD, weight decay 5e-4", undecided(plain), supervised),
  arm("adamw", "AdamW", ofAdamw, (own) => supervised({ ...own, optimizer: adaptive })),
  arm("sam", "SAM", withRho, sam),
  arm("asam", "ASAM", withStrength("rho", [0.1, 0.2, 0.5, 1, 2, 4, 8], [0.5, 1, 2]), asam),
  arm("gsam", "GSAM", withRho, gsam),
  arm("esam", "ESAM", withRho, ({ objective: _, ...own }) => esam({ ...own, loss: batchCrossEntropy })),
  arm("look-sam", "LookSAM, k = 5", withRho, lookSam),
  arm("saf", "SAF", withLambda, saf),
  arm("saf-usual", "SAF, weight decay 5e-4", undecided(withLambda), saf),
  arm("mesa", "MESA", withLambda, mesa),
  arm("average", "SGD, averaged weights", plain, mesa, { hyper: { lambda: 0 }, averaged: true }),
];

/** The arm of that name. */
export const armOf = (id: string): Arm => named(arms, id, "arm");
