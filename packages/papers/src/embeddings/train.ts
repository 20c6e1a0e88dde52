import { numpy as np, random } from "@jax-js/jax";
import {
  type Examples,
  fit,
  minibatches,
  mlp,
  predictor,
  type SupervisedState,
  type TrainStep,
} from "minimand";
import { derive, disposeTree, type Tree } from "minimand/engine";
import { programsOf } from "../programs.ts";
import type { TrialHost } from "../reproduction.ts";
import { type Arm, armOf, type Configuration, stepOf } from "./arms.ts";

/** What is trained, and how long. Equal seeds share start and batches, whatever the arm. */
export interface Training {
  arm: string;
  configuration: Configuration;
  hidden: readonly number[];
  features: number;
  epochs: number;
  batchSize: number;
  seed: number;
  /** Default a half cosine down to 0 over the epochs. */
  schedule?: "cosine" | "constant";
}

/** A trained body, from rows of inputs to rows of embeddings, and the directions of the classes where there are any. */
export interface TrainedEmbedding {
  embed(x: Float32Array): Promise<Float32Array>;
  /** `[features][classes]` row by row: directions, or the weights of the linear layer. */
  centers: Float32Array | null;
  /** Of all training steps but the first epoch's, scaled up to all epochs: compiling is not counted. */
  seconds: number;
  dispose(): void;
}

/** Trains a body with the loss of an arm. */
export async function trainEmbedding(
  train: Examples & { classes: number },
  training: Training,
  host: TrialHost,
): Promise<TrainedEmbedding> {
  const { configuration, epochs, batchSize, seed, features, schedule = "cosine" } = training;
  const inputs = train.shape[0];
  const arm = armOf(training.arm);
  const { step, forward } = programsFor(arm, inputs, train.classes, training, host.compile);
  const batches = minibatches(train, { size: batchSize, seed: derive(seed, 2) });
  let state = step.init(random.key(derive(seed, 3) | 0), { hyper: { ...configuration } });
  let timed = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const decay = schedule === "cosine" ? (1 + Math.cos((Math.PI * epoch) / epochs)) / 2 : 1;
    state = {
      ...state,
      hyper: { ...configuration, learningRate: configuration.learningRate * decay },
    };
    const started = performance.now();
    state = await fit({ step, state, batches: batches.epoch(epoch), signal: host.signal });
    if (epoch > 0 || epochs === 1) timed += performance.now() - started;
  }
  const params = step.params(state) as { body: Tree; centers?: np.Array; head?: { weight: np.Array }[] };
  const weights = params.centers ?? params.head?.[0].weight;
  return {
    async embed(x) {
      const rows = x.length / inputs;
      const out = new Float32Array(rows * features);
      // Chunks of one size, so that one program serves all.
      const chunk = 1000;
      for (let start = 0; start < rows; start += chunk) {
        const part = new Float32Array(chunk * inputs);
        part.set(x.subarray(start * inputs, Math.min(rows, start + chunk) * inputs));
        const embeddings = await forward(params.body, {}, np.array(part, { shape: [chunk, inputs] })).data();
        out.set(
          embeddings.subarray(0, Math.min(chunk, rows - start) * features) as Float32Array,
          start * features,
        );
      }
      return out;
    },
    centers:
      weights === undefined
        ? null
        : ((await weights.ref.data()) as Float32Array).slice(0, features * train.classes),
    seconds: (timed / 1000) * (epochs > 1 ? epochs / (epochs - 1) : 1),
    dispose: () => disposeTree([state.params, state.optimizer, state.modelState]),
  };
}

type Programs = { step: TrainStep<SupervisedState>; forward: ReturnType<typeof predictor> };
const programs = programsOf<Programs>();

/** One pair of programs per arm and shape serves all configurations and seeds of a thread. */
function programsFor(
  arm: Arm,
  inputs: number,
  classes: number,
  { hidden, features, batchSize }: Training,
  compile: TrialHost["compile"],
): Programs {
  const name = [arm.id, inputs, hidden.join("-"), features, classes, batchSize].join(" ");
  return programs(compile, name, () => {
    const body = mlp({ inputs, hidden, outputs: features });
    return {
      step: stepOf(arm, body, { features, classes }, compile),
      forward: predictor(body, compile),
    };
  });
}
