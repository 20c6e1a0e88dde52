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

/** Numbers of a run. For kappas `weightDecay` is in units of the start: at 1 its set just holds the initial weights. */
export type Configuration = Record<(typeof columns)[number], number>;
export const columns = ["learningRate", "weightDecay"] as const;

/** An optimizer of the comparison. */
export interface Arm {
  id: string;
  label: string;
  make: (learningRate: LearningRate, weightDecay: Parameter) => GradientTransformation;
  grid: readonly Configuration[];
  /** The kappa whose set its weights are held in. */
  kappa?: KappaChoice;
  /** Its weight decay is in units of the start. */
  relative?: true;
}

const arm = (
  id: string,
  label: string,
  learningRate: readonly number[],
  weightDecay: readonly number[],
  make: Arm["make"],
  others: Pick<Arm, "kappa" | "relative"> = {},
): Arm => ({ id, label, make, grid: grid({ learningRate, weightDecay }), ...others });

/** An optimizer whose updates are signs. */
const signed = (id: string, label: string, make: typeof lion | typeof signSgd | typeof signum): Arm =>
  arm(id, label, [3e-4, 1e-3, 3e-3], [0.1, 1], (lr, weightDecay) => make(lr, { weightDecay }), {
    kappa: kappa.l1(),
  });

/**
 * A kappa of the panel, with the weight decay whose set just holds the initial weights: rates around the one at which an
 * entry moves by about 1e-3.
 */
const panel = (id: string, label: string, choice: KappaChoice, rate: number): Arm =>
  arm(
    id,
    `Lion-K, ${label}`,
    [0.1, 0.3, 0.6, 1, 2, 3].map((factor) => factor * rate),
    [1],
    (lr, weightDecay) => lionK(lr, { kappa: choice, weightDecay }),
    { kappa: choice, relative: true },
  );

const byShape =
  (matrix: Kappa, vector: Kappa) =>
  (p: { ndim: number }): Kappa =>
    p.ndim === 2 ? matrix : vector;

const momentum = 0.9;
const rates = [0.03, 0.1, 0.3];
const decays = [1e-4, 1e-3];
const newtonSchulz = kappa.nuclear({ method: "newtonSchulz" });

/** All optimizers; each has six configurations. */
export const arms: readonly Arm[] = [
  arm("sgd", "SGD with momentum, L2", rates, decays, (lr, weightDecay) => sgd(lr, { momentum, weightDecay })),
  arm("sgdw", "SGD with momentum, decoupled decay", rates, decays, (lr, weightDecay) =>
    sgdw(lr, { momentum, weightDecay }),
  ),
  arm("adam", "Adam", [3e-4, 1e-3, 2e-3, 3e-3, 5e-3, 1e-2], [0], (lr) => adam(lr)),
  arm("adamw", "AdamW", [1e-3, 3e-3, 1e-2], [1e-2, 1e-1], (lr, weightDecay) => adamw(lr, { weightDecay })),
  signed("sign-sgd", "signSGD", signSgd),
  signed("signum", "Signum", signum),
  signed("lion", "Lion", lion),
  panel("l1", "l1", kappa.l1(), 1e-3),
  panel("lp-1.2", "lp 1.2", kappa.lp(1.2), 4e-3),
  panel("lp-1.5", "lp 1.5", kappa.lp(1.5), 1.6e-2),
  panel("l2", "l2", kappa.l2(), 6.4e-2),
  panel("huber", "huber", kappa.huber(3e-4), 1e-3),
  panel("deadzone", "deadzone", kappa.deadzone(3e-4), 1e-3),
  panel("topk", "top 10 %", kappa.topk({ fraction: 0.1 }), 3e-3),
  panel("group", "group", byShape(kappa.group({ axis: 0 }), kappa.l1()), 8e-3),
  panel("nuclear", "nuclear (Newton-Schulz)", byShape(newtonSchulz, kappa.l2()), 8e-3),
];

/** The arm of that name. */
export const armOf = (id: string): Arm => named(arms, id, "arm");
