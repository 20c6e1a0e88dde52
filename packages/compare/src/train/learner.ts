import { disposeState, type Examples, type JoinedStates, type Metric, minibatches, train } from "minimand";
import { type Compile, keyOf, refTree } from "minimand/engine";
import { type BagBatches, bagBatches, NonFiniteError, trainAll } from "minimand/training";
import type { Dataset } from "../data/dataset.ts";
import { toScale } from "../data/target-scale.ts";
import { type BuildInfo, hasNeed, minimisedBy, type NetworkCandidate, seesBags } from "../plan/candidate.ts";
import { metricFor } from "../plan/settings.ts";
import type { Configuration, Settings, Task } from "../results.ts";
import { bagsPerBatchOf } from "./bags.ts";
import { memoryOf, stepOf } from "./candidate-step.ts";
import type { FoldFlips, Part, TrainingParts } from "./fold.ts";
import type { Network, Trained } from "./network.ts";
import type { Prediction } from "./outcome.ts";
import { selectionFor } from "./selection.ts";
import { withSharedStart } from "./shared-start.ts";

/** Settings that decide a training run. */
export type TrainSettings = Pick<Settings, "model" | "hidden" | "maxEpochs" | "patience" | "batchSize">;

/** A finished run: the parameters of its best epoch, or none if it diverged. */
export interface Run {
  trained: Trained | null;
  /** Best value of the report metric on the validation part, and its epoch (1-based); null if the run diverged. */
  validation: number | null;
  epochs: number;
  curve: number[];
}

/** What a training run depends on in addition to fold and configuration. */
interface TrainingOptions {
  seed: number;
  metric: Metric;
  signal?: AbortSignal;
}

/** One candidate on one network: its compiled step, good for all configurations, folds and seeds. */
export interface Learner {
  train(fold: TrainingParts, configuration: Configuration, options: TrainingOptions): Promise<Run>;
  /** As `train`, of several configurations, in order; at once where that is faster. */
  trainAll(
    fold: TrainingParts,
    configurations: readonly Configuration[],
    options: TrainingOptions,
  ): Promise<Run[]>;
  /** Trains for a number of epochs, without validation, or until an epoch after which it may not go on. */
  trainFor(
    epochs: number,
    fold: Omit<TrainingParts, "validation" | "flips"> & { flips?: Pick<FoldFlips, "assumed"> },
    configuration: Configuration,
    options: { seed: number; signal?: AbortSignal; mayGoOn?: () => boolean },
  ): Promise<{ trained: Trained; epochs: number }>;
  dispose(): void;
}

/**
 * Returns the rows per training step: the most that is set, but for small data about a quarter of the rows (a power of two, at least 16).
 * An epoch of a single step would make every limit on epochs one on steps.
 */
export function batchSizeFor(rows: number, most: number): number {
  return Math.min(most, Math.max(16, 2 ** Math.round(Math.log2(rows / 4))));
}

/** Returns what candidates are built from, for a data set. */
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
  candidate: NetworkCandidate,
  info: BuildInfo,
  settings: TrainSettings,
  compile?: Compile,
): Learner {
  const { model, whileSharing } = withSharedStart(network.model);
  const loss = minimisedBy(candidate);
  const step = stepOf(candidate, info, model, compile);
  type State = ReturnType<typeof step.init>;

  const start = (
    fold: Parameters<Learner["trainFor"]>[1],
    { learningRate, parameters }: Configuration,
    seed: number,
  ) => {
    const batches = batchesFor(fold, seed);
    const memory = memoryOf(candidate, batches.count, parameters, model.outputSize);
    if (hasNeed(loss, "teacher")) memory.teacher = teacherOf(candidate, fold.fit);
    if (hasNeed(loss, "unlabeled")) memory.unlabeled = unlabeledOf(candidate, fold);
    const known = { perEpoch: batches.perEpoch, flipRate: fold.flips?.assumed ?? 0 };
    const own = candidate.kind === "step" ? candidate.hyper?.(known) : {};
    const ofLoss = loss.kind === "loss" ? loss.hyper?.(known) : {};
    const state = step.init(keyOf(seed), {
      hyper: { learningRate, ...parameters, ...ofLoss, ...own },
      memory,
    });
    return { batches, state };
  };

  const batchesFor = (fold: Parameters<Learner["trainFor"]>[1], seed: number) => {
    if (seesBags(loss)) return bagBatchesOf(fold, info, seed);
    const examples = examplesOf(fold, info.task, loss.kind === "loss" && loss.classWeighted === true);
    return minibatches(examples, { size: batchSizeFor(examples.y.length, settings.batchSize), seed });
  };

  const runAll: Learner["trainAll"] = async (fold, configurations, { seed, metric, signal }) => {
    const started = whileSharing(() =>
      configurations.map((configuration) => start(fold, configuration, seed)),
    );
    const selection = selectionFor(loss, metric, fold.flips?.judged);
    const undefinedValue = (selection.higherIsBetter ? -1 : 1) * Number.MAX_VALUE;
    const judged = (prediction: Prediction): number => {
      const value = selection.score(fold.validation, prediction);
      // A metric that isn't defined on these rows: no epoch is better than the first.
      return Number.isNaN(value) ? undefinedValue : value;
    };
    const looked = (states: JoinedStates | State): Trained => ({
      params: step.params(states as State),
      state: step.modelState(states as State),
    });
    const outcomes = await trainAll({
      step,
      states: started.map(({ state }) => state),
      data: started[0].batches,
      signal,
      validation: {
        score: async (state) => judged(await network.predict(looked(state), fold.validation, fold.target)),
        ...(network.predictAll && {
          async scoreAll(states) {
            const all = await network.predictAll!(looked(states), fold.validation, fold.target);
            return all?.map((found) => (found instanceof NonFiniteError ? found : judged(found))) ?? null;
          },
        }),
        higherIsBetter: selection.higherIsBetter,
      },
      epochs: settings.maxEpochs,
      patience: settings.patience,
    });
    return outcomes.map((outcome): Run => {
      const curve = outcome.history.map(({ validation }) =>
        validation === undefinedValue ? Number.NaN : validation!,
      );
      if ("diverged" in outcome) return { trained: null, validation: null, epochs: curve.length, curve };
      const { state, bestEpoch } = outcome;
      return { trained: trainedOf(state), validation: curve[bestEpoch], epochs: bestEpoch + 1, curve };
    });
  };

  return {
    trainAll: runAll,
    train: async (fold, configuration, options) => (await runAll(fold, [configuration], options))[0],
    async trainFor(epochs, fold, configuration, { seed, signal, mayGoOn = () => true }) {
      const { batches, state } = start(fold, configuration, seed);
      const done = await train({ step, state, data: batches, epochs, signal, onEpoch: () => mayGoOn() });
      return { trained: trainedOf(done.state), epochs: done.history.length };
    },
    dispose: () => step.dispose(),
  };

  /** What is kept of a state, which is disposed of. */
  function trainedOf(state: State): Trained {
    const trained = { params: refTree(step.params(state)), state: refTree(step.modelState(state)) };
    disposeState(state);
    return trained;
  }
}

/** Whether a value is better. NaN (a metric that isn't defined on these rows) is never better than a number. */
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
      ? { ...shared, means: means.map((v) => toScale(v, target)) }
      : { ...shared, means, classes: classCounts.length };
  return bagBatches(examples, { bagsPerBatch, seed });
}

function unlabeledOf(
  { id }: NetworkCandidate,
  { unlabeled }: Pick<TrainingParts, "unlabeled">,
): Float32Array {
  if (unlabeled === undefined)
    throw new TypeError(`candidate ${id}: expected unlabelled rows (--unlabeled), got none`);
  return unlabeled();
}

function teacherOf({ id }: NetworkCandidate, { teacher }: Part): Float32Array {
  if (teacher === undefined)
    throw new TypeError(`candidate ${id}: expected the logits of a teacher (--distill-from), got none`);
  return teacher;
}

function examplesOf(
  { fit: part, target, classCounts }: Pick<TrainingParts, "fit" | "target" | "classCounts">,
  task: Task,
  classWeighted: boolean,
): Examples {
  const shape = [part.x.length / part.rows];
  if (task === "regression") {
    return { x: part.x, shape, y: Float32Array.from(part.targets, (v) => toScale(v, target)) };
  }
  const examples: Examples = { x: part.x, shape, y: part.labels, classes: classCounts.length };
  if (classWeighted) {
    const present = classCounts.filter((n) => n > 0).length;
    examples.weights = Float32Array.from(part.labels, (k) => part.rows / (present * classCounts[k]));
  }
  return examples;
}
