import { numpy as np } from "@jax-js/jax";
import {
  adamw,
  crossEntropy,
  distributionallyRobust,
  entropyMinimization,
  fit,
  type Model,
  minibatches,
  mlp,
  NonFiniteError,
  objectiveOf,
  predictor,
  robustSelfTraining,
  type SupervisedOptions,
  type SupervisedState,
  selfTraining,
  supervised,
  type TrainStep,
  virtualAdversarial,
} from "minimand";
import { type Compile, disposeTree, keyOf } from "minimand/engine";
import { programsOf } from "../programs.ts";
import type { TrialHost } from "../reproduction.ts";
import { type Prepared, prepare } from "./domains.ts";
import { attack, part, type Shape, transfer } from "./settings.ts";

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
const robust: TransferSetting[] = [0.3, 1, 3].flatMap((gammaPrime) =>
  [0.3, 1].map((lambda) => ({ gammaPrime, lambda })),
);

export const transferArms: readonly TransferArm[] = [
  {
    id: "erm",
    label: "Plain training",
    grid: [0, 0.01, 0.1, 0.3, 1, 3].map((weightDecay) => ({ weightDecay })),
    unlabeled: false,
    make({ model, optimizer, compile }) {
      const objective = objectiveOf(model, (f, y, { weights }) => crossEntropy(f, y, { weights }));
      return supervised({ model, objective, optimizer, compile });
    },
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
    grid: [1, 4].flatMap((epsilon) => [0.3, 1, 3].map((lambda) => ({ epsilon, lambda }))),
    unlabeled: true,
    make: virtualAdversarial,
  },
];

export function armOf(id: string): TransferArm {
  const found = transferArms.find((arm) => arm.id === id);
  if (found === undefined) throw new RangeError(`arm: expected a known one, got ${id}`);
  return found;
}

/** One arm on one draw of one domain. */
export interface TransferSpec {
  part: "transfer";
  arm: string;
  setting: TransferSetting;
  domain: string;
  shape: Shape;
  m: number;
  seed: number;
  judge: "tune" | "test";
  fraction: number;
}

export interface TransferResult {
  part: "transfer";
  /** 0 where training diverged. */
  accuracy: number;
  /** Of a linear model: share of rows that are right however they are moved by at most each radius; else empty. */
  attacked: number[];
}

interface Programs {
  step: TrainStep<SupervisedState>;
  predict: ReturnType<typeof predictor>;
}
const programs = programsOf<Programs>();

function programsFor(arm: TransferArm, inputs: number, shape: Shape, compile: Compile | undefined): Programs {
  return programs(compile, `${arm.id} ${inputs} ${shape}`, () => {
    const model = mlp({ inputs, hidden: transfer.hidden[shape], outputs: 2 });
    const optimizer: SupervisedOptions["optimizer"] = (hyper) =>
      adamw(hyper.learningRate, { weightDecay: hyper.weightDecay });
    const { unlabeledBatch } = transfer;
    return {
      step: arm.make({ model, optimizer, compile, unlabeledBatch }),
      predict: predictor(model, compile),
    };
  });
}

/** Trains and judges; equal seeds share rows and start. */
export async function transferTrial(spec: TransferSpec, host: TrialHost): Promise<TransferResult> {
  const arm = armOf(spec.arm);
  const rows = await prepare(spec, host);
  const { step, predict } = programsFor(arm, rows.inputs, spec.shape, host.compile);
  const steps = part(transfer.steps, spec.fraction, 20);
  const batches = minibatches(
    { x: rows.x, shape: [rows.inputs], y: rows.y, classes: 2 },
    { size: rows.y.length, seed: 0 },
  );
  const whole = Int32Array.from(rows.y, (_, i) => i);
  const { learningRate } = transfer;
  const hyper = { learningRate, weightDecay: 0, ...arm.hyper?.(spec.fraction), ...spec.setting };
  const memory: { [name: string]: Float32Array } = arm.unlabeled ? { unlabeled: rows.u } : {};
  let state: SupervisedState;
  try {
    state = await fit({
      step,
      state: step.init(keyOf(spec.seed, 21), { hyper, memory }),
      batches: (function* () {
        for (let i = 0; i < steps; i++) yield batches.at(whole);
      })(),
      signal: host.signal,
    });
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
    return { part: "transfer", accuracy: 0, attacked: [] };
  }
  const margins = await marginsOf(predict, state, rows);
  const norm = spec.shape === "linear" ? await normOf(state) : null;
  disposeTree([state.params, state.optimizer, state.modelState]);
  const beyond = (least: number): number => margins.filter((v) => v > least).length / margins.length;
  return {
    part: "transfer",
    accuracy: beyond(0),
    attacked: norm === null ? [] : attack.radii.map((radius) => beyond(radius * norm)),
  };
}

const chunk = 100;

/** `f_y - f_other` of the judged rows. */
async function marginsOf(
  predict: Programs["predict"],
  state: SupervisedState,
  { judged: { x, y }, inputs }: Prepared,
): Promise<number[]> {
  const margins: number[] = [];
  for (let from = 0; from < y.length; from += chunk) {
    const taken = new Float32Array(chunk * inputs);
    taken.set(x.subarray(from * inputs, Math.min(from + chunk, y.length) * inputs));
    const out = predict(state.params, state.modelState, np.array(taken, { shape: [chunk, inputs] }));
    const f = await out.data();
    for (let i = 0; i < Math.min(chunk, y.length - from); i++)
      margins.push((f[2 * i + 1] - f[2 * i]) * (2 * y[from + i] - 1));
  }
  return margins;
}

/** The norm of the weights of the difference of the two logits of a linear model. */
async function normOf({ params }: SupervisedState): Promise<number> {
  const [{ weight }] = params as unknown as [{ weight: np.Array }];
  const w = await weight.ref.data();
  let sum = 0;
  for (let j = 0; j < w.length / 2; j++) sum += (w[2 * j + 1] - w[2 * j]) ** 2;
  return Math.sqrt(sum);
}
