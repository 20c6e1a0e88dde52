import {
  distributionallyRobust,
  entropyMinimization,
  robustSelfTraining,
  selfTraining,
  virtualAdversarial,
} from "@minimand/lab/self-training";
import {
  type Model,
  objectiveOf,
  type SupervisedOptions,
  type SupervisedState,
  supervised,
  type TrainStep,
} from "minimand";
import { grid } from "../../kit/grid.ts";
import { named } from "../../kit/named.ts";
import { batchCrossEntropy } from "../../kit/networks.ts";
import { part } from "../../kit/part.ts";
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

/** Hyperparameters of an arm. */
export type Setting = { [name: string]: number };

/** What an arm chooses: values of each hyperparameter in order, and the settings that are tried first, nine. */
export interface Search {
  axes: Readonly<Record<string, readonly number[]>>;
  first: readonly Setting[];
}

/** The same values for all, a factor of about three apart; what is a weight may also be none. */
const sizes = [1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000];
const weights = [0, ...sizes];

const one = (name: string, values: readonly number[], first: readonly number[]): Search => ({
  axes: { [name]: values },
  first: first.map((value) => ({ [name]: value })),
});
const size = (name: string): Search => one(name, sizes, sizes.slice(2, 11));
const weight = (name: string): Search => one(name, weights, [0, ...sizes.slice(2, 10)]);
const sizeAndWeight = (name: string, others: Setting = {}): Search => {
  const axes = { [name]: sizes, lambda: weights };
  const first = grid({ [name]: [0.1, 1, 10], lambda: [0.1, 1, 10] });
  const fixed = Object.fromEntries(Object.entries(others).map(([other, value]) => [other, [value]]));
  return { axes: { ...axes, ...fixed }, first: first.map((setting) => ({ ...setting, ...others })) };
};

const robust = sizeAndWeight("gammaPrime");
const nothing: Search = { axes: {}, first: [] };

/** What each arm of the simulation chooses. */
export const mixtureSearches: Record<MixtureArm, Search> = {
  mean: nothing,
  logistic: weight("weightDecay"),
  drl: size("gamma"),
  rss: robust,
  "rss-plain": robust,
  frozen: robust,
  repeated: robust,
};

type Parts = { model: Model } & Pick<SupervisedOptions, "optimizer" | "compile"> & { unlabeledBatch: number };
/** A way to train, and what it chooses in addition to the learning rate. */
export interface TransferArm {
  id: string;
  label: string;
  search: Search;
  /** Hyperparameters that are not tuned, at a scale. */
  hyper?: (fraction: number) => Setting;
  /** False where it learns from labelled rows alone. */
  unlabeled: boolean;
  make(parts: Parts): TrainStep<SupervisedState>;
}

const { ascent: steps } = transfer;
const once = (fraction: number) => ({ warmup: part(transfer.warmup, fraction, 1) });
const often = (fraction: number) => ({ ...once(fraction), every: part(transfer.every, fraction, 1) });

const arm = (
  id: string,
  label: string,
  search: Search,
  make: TransferArm["make"],
  others: Partial<TransferArm> = {},
): TransferArm => ({ id, label, search, unlabeled: true, make, ...others });

const alone = (
  id: string,
  label: string,
  search: Search,
  make: (parts: Omit<Parts, "unlabeledBatch">) => TrainStep<SupervisedState>,
): TransferArm =>
  arm(id, label, search, ({ unlabeledBatch: _, ...parts }) => make(parts), { unlabeled: false });

export const transferArms: readonly TransferArm[] = [
  alone("erm", "Plain training", weight("weightDecay"), (parts) =>
    supervised({ ...parts, objective: objectiveOf(parts.model, batchCrossEntropy) }),
  ),
  alone("drl", "Robust, labelled alone (DRL)", size("gamma"), (parts) =>
    distributionallyRobust({ ...parts, steps }),
  ),
  arm("rss", "RSS, plain labelled part", robust, (parts) => robustSelfTraining({ ...parts, steps })),
  arm("rss-robust", "RSS, robust labelled part", sizeAndWeight("gammaPrime", { gamma: 1 }), (parts) =>
    robustSelfTraining({ ...parts, steps, robustLabeled: true }),
  ),
  arm("frozen", "Frozen teacher, one round", weight("lambda"), selfTraining, { hyper: once }),
  arm("repeated", "Frozen teacher, repeated rounds", weight("lambda"), selfTraining, { hyper: often }),
  arm("entropy", "Entropy minimisation", weight("lambda"), entropyMinimization),
  arm("vat", "Virtual adversarial training", sizeAndWeight("epsilon"), virtualAdversarial),
];

/** The arm of that name, on real domains. */
export const armOf = (id: string): TransferArm => named(transferArms, id, "arm");
