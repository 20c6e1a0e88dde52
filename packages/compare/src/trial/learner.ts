import { numpy as np } from "@jax-js/jax";
import {
  adamw,
  type BagBatches,
  type BatchLoss,
  bagBatches,
  type Examples,
  type FeatureModel,
  type FlatModel,
  fit,
  flat,
  type Head,
  type Metric,
  minibatches,
  mlp,
  NonFiniteError,
  objectiveOf,
  predictor,
  type SupervisedOptions,
  supervised,
} from "minimand";
import { type Compile, disposeTree, keyOf, refTree, type Tree } from "minimand/engine";
import type { Dataset } from "../dataset/dataset.ts";
import type { BuildInfo, Candidate } from "../plan/candidate.ts";
import { metricFor } from "../plan/settings.ts";
import type { Configuration, Settings, Task } from "../results.ts";
import { bagsPerBatchOf } from "./bags.ts";
import type { Part, PreparedFold } from "./fold.ts";
import { type Prediction, predictionOf } from "./outcome.ts";
import { selectionFor } from "./selection.ts";

/** Settings that decide a training run. */
export type TrainSettings = Pick<Settings, "model" | "hidden" | "maxEpochs" | "patience" | "batchSize">;

/** Parameters of a trained network; owned by whoever holds it. */
export interface Trained {
  params: Tree;
  state: Tree;
}

/** A finished run: the parameters of its best epoch, or none if it diverged. */
export interface Run {
  trained: Trained | null;
  /** Best value of the report metric on the validation part, and its epoch (1-based); null if the run diverged. */
  validation: number | null;
  epochs: number;
  curve: number[];
}

const weightDecay = 1e-4;
/** Rows a forward pass takes at once: one program serves parts of every size. */
const chunk = 128;

/** A network of one shape and head, shared by its losses: the same key gives all of them the same start. */
export interface Network {
  model: FlatModel & FeatureModel;
  /** Outputs of the rows of a part, `[rows, outputs]`: logits, or standardised numbers. */
  outputs(trained: Trained, part: Pick<Part, "x" | "rows">): Promise<Float32Array>;
  predict(
    trained: Trained,
    part: Pick<Part, "x" | "rows">,
    target: PreparedFold["target"],
  ): Promise<Prediction>;
  dispose(): void;
}

/** The network for a number of inputs and classes (one output in regression). */
export function makeNetwork(
  inputs: number,
  task: Task,
  classes: number,
  { model: kind, hidden, head }: Pick<TrainSettings, "model" | "hidden"> & { head?: Head },
  compile?: Compile,
): Network {
  const outputs = task === "regression" ? 1 : classes;
  const model = flat(mlp({ inputs, hidden: kind === "linear" ? [] : hidden, outputs, head }));
  const forward = predictor(model, compile);
  const outputsOf: Network["outputs"] = async ({ params, state }, { x, rows }) => {
    const all = new Float32Array(rows * outputs);
    for (let start = 0; start < rows; start += chunk) {
      const n = Math.min(chunk, rows - start);
      const input = new Float32Array(chunk * inputs);
      input.set(x.subarray(start * inputs, (start + n) * inputs));
      const out = await forward(params, state, np.array(input, { shape: [chunk, inputs] })).data();
      all.set((out as Float32Array).subarray(0, n * outputs), start * outputs);
    }
    const wrong = all.find((v) => !Number.isFinite(v));
    if (wrong !== undefined) throw new NonFiniteError(0, "output", wrong);
    return all;
  };
  return {
    model,
    outputs: outputsOf,
    predict: async (trained, part, target) =>
      predictionOf(await outputsOf(trained, part), part.rows, task, target),
    dispose: () => forward.dispose(),
  };
}

/** One candidate on one network: its compiled step, good for all configurations, folds and seeds. */
export interface Learner {
  train(
    fold: PreparedFold,
    configuration: Configuration,
    options: { seed: number; metric: Metric; signal?: AbortSignal },
  ): Promise<Run>;
  /** Trains for a fixed number of epochs, without validation. */
  trainFor(
    epochs: number,
    fold: Pick<PreparedFold, "fit" | "target" | "classCounts" | "inputs" | "unlabeled">,
    configuration: Configuration,
    options: { seed: number; signal?: AbortSignal },
  ): Promise<Trained>;
  dispose(): void;
}

/**
 * Rows a training step: the most that is set, but for small data about a quarter of the rows (a power of two, at least 16),
 * since an epoch of a single step would make every limit on epochs one on steps.
 */
export function batchSizeFor(rows: number, most: number): number {
  return Math.min(most, Math.max(16, 2 ** Math.round(Math.log2(rows / 4))));
}

/** What candidates are built from, for a data set. */
export function buildInfoOf(dataset: Dataset, settings: Pick<Settings, "metric" | "batchSize">): BuildInfo {
  const { task, classes, rows } = dataset;
  const bagsPerBatch = bagsPerBatchOf(dataset, batchSizeFor(rows, settings.batchSize));
  return {
    task,
    classes: classes.length,
    metric: metricFor(settings.metric, task),
    ...(bagsPerBatch !== undefined && { bagsPerBatch }),
  };
}

/** Compiles a candidate's training step. */
export function makeLearner(
  network: Network,
  candidate: Candidate,
  info: BuildInfo,
  settings: TrainSettings,
  compile?: Compile,
): Learner {
  const { model } = network;
  const optimizer: SupervisedOptions["optimizer"] =
    candidate.optimizer ?? (({ learningRate }) => adamw(learningRate, { weightDecay }));
  const loss = lossFor(candidate, info);
  const objective = candidate.objective?.(info, model) ?? objectiveOf(model, loss);
  const step =
    candidate.step?.(info, model, { objective, loss, optimizer, compile }) ??
    supervised({ model, objective, optimizer, compile });
  type State = ReturnType<typeof step.init>;

  const start = (
    fold: Parameters<Learner["trainFor"]>[1],
    { learningRate, parameters }: Configuration,
    seed: number,
  ) => {
    const batches = batchesFor(fold, seed);
    const memory = candidate.memory?.(batches.count, parameters, model.outputSize) ?? {};
    if (candidate.needsTeacher === true) memory.teacher = teacherOf(candidate, fold.fit);
    if (candidate.needsUnlabeled === true) memory.unlabeled = unlabeledOf(candidate, fold);
    const state = step.init(keyOf(seed), {
      hyper: { learningRate, ...parameters, ...candidate.hyper?.(batches) },
      memory,
    });
    return { batches, state };
  };

  const batchesFor = (fold: Parameters<Learner["trainFor"]>[1], seed: number) => {
    if (candidate.needsBags === true) return bagBatchesOf(fold, info, seed);
    const examples = examplesOf(fold, info.task, candidate.classWeighted === true);
    return minibatches(examples, { size: batchSizeFor(examples.y.length, settings.batchSize), seed });
  };

  return {
    async train(fold, configuration, { seed, metric, signal }) {
      const { batches, state } = start(fold, configuration, seed);
      let current: State = state;
      const selection = selectionFor(candidate, metric);
      let best: { trained: Trained; score: number; epoch: number } | null = null;
      const curve: number[] = [];
      try {
        for (let epoch = 0; epoch < settings.maxEpochs; epoch++) {
          current = await fit({
            step,
            state: current,
            batches: batches.epoch(epoch),
            signal,
          });
          const trained = { params: step.params(current), state: step.modelState(current) };
          const score = selection.score(
            fold.validation,
            await network.predict(trained, fold.validation, fold.target),
          );
          curve.push(score);
          if (best === null || isBetter(score, best.score, selection)) {
            if (best !== null) discard(best.trained);
            best = {
              trained: { params: refTree(trained.params), state: refTree(trained.state) },
              score,
              epoch,
            };
          } else if (epoch - best.epoch >= settings.patience) break;
        }
        discardState(current);
      } catch (error) {
        if (best !== null) discard(best.trained);
        if (!(error instanceof NonFiniteError)) throw error;
        if (error.metric === "output") discardState(current);
        return { trained: null, validation: null, epochs: curve.length, curve };
      }
      return { trained: best!.trained, validation: best!.score, epochs: best!.epoch + 1, curve };
    },
    async trainFor(epochs, fold, configuration, { seed, signal }) {
      const { batches, state } = start(fold, configuration, seed);
      let current: State = state;
      for (let epoch = 0; epoch < epochs; epoch++) {
        current = await fit({
          step,
          state: current,
          batches: batches.epoch(epoch),
          signal,
        });
      }
      const trained = { params: refTree(step.params(current)), state: refTree(step.modelState(current)) };
      discardState(current);
      return trained;
    },
    dispose: () => step.dispose(),
  };

  function discardState(state: State): void {
    disposeTree([state.params, state.optimizer, state.modelState]);
  }
}

/** Gives up trained parameters. */
export function discard({ params, state }: Trained): void {
  disposeTree([params, state]);
}

/** NaN (a metric that isn't defined on these rows) is never better than a number. */
export function isBetter(
  score: number,
  best: number,
  { higherIsBetter }: Pick<Metric, "higherIsBetter">,
): boolean {
  if (Number.isNaN(score)) return false;
  return Number.isNaN(best) || (higherIsBetter ? score > best : score < best);
}

/** Batches of whole bags, with what is known of them. */
function bagBatchesOf(
  { fit: part, target, classCounts, inputs }: Parameters<Learner["trainFor"]>[1],
  { task, bagsPerBatch = 1 }: BuildInfo,
  seed: number,
): BagBatches {
  if (part.bags === undefined) throw new TypeError("training part: expected bags (--bag-column), got none");
  const { ids: bagIds, means } = part.bags;
  const shared = { x: part.x, shape: [inputs], bagIds };
  const examples =
    task === "regression"
      ? { ...shared, means: means.map((v) => (v - target.mean) / target.sd) }
      : { ...shared, means, classes: classCounts.length };
  return bagBatches(examples, { bagsPerBatch, seed });
}

function unlabeledOf({ id }: Candidate, { unlabeled }: Pick<PreparedFold, "unlabeled">): Float32Array {
  if (unlabeled === undefined)
    throw new TypeError(`candidate ${id}: expected unlabelled rows (--unlabeled), got none`);
  return unlabeled();
}

function teacherOf({ id }: Candidate, { teacher }: Part): Float32Array {
  if (teacher === undefined)
    throw new TypeError(`candidate ${id}: expected the logits of a teacher (--distill-from), got none`);
  return teacher;
}

function lossFor(candidate: Candidate, info: BuildInfo): BatchLoss {
  const loss: BatchLoss =
    candidate.loss?.(info) ??
    (() => {
      throw new TypeError(`candidate ${candidate.id}: expected a loss or an objective, got neither`);
    });
  return info.task === "regression" ? (output, y, options) => loss(output.reshape([-1]), y, options) : loss;
}

function examplesOf(
  { fit: part, target, classCounts, inputs }: Pick<PreparedFold, "fit" | "target" | "classCounts" | "inputs">,
  task: Task,
  classWeighted: boolean,
): Examples {
  const shape = [inputs];
  if (task === "regression") {
    return { x: part.x, shape, y: Float32Array.from(part.targets, (v) => (v - target.mean) / target.sd) };
  }
  const examples: Examples = { x: part.x, shape, y: part.labels, classes: classCounts.length };
  if (classWeighted) {
    const present = classCounts.filter((n) => n > 0).length;
    examples.weights = Float32Array.from(part.labels, (k) => part.rows / (present * classCounts[k]));
  }
  return examples;
}
