import { aldrInit, minibatches, mlp, sgd } from "minimand";
import { derive } from "minimand/engine";
import { rocAuc } from "minimand/metrics";
import { flat } from "minimand/models";
import { accuracyOn } from "../../kit/accuracy.ts";
import { named } from "../../kit/named.ts";
import { networksOf } from "../../kit/networks.ts";
import type { Draw } from "../../kit/rows.ts";
import { stepped } from "../../kit/schedules.ts";
import { discard, keyFor, trainOrNull } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import { armOf, type Configuration } from "./arms.ts";
import { prepare } from "./data.ts";
import { materials, settings } from "./settings.ts";

/** One network trained with one loss on one sample of noisy labels. */
export interface Spec extends Draw {
  dataset: string;
  setting: string;
  loss: string;
  configuration: Configuration;
  /** The full scale trains longer, and a deeper network. */
  regime: "pilot" | "long";
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
  const material = named(materials, spec.dataset, "dataset");
  const setting = named(settings, spec.setting, "setting");
  const { train, judged, flipped } = prepare(await host.dataset(spec.dataset), {
    ...spec,
    material,
    setting,
  });
  const { epochs, layers } = material[spec.regime];
  const hidden = Array.from({ length: layers }, () => material.hidden);
  const network = networkFor(spec, train, hidden, host.compile);
  const { parameter } = spec.configuration;
  const adaptive = armOf(spec.loss).adaptive === true;
  const memory = adaptive ? aldrInit(train.y.length, { lambda0: parameter }) : undefined;
  const state = await trainOrNull({
    step: network.step,
    state: network.step.init(keyFor(spec.seed, 4), {
      hyper: { ...spec.configuration },
      memory: { ...memory },
    }),
    batches: minibatches(train, { size: batchSize, seed: derive(spec.seed, 3) }),
    epochs: Math.max(2, Math.round(epochs * spec.fraction)),
    schedule: stepped([0.5, 0.1], [0.75, 0.01]),
    signal: host.signal,
  });
  if (state === null) return { accuracy: 0, doubt: null };
  const accuracy = await accuracyOn(network, state, judged);
  discard(state);
  return { accuracy, doubt: memory === undefined ? null : doubtOf(memory.lambda, parameter, flipped) };
}

const networks = networksOf();

/** One compiled step per loss and shape serves all configurations, settings and seeds of a thread. */
function networkFor(
  { loss }: Spec,
  { shape: [inputs], classes }: { shape: readonly number[]; classes: number },
  hidden: number[],
  compile: TrialHost["compile"],
) {
  return networks(compile, [loss, inputs, ...hidden, classes].join(" "), () => {
    const model = flat(mlp({ inputs, hidden, outputs: classes, activation: "tanh" }));
    return {
      model,
      objective: armOf(loss).objective(model),
      optimizer: ({ learningRate, weightDecay }) => sgd(learningRate, { momentum, weightDecay }),
      // Losses without a parameter read two of them.
      hyper: { learningRate: 0.1, parameter: 0, weightDecay: 0 },
    };
  });
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

/** What a finished trial is called in the progress. */
export const describe = ({ dataset, setting, loss }: Spec, { accuracy }: Result): string =>
  `${dataset}, ${setting}: ${loss} ${accuracy.toFixed(3)}`;
