import { binaryKl, binaryKlNorm, type DistillationLoss, dkdLoss, kdLoss } from "minimand";
import { grid } from "../kit/grid.ts";
import { named } from "../kit/named.ts";

/** What tuning chooses: `gamma` is the weight of cross-entropy, `alpha` that of the distillation loss. */
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
  /** Six for every arm: two learning rates times three alphas, or six learning rates where alpha means nothing. */
  grid: Configuration[];
}

const alphas = [0.0625, 0.25, 1];
const bothLosses = grid({ learningRate: [0.05, 0.1], alpha: alphas });
const oneLoss = (alpha: number): Configuration[] =>
  grid({ learningRate: [0.0125, 0.025, 0.05, 0.1, 0.2, 0.4], alpha: [alpha] });

const kd: DistillationLoss = (s, t, _, { weights }) => kdLoss(s, t, { weights, temperature: 4 });
const dkd: DistillationLoss = (s, t, y, { weights }) => dkdLoss(s, t, y, { weights, temperature: 4 });
const plainKl: DistillationLoss = (s, t, _, { weights }) => binaryKl(s, t, { weights });
const norm: DistillationLoss = (s, t, _, { weights }) => binaryKlNorm(s, t, { weights });

/** Both losses on one head, unless others are named. */
const arm = (id: string, label: string, distillation: DistillationLoss, others: Partial<Arm> = {}): Arm => {
  const usual = { gamma: 1, auxiliary: null, alignment: false, grid: bothLosses } as const;
  return { ...usual, id, label, distillation, ...others };
};

const nonlinear = { auxiliary: "nonlinear" } as const;

/** The arms compared. */
export const arms: readonly Arm[] = [
  arm("ce", "Cross-entropy", kd, { grid: oneLoss(0) }),
  arm("kd", "KD, temperature 4", kd),
  arm("dkd", "DKD, temperature 4", dkd),
  arm("norm-only", "BinaryKL-Norm alone, one head", norm, { gamma: 0, grid: oneLoss(1) }),
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
