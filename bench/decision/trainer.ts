import {
  type BuildInfo,
  candidateById,
  candidates,
  type Dataset,
  discard,
  type Learner,
  makeLearner,
  makeNetwork,
  makeWhole,
  minimisedBy,
  type Network,
  type PlannedCandidate,
  type PreparedFold,
} from "@minimand/compare";
import { metricById } from "minimand";
import type { Compile } from "minimand/engine";
import { type Setting, training } from "./settings.ts";

/** What a fit says of the rows of its test part, and its values on the inner validation part, by metric. */
export interface Fit {
  probabilities: Float64Array;
  predicted: Int32Array;
  inner: Record<string, number>;
}

/** Trains as a trial does, with one configuration; programs are compiled once. */
export interface Trainer {
  /** Null where it diverged. */
  fit(candidate: string, fold: PreparedFold, dataset: Dataset, seed: number): Promise<Fit | null>;
  /** Probabilities of all rows of a table, by a network that was trained on them. */
  teach(dataset: Dataset): Promise<Float64Array>;
}

/** Losses of the comparison that run by default for a task, without the baseline. */
export function lossesOf(task: Dataset["task"]): string[] {
  return candidates
    .filter((c) => c.tasks.includes(task) && c.kind !== "reference")
    .filter((c) => c.onlyByName !== true && (c.needs ?? []).length === 0 && c.id !== "cross-entropy")
    .map(({ id }) => id);
}

export function makeTrainer(setting: Setting, maxEpochs: number, compile: Compile | undefined): Trainer {
  const options = { ...training, hidden: [...training.hidden], maxEpochs };
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
  return {
    async fit(id, fold, dataset, seed) {
      const { learner, network, candidate } = learnerFor(id, fold.inputs, dataset);
      const configuration = { learningRate: training.learningRate, parameters: candidate.settings[0] ?? {} };
      const { trained } = await learner.train(fold, configuration, { seed, metric });
      if (trained === null) return null;
      const { probabilities, predicted } = await network.predict(trained, fold.test, fold.target);
      const inside = await network.predict(trained, fold.validation, fold.target);
      discard(trained);
      const seen = { labels: fold.validation.labels, ...inside };
      const inner = setting.metrics.map((id) => {
        const one = metricById(id);
        return [id, one.kind === "regression" ? Number.NaN : one.evaluate(seen)];
      });
      return { probabilities, predicted, inner: Object.fromEntries(inner) };
    },
    async teach(dataset) {
      const { whole } = makeWhole(dataset);
      const { learner, network } = learnerFor("cross-entropy", whole.inputs, dataset);
      const configuration = { learningRate: training.learningRate, parameters: {} };
      const trained = await learner.trainFor(maxEpochs, whole, configuration, { seed: 1 });
      const { probabilities } = await network.predict(trained, whole.fit, whole.target);
      discard(trained);
      return probabilities;
    },
  };
}
