import type { numpy as np } from "@jax-js/jax";
import { type Examples, minibatches, mlp, predictor } from "minimand";
import { derive, type Tree } from "minimand/engine";
import { outputsOf } from "../kit/accuracy.ts";
import type { Network } from "../kit/networks.ts";
import { programsOf } from "../kit/programs.ts";
import { cosine } from "../kit/schedules.ts";
import { discard, keyFor, trainNetwork } from "../kit/train-network.ts";
import type { TrialHost } from "../reproduction.ts";
import { type Arm, armOf, type Configuration, stepOf } from "./arms.ts";
import type { Embedded } from "./classify.ts";
import { materialOf, type Part, type Split, split } from "./material.ts";
import type { EmbeddingSpec } from "./run.ts";

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
  const { step, predict } = networkFor(arm, inputs, train.classes, training, host.compile);
  const start = step.init(keyFor(seed, 3), { hyper: { ...configuration } });
  const batches = minibatches(train, { size: batchSize, seed: derive(seed, 2) });
  let timed = 0;
  let started = performance.now();
  const state = await trainNetwork({
    step,
    state: start,
    batches,
    epochs,
    schedule: schedule === "cosine" ? cosine : undefined,
    signal: host.signal,
    after(_, epoch) {
      const now = performance.now();
      if (epoch > 0 || epochs === 1) timed += now - started;
      started = now;
    },
  });
  const params = step.params(state) as { body: Tree; centers?: np.Array; head?: { weight: np.Array }[] };
  const weights = params.centers ?? params.head?.[0].weight;
  return {
    embed: (x) => outputsOf(predict, { params: params.body, modelState: {} }, { x, shape: [inputs] }, 1000),
    centers:
      weights === undefined
        ? null
        : ((await weights.ref.data()) as Float32Array).slice(0, features * train.classes),
    seconds: (timed / 1000) * (epochs > 1 ? epochs / (epochs - 1) : 1),
    dispose: () => discard(state),
  };
}

/** A material's parts as embeddings of a trained body, or as they are. */
export interface EmbeddedMaterial {
  parts: Split;
  features: number;
  trained: TrainedEmbedding | null;
  embed(part: Part): Promise<Embedded>;
}

/** Splits a material and trains the body of a spec. */
export async function embeddedMaterial(
  { material: name, arm, configuration, seed, epochs, fraction }: EmbeddingSpec & { fraction: number },
  host: TrialHost,
): Promise<EmbeddedMaterial> {
  const material = materialOf(name);
  const { hidden, features: length, batchSize } = material;
  const parts = await split(material, seed, host, fraction);
  const training = { arm, configuration, hidden, features: length, epochs, batchSize, seed };
  const trained = arm === "raw" ? null : await trainEmbedding(parts.train, training, host);
  const features = trained === null ? parts.inputs : length;
  return {
    parts,
    features,
    trained,
    embed: async ({ x, y }) => ({ x: trained === null ? x : await trained.embed(x), y, features }),
  };
}

const networks = programsOf<Network>();

/** One pair of programs per arm and shape serves all configurations and seeds of a thread. */
function networkFor(
  arm: Arm,
  inputs: number,
  classes: number,
  { hidden, features, batchSize }: Training,
  compile: TrialHost["compile"],
): Network {
  const name = [arm.id, inputs, hidden.join("-"), features, classes, batchSize].join(" ");
  return networks(compile, name, () => {
    const body = mlp({ inputs, hidden, outputs: features });
    return {
      step: stepOf(arm, body, { features, classes }, compile),
      predict: predictor(body, compile),
    };
  });
}
