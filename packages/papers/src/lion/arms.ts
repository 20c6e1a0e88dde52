import {
  adam,
  adamw,
  type GradientTransformation,
  type Kappa,
  type KappaChoice,
  kappa,
  type LearningRate,
  lion,
  lionK,
  sgd,
  sgdw,
  signSgd,
  signum,
} from "minimand";
import type { Parameter } from "minimand/engine";
import { grid } from "../kit/grid.ts";
import { named } from "../kit/named.ts";

/** Numbers of a run. For kernels `weightDecay` is in units of the start: at 1 its set just holds the initial weights. */
export type Configuration = Record<(typeof columns)[number], number>;
export const columns = ["learningRate", "weightDecay"] as const;

/** One optimizer of the comparison. */
export interface Arm {
  id: string;
  label: string;
  make: (learningRate: LearningRate, weightDecay: Parameter) => GradientTransformation;
  grid: readonly Configuration[];
  /** The kernel whose set its weights are held in. */
  kappa?: KappaChoice;
  /** Its weight decay is in units of the start. */
  relative?: true;
}

const gridOf = (rates: readonly number[], decays: readonly number[]): Configuration[] =>
  grid({ learningRate: rates, weightDecay: decays });

const signRates = [3e-4, 1e-3, 3e-3];
const momentum = 0.9;

/**
 * A kernel of the panel, with the weight decay whose set just holds the initial weights: rates around the one at which an
 * entry moves by about 1e-3.
 */
function panel(id: string, label: string, choice: KappaChoice, rate: number): Arm {
  return {
    id,
    label,
    kappa: choice,
    relative: true,
    make: (learningRate, weightDecay) => lionK(learningRate, { kappa: choice, weightDecay }),
    grid: gridOf(
      [0.1, 0.3, 0.6, 1, 2, 3].map((factor) => factor * rate),
      [1],
    ),
  };
}

const byShape =
  (matrix: Kappa, vector: Kappa) =>
  (p: { ndim: number }): Kappa =>
    p.ndim === 2 ? matrix : vector;

/** All optimizers; each has six configurations. */
export const arms: readonly Arm[] = [
  {
    id: "sgd",
    label: "SGD with momentum, L2",
    make: (lr, weightDecay) => sgd(lr, { momentum, weightDecay }),
    grid: gridOf([0.03, 0.1, 0.3], [1e-4, 1e-3]),
  },
  {
    id: "sgdw",
    label: "SGD with momentum, decoupled decay",
    make: (lr, weightDecay) => sgdw(lr, { momentum, weightDecay }),
    grid: gridOf([0.03, 0.1, 0.3], [1e-4, 1e-3]),
  },
  {
    id: "adam",
    label: "Adam",
    make: (lr) => adam(lr),
    grid: gridOf([3e-4, 1e-3, 2e-3, 3e-3, 5e-3, 1e-2], [0]),
  },
  {
    id: "adamw",
    label: "AdamW",
    make: (lr, weightDecay) => adamw(lr, { weightDecay }),
    grid: gridOf([1e-3, 3e-3, 1e-2], [1e-2, 1e-1]),
  },
  {
    id: "sign-sgd",
    label: "signSGD",
    make: (lr, weightDecay) => signSgd(lr, { weightDecay }),
    grid: gridOf(signRates, [0.1, 1]),
    kappa: kappa.l1(),
  },
  {
    id: "signum",
    label: "Signum",
    make: (lr, weightDecay) => signum(lr, { weightDecay }),
    grid: gridOf(signRates, [0.1, 1]),
    kappa: kappa.l1(),
  },
  {
    id: "lion",
    label: "Lion",
    make: (lr, weightDecay) => lion(lr, { weightDecay }),
    grid: gridOf(signRates, [0.1, 1]),
    kappa: kappa.l1(),
  },
  panel("l1", "Lion-K, l1", kappa.l1(), 1e-3),
  panel("lp-1.2", "Lion-K, lp 1.2", kappa.lp(1.2), 4e-3),
  panel("lp-1.5", "Lion-K, lp 1.5", kappa.lp(1.5), 1.6e-2),
  panel("l2", "Lion-K, l2", kappa.l2(), 6.4e-2),
  panel("huber", "Lion-K, huber", kappa.huber(3e-4), 1e-3),
  panel("deadzone", "Lion-K, deadzone", kappa.deadzone(3e-4), 1e-3),
  panel("topk", "Lion-K, top 10 %", kappa.topk({ fraction: 0.1 }), 3e-3),
  panel("group", "Lion-K, group", byShape(kappa.group({ axis: 0 }), kappa.l1()), 8e-3),
  panel(
    "nuclear",
    "Lion-K, nuclear (Newton-Schulz)",
    byShape(kappa.nuclear({ method: "newtonSchulz" }), kappa.l2()),
    8e-3,
  ),
];

/** The arm of that name. */
export const armOf = (id: string): Arm => named(arms, id, "arm");
