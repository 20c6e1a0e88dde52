import { binaryKlNorm, type DistillationLoss, dkdLoss, kdLoss } from "minimand";
import { binaryKl } from "minimand/losses";
import { grid } from "../../kit/grid.ts";
import { named } from "../../kit/named.ts";

/** Tuned hyperparameters: `gamma` is the weight of cross-entropy, `alpha` that of the distillation loss. */
export type Configuration = Record<(typeof columns)[number], number>;
export const columns = ["learningRate", "alpha"] as const;

/** One way to train the student. */
export interface Arm {
  id: string;
  label: string;
  gamma: 0 | 1;
  distillation: DistillationLoss;
  /** Which head learns the teacher's logits: the main one (null) or another. */
  auxiliary: "linear" | "nonlinear" | null;
  alignment: boolean;
  /** Values in order, among which tuning searches. */
  axes: Record<keyof Configuration, readonly number[]>;
  /** Configurations tried first: two learning rates times five alphas, or eight learning rates where there is no alpha. */
  first: readonly Configuration[];
}

const alphas = [1 / 16384, 1 / 4096, 1 / 1024, 1 / 256, 1 / 64, 1 / 16, 1 / 4, 1, 4, 16, 64];
const learningRates = [0.00078125, 0.0015625, 0.003125, 0.00625, 0.0125, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8];
const bothLosses = {
  axes: { learningRate: learningRates, alpha: alphas },
  first: grid({ learningRate: [0.05, 0.1], alpha: [1 / 256, 1 / 64, 1 / 16, 1 / 4, 1] }),
};

/** Configurations without alpha: learning rates alone. */
const oneLoss = (alpha: number): Pick<Arm, "axes" | "first"> => ({
  axes: { learningRate: learningRates, alpha: [alpha] },
  first: grid({ learningRate: learningRates.filter((rate) => rate > 0.005), alpha: [alpha] }),
});

const kd: DistillationLoss = (s, t, _, { weights }) => kdLoss(s, t, { weights, temperature: 4 });
const dkd: DistillationLoss = (s, t, y, { weights }) => dkdLoss(s, t, y, { weights, temperature: 4 });
const plainKl: DistillationLoss = (s, t, _, { weights }) => binaryKl(s, t, { weights });
const norm: DistillationLoss = (s, t, _, { weights }) => binaryKlNorm(s, t, { weights });

/** An arm with both losses on one head, unless others are named. */
const arm = (id: string, label: string, distillation: DistillationLoss, others: Partial<Arm> = {}): Arm => {
  const usual = { gamma: 1, auxiliary: null, alignment: false, ...bothLosses } as const;
  return { ...usual, id, label, distillation, ...others };
};

const nonlinear = { auxiliary: "nonlinear" } as const;

/** The arms compared. */
export const arms: readonly Arm[] = [
  arm("ce", "Cross-entropy", kd, oneLoss(0)),
  arm("kd", "KD, temperature 4", kd),
  arm("dkd", "DKD, temperature 4", dkd),
  arm("norm-only", "BinaryKL-Norm alone, one head", norm, { gamma: 0, ...oneLoss(1) }),
  arm("ce-kl", "CE + BinaryKL, one head", plainKl),
  arm("ce-norm", "CE + BinaryKL-Norm, one head", norm),
  arm("dhkd-linear", "DHKD, linear head", norm, { auxiliary: "linear" }),
  arm("dhkd-nonlinear", "DHKD, nonlinear head", norm, nonlinear),
  arm("dhkd-aligned", "DHKD, nonlinear head, gradient alignment", norm, { ...nonlinear, alignment: true }),
];

/** The variants of the paper's method. */
export const dhkdArms = ["dhkd-linear", "dhkd-nonlinear", "dhkd-aligned"];

/** The arms in which both losses share a head. */
export const sharedArms = ["ce-kl", "ce-norm"];

/** The arm of that name. */
export const armOf = (id: string): Arm => named(arms, id, "arm");
