import { numpy as np, random } from "@jax-js/jax";
import {
  aldrInit,
  fit,
  flat,
  minibatches,
  mlp,
  NonFiniteError,
  predictor,
  rocAuc,
  type SupervisedState,
  sgd,
  supervised,
  type TrainStep,
} from "minimand";
import { derive, disposeTree } from "minimand/engine";
import { programsOf } from "../programs.ts";
import type { TrialHost } from "../reproduction.ts";
import { armOf, type Configuration } from "./arms.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { materials, settings } from "./settings.ts";

/** One network trained with one loss on one sample of noisy labels. */
export interface Spec {
  dataset: string;
  setting: string;
  loss: string;
  configuration: Configuration;
  seed: number;
  /** `test`: trained on all training rows, judged on clean test labels. `tune`: on 4/5 of them, judged on the *noisy* rest. */
  judge: "test" | "tune";
  /** Share of the data set's own numbers of rows and epochs; below 1 for smoke tests. */
  fraction: number;
}

/** What a trial found. */
export interface Result {
  /** 0 where training diverged. */
  accuracy: number;
  /** The learnt lambdas, for the adaptive loss under noise. */
  doubt: Doubt | null;
}

/** The learnt `lambda / lambda0` as a detector of corrupted labels. */
export interface Doubt {
  auc: number;
  /** Counts in {@link bins} equal bins from 0.5 to 1, of examples with corrupted and with clean labels. */
  corrupted: number[];
  clean: number[];
}

/** Bins of a histogram of lambda. */
export const bins = 25;

const batchSize = 64;
const momentum = 0.9;

/** Trains and judges one network; the same spec gives the same result, and equal seeds share data, noise and start. */
export async function trial(spec: Spec, host: TrialHost): Promise<Result> {
  const material = found(materials, (m) => m.name === spec.dataset, spec.dataset);
  const setting = found(settings, (s) => s.id === spec.setting, spec.setting);
  const prepared = prepare(await host.dataset(spec.dataset), { ...spec, material, setting });
  const { step, predict } = programFor(spec, prepared, material.hidden, host.compile);
  const adaptive = armOf(spec.loss).adaptive === true;
  const { learningRate, parameter, weightDecay } = spec.configuration;
  const memory = adaptive ? aldrInit(prepared.train.y.length, { lambda0: parameter }) : undefined;
  const batches = minibatches(prepared.train, { size: batchSize, seed: derive(spec.seed, 3) });
  const epochs = Math.max(2, Math.round(material.epochs * spec.fraction));
  let state = step.init(random.key(derive(spec.seed, 4) | 0), {
    hyper: { learningRate, parameter, weightDecay },
    memory: memory === undefined ? {} : { ...memory },
  });
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const decay = epoch >= 0.75 * epochs ? 0.01 : epoch >= 0.5 * epochs ? 0.1 : 1;
      state = { ...state, hyper: { learningRate: learningRate * decay, parameter, weightDecay } };
      state = await fit({ step, state, batches: batches.epoch(epoch), signal: host.signal });
    }
  } catch (error) {
    if (error instanceof NonFiniteError) return { accuracy: 0, doubt: null };
    throw error;
  }
  const { x, y } = prepared.judged;
  const inputs = np.array(new Float32Array(x), { shape: [y.length, prepared.inputs] });
  const logits = await predict(step.params(state), step.modelState(state), inputs).data();
  disposeTree([state.params, state.optimizer, state.modelState]);
  return {
    accuracy: accuracyOf(logits, y, prepared.classes),
    doubt: memory === undefined ? null : doubtOf(memory.lambda, parameter, prepared.flipped),
  };
}

type Program = { step: TrainStep<SupervisedState>; predict: ReturnType<typeof predictor> };
const programs = programsOf<Program>();

/** One compiled step per loss and shape serves all configurations, settings and seeds of a thread. */
function programFor(
  { loss }: Spec,
  { inputs, classes }: Prepared,
  hidden: number,
  compile: TrialHost["compile"],
): Program {
  return programs(compile, [loss, inputs, hidden, classes].join(" "), () => {
    const model = flat(mlp({ inputs, hidden: [hidden, hidden], outputs: classes, activation: "tanh" }));
    const step = supervised({
      model,
      objective: armOf(loss).objective(model),
      optimizer: ({ learningRate, weightDecay }) => sgd(learningRate, { momentum, weightDecay }),
      compile,
    });
    return { step, predict: predictor(model, compile) };
  });
}

function accuracyOf(logits: ArrayLike<number>, labels: Int32Array, classes: number): number {
  let right = 0;
  labels.forEach((label, row) => {
    let best = 0;
    for (let k = 1; k < classes; k++) if (logits[row * classes + k] > logits[row * classes + best]) best = k;
    if (best === label) right++;
  });
  return right / labels.length;
}

function doubtOf(lambda: Float32Array, lambda0: number, flipped: boolean[]): Doubt | null {
  if (!flipped.some(Boolean)) return null;
  const corrupted = new Array<number>(bins).fill(0);
  const clean = new Array<number>(bins).fill(0);
  lambda.forEach((value, i) => {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(((value / lambda0 - 0.5) / 0.5) * bins)));
    (flipped[i] ? corrupted : clean)[bin]++;
  });
  return { auc: rocAuc(flipped.map(Number), lambda), corrupted, clean };
}

function found<T>(list: readonly T[], is: (item: T) => boolean, name: string): T {
  const item = list.find(is);
  if (item === undefined) throw new RangeError(`spec: expected a known data set and setting, got ${name}`);
  return item;
}
