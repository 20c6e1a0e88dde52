import {
  type BuildInfo,
  baselineIdOf,
  candidateById,
  candidates,
  type Dataset,
  discard,
  type Learner,
  makeLearner,
  makeNetwork,
  minimisedBy,
  type Network,
  type PlannedCandidate,
  type Prediction,
  type PreparedFold,
  scoreOfPrediction,
} from "@minimand/compare";
import type { Compile } from "minimand/engine";
import { metricById } from "minimand/metrics";
import { type Setting, training } from "./settings.ts";

/** A fit to be made: by the loss of a name, with a number for start and batches. */
export interface Job {
  loss: string;
  fold: PreparedFold;
  key: number;
}

/** What a fit says of the rows of its test part, and its values on the inner validation part, by metric. */
export interface Fit extends Prediction {
  inner: Record<string, number>;
}

/** Fits as trials make them, with one configuration; null where one diverged. Programs are compiled once. */
export type Trainer = (jobs: readonly Job[], dataset: Dataset) => Promise<(Fit | null)[]>;

/** The baseline for a task. */
export const baselineOf = (task: Dataset["task"]): string => baselineIdOf({ baseline: "auto" }, task);

/** Losses of the comparison that run by default for a task, without the baseline. */
export function lossesOf(task: Dataset["task"]): string[] {
  return candidates
    .filter((c) => c.tasks.includes(task) && c.kind !== "reference")
    .filter((c) => c.onlyByName !== true && (c.needs ?? []).length === 0 && c.id !== baselineOf(task))
    .map(({ id }) => id);
}

/** Values of the metrics of a setting on a validation part. */
export function innerOf(
  { metrics }: Setting,
  part: PreparedFold["validation"],
  seen: Prediction,
): Fit["inner"] {
  return Object.fromEntries(metrics.map((id) => [id, scoreOfPrediction(metricById(id), part, seen)]));
}

/** One fit after the other, by the learner of the comparison itself. */
export function makeTrainer(setting: Setting, maxEpochs: number, compile: Compile | undefined): Trainer {
  const options = { ...training, hidden: [...training.hidden], maxEpochs, patience: maxEpochs };
  const metric = metricById(setting.metrics[0]);
  const learners = new Map<string, { learner: Learner; network: Network; candidate: PlannedCandidate }>();
  const learnerFor = (id: string, inputs: number, { task, classes }: Dataset) => {
    const key = `${id} ${inputs} ${classes.length}`;
    const known = learners.get(key);
    if (known !== undefined) return known;
    const candidate = candidateById(id, task);
    const { head } = minimisedBy(candidate);
    const network = makeNetwork(inputs, task, classes.length, { ...options, head }, compile);
    const info: BuildInfo = { task, classes: classes.length, metric: metric.id };
    const made = { candidate, network, learner: makeLearner(network, candidate, info, options, compile) };
    learners.set(key, made);
    return made;
  };
  const fit = async ({ loss, fold, key }: Job, dataset: Dataset): Promise<Fit | null> => {
    const { learner, network, candidate } = learnerFor(loss, fold.inputs, dataset);
    const configuration = { learningRate: training.learningRate, parameters: candidate.settings[0] ?? {} };
    const { trained } = await learner.train(fold, configuration, { seed: key, metric });
    if (trained === null) return null;
    const tested = await network.predict(trained, fold.test, fold.target);
    const inside = await network.predict(trained, fold.validation, fold.target);
    discard(trained);
    return { ...tested, inner: innerOf(setting, fold.validation, inside) };
  };
  return async (jobs, dataset) => {
    const fits: (Fit | null)[] = [];
    for (const job of jobs) fits.push(await fit(job, dataset));
    return fits;
  };
}
