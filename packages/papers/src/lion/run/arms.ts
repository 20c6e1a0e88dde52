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
  signSgd,
  signum,
} from "minimand";
import type { Parameter } from "minimand/engine";
import { sgdw } from "minimand/optimizers";
import { named } from "../../kit/named.ts";

/** Numbers of a run. For kappas `weightDecay` is in units of the start: at 1 its set just holds the initial weights. */
export type Configuration = Record<(typeof columns)[number], number>;
export const columns = ["learningRate", "weightDecay"] as const;

/** An optimizer of the comparison. */
export interface Arm {
  id: string;
  label: string;
  make: (learningRate: LearningRate, weightDecay: Parameter) => GradientTransformation;
  /** Values of both in order; a list of one isn't tuned. */
  axes: Readonly<Record<keyof Configuration, readonly number[]>>;
  /** The kappa whose set its weights are held in. */
  kappa?: KappaChoice;
  /** Its weight decay is in units of the start. */
  relative?: true;
}

const arm = (
  id: string,
  label: string,
  { rates, decays }: { rates: readonly number[]; decays: readonly number[] },
  make: Arm["make"],
  others: Pick<Arm, "kappa" | "relative"> = {},
): Arm => ({ id, label, make, axes: { learningRate: rates, weightDecay: decays }, ...others });

/** Nine rates, a factor of about three apart, and none or six decays, a factor of ten apart: for the three families. */
const families = {
  signs: {
    rates: [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1],
    decays: [0, 1e-3, 0.01, 0.1, 1, 10, 100],
  },
  adamw: {
    rates: [1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1],
    decays: [0, 1e-3, 0.01, 0.1, 1, 10, 100],
  },
  gradients: {
    rates: [1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    decays: [0, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1],
  },
};

/** Rates around one, for optimizers that have nothing else to choose: fifteen, closer together. */
const around = (rate: number): number[] =>
  [0.03, 0.06, 0.1, 0.2, 0.3, 0.6, 1, 2, 3, 6, 10, 20, 30, 60, 100].map((factor) => factor * rate);

/** An optimizer whose updates are signs. */
const signed = (id: string, label: string, make: typeof lion | typeof signSgd | typeof signum): Arm =>
  arm(id, label, families.signs, (lr, weightDecay) => make(lr, { weightDecay }), { kappa: kappa.l1() });

/**
 * A kappa of the panel, with the weight decay whose set just holds the initial weights: rates around the one at which an
 * entry moves by about 1e-3.
 */
const panel = (id: string, label: string, choice: KappaChoice, rate: number): Arm =>
  arm(
    id,
    `Lion-K, ${label}`,
    { rates: around(rate), decays: [1] },
    (lr, weightDecay) => lionK(lr, { kappa: choice, weightDecay }),
    { kappa: choice, relative: true },
  );

const byShape =
  (matrix: Kappa, vector: Kappa) =>
  (p: { ndim: number }): Kappa =>
    p.ndim === 2 ? matrix : vector;

const momentum = 0.9;
const newtonSchulz = kappa.nuclear({ method: "newtonSchulz" });

/** All optimizers. */
export const arms: readonly Arm[] = [
  arm("sgd", "SGD with momentum, L2", families.gradients, (lr, weightDecay) =>
    sgd(lr, { momentum, weightDecay }),
  ),
  arm("sgdw", "SGD with momentum, decoupled decay", families.gradients, (lr, weightDecay) =>
    sgdw(lr, { momentum, weightDecay }),
  ),
  arm("adam", "Adam", { rates: around(3e-3), decays: [0] }, (lr) => adam(lr)),
  arm("adamw", "AdamW", families.adamw, (lr, weightDecay) => adamw(lr, { weightDecay })),
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
