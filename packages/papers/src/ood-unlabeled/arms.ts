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
const weightDecays = [0, 0.01, 0.1, 0.3, 1, 3].map((weightDecay) => ({ weightDecay }));
const pairs: MixtureSetting[] = grid({ gammaPrime: [0.1, 0.3, 1], lambda: [1, 10] });
export const mixtureGrids: Record<MixtureArm, MixtureSetting[]> = {
  mean: [{}],
  logistic: weightDecays,
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

const gammas = [0.1, 0.3, 0.6, 1, 3, 10].map((gamma) => ({ gamma }));
const weights = [0.1, 0.3, 1, 3, 10, 30].map((lambda) => ({ lambda }));
const attacks = grid({ epsilon: [1, 4], lambda: [0.3, 1, 3] });
const robust: TransferSetting[] = grid({ gammaPrime: [0.3, 1, 3], lambda: [0.3, 1] });
const robustLabeled = robust.map((setting) => ({ ...setting, gamma: 1 }));

const { ascent: steps } = transfer;
const once = (fraction: number) => ({ warmup: part(transfer.warmup, fraction, 1) });
const often = (fraction: number) => ({ ...once(fraction), every: part(transfer.every, fraction, 1) });

const arm = (
  id: string,
  label: string,
  settings: readonly TransferSetting[],
  make: TransferArm["make"],
  others: Partial<TransferArm> = {},
): TransferArm => ({ id, label, grid: settings, unlabeled: true, make, ...others });

const alone = (
  id: string,
  label: string,
  settings: readonly TransferSetting[],
  make: (parts: Omit<Parts, "unlabeledBatch">) => TrainStep<SupervisedState>,
): TransferArm =>
  arm(id, label, settings, ({ unlabeledBatch: _, ...parts }) => make(parts), { unlabeled: false });

export const transferArms: readonly TransferArm[] = [
  alone("erm", "Plain training", weightDecays, (parts) =>
    supervised({ ...parts, objective: objectiveOf(parts.model, batchCrossEntropy) }),
  ),
  alone("drl", "Robust, labelled alone (DRL)", gammas, (parts) =>
    distributionallyRobust({ ...parts, steps }),
  ),
  arm("rss", "RSS, plain labelled part", robust, (parts) => robustSelfTraining({ ...parts, steps })),
  arm("rss-robust", "RSS, robust labelled part", robustLabeled, (parts) =>
    robustSelfTraining({ ...parts, steps, robustLabeled: true }),
  ),
  arm("frozen", "Frozen teacher, one round", weights, selfTraining, { hyper: once }),
  arm("repeated", "Frozen teacher, repeated rounds", weights, selfTraining, { hyper: often }),
  arm("entropy", "Entropy minimisation", weights, entropyMinimization),
  arm("vat", "Virtual adversarial training", attacks, virtualAdversarial),
];

/** The arm of that name, on real domains. */
export const armOf = (id: string): TransferArm => named(transferArms, id, "arm");
