import {
  distributionallyRobust,
  entropyMinimization,
  type Model,
  objectiveOf,
  robustSelfTraining,
  type SupervisedOptions,
  type SupervisedState,
  selfTraining,
  supervised,
  type TrainStep,
  virtualAdversarial,
} from "minimand";
import { grid } from "../kit/grid.ts";
import { named } from "../kit/named.ts";
import { batchCrossEntropy } from "../kit/networks.ts";
import { part } from "../kit/part.ts";
import { transfer } from "./settings.ts";

/** The arms of the simulation; those of labelled points alone depend neither on n nor on the shift. */
export const mixtureArms = [
  { id: "mean", label: "Mean of y x (the start of all)", alone: true },
  { id: "logistic", label: "Logistic regression", alone: true },
  { id: "drl", label: "Robust, labelled alone (DRL)", alone: true },
  { id: "rss", label: "RSS, robust labelled part", alone: false },
  { id: "rss-plain", label: "RSS, plain labelled part", alone: false },
  { id: "frozen", label: "Frozen teacher, one round", alone: false },
  { id: "repeated", label: "Frozen teacher, rounds of 50", alone: false },
] as const;
export type MixtureArm = (typeof mixtureArms)[number]["id"];

/** Six settings for each arm that has any. */
export type MixtureSetting = { gamma?: number; gammaPrime?: number; lambda?: number; weightDecay?: number };
const pairs: MixtureSetting[] = grid({ gammaPrime: [0.1, 0.3, 1], lambda: [1, 10] });
export const mixtureGrids: Record<MixtureArm, MixtureSetting[]> = {
  mean: [{}],
  logistic: [0, 0.01, 0.1, 0.3, 1, 3].map((weightDecay) => ({ weightDecay })),
  drl: [0.03, 0.1, 0.2, 0.3, 0.6, 1].map((gamma) => ({ gamma })),
  rss: pairs,
  "rss-plain": pairs,
  frozen: pairs,
  repeated: pairs,
};

type Parts = { model: Model } & Pick<SupervisedOptions, "optimizer" | "compile"> & { unlabeledBatch: number };
/** Hyperparameters of an arm beside the learning rate. */
export type TransferSetting = { [name: string]: number };

/** A way to train, and the six settings it is tuned over. */
export interface TransferArm {
  id: string;
  label: string;
  grid: readonly TransferSetting[];
  /** Hyperparameters that are not tuned, at a scale. */
  hyper?: (fraction: number) => TransferSetting;
  /** False where it learns from labelled rows alone. */
  unlabeled: boolean;
  make(parts: Parts): TrainStep<SupervisedState>;
}

const weights = [0.1, 0.3, 1, 3, 10, 30].map((lambda) => ({ lambda }));
const robust: TransferSetting[] = grid({ gammaPrime: [0.3, 1, 3], lambda: [0.3, 1] });

export const transferArms: readonly TransferArm[] = [
  {
    id: "erm",
    label: "Plain training",
    grid: [0, 0.01, 0.1, 0.3, 1, 3].map((weightDecay) => ({ weightDecay })),
    unlabeled: false,
    make: ({ unlabeledBatch: _, ...parts }) =>
      supervised({ ...parts, objective: objectiveOf(parts.model, batchCrossEntropy) }),
  },
  {
    id: "drl",
    label: "Robust, labelled alone (DRL)",
    grid: [0.1, 0.3, 0.6, 1, 3, 10].map((gamma) => ({ gamma })),
    unlabeled: false,
    make: ({ unlabeledBatch: _, ...parts }) => distributionallyRobust({ ...parts, steps: transfer.ascent }),
  },
  {
    id: "rss",
    label: "RSS, plain labelled part",
    grid: robust,
    unlabeled: true,
    make: (parts) => robustSelfTraining({ ...parts, steps: transfer.ascent }),
  },
  {
    id: "rss-robust",
    label: "RSS, robust labelled part",
    grid: robust.map((setting) => ({ ...setting, gamma: 1 })),
    unlabeled: true,
    make: (parts) => robustSelfTraining({ ...parts, steps: transfer.ascent, robustLabeled: true }),
  },
  {
    id: "frozen",
    label: "Frozen teacher, one round",
    grid: weights,
    unlabeled: true,
    hyper: (fraction) => ({ warmup: part(transfer.warmup, fraction, 1) }),
    make: selfTraining,
  },
  {
    id: "repeated",
    label: "Frozen teacher, repeated rounds",
    grid: weights,
    unlabeled: true,
    hyper: (fraction) => ({
      warmup: part(transfer.warmup, fraction, 1),
      every: part(transfer.every, fraction, 1),
    }),
    make: selfTraining,
  },
  {
    id: "entropy",
    label: "Entropy minimisation",
    grid: weights,
    unlabeled: true,
    make: entropyMinimization,
  },
  {
    id: "vat",
    label: "Virtual adversarial training",
    grid: grid({ epsilon: [1, 4], lambda: [0.3, 1, 3] }),
    unlabeled: true,
    make: virtualAdversarial,
  },
];

/** The arm of that name, on real domains. */
export const armOf = (id: string): TransferArm => named(transferArms, id, "arm");
