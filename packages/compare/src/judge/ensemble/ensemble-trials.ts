import { metricById } from "minimand/metrics";
import { meanOf } from "../../averages.ts";
import type { PredictedTrial, Task } from "../../results.ts";
import { keepPrediction, predictionKept } from "../../train/kept-predictions.ts";
import {
  finiteOrNull,
  fullEvaluation,
  type Prediction,
  predictionFrom,
  scoreOfPrediction,
  valuesOf,
} from "../../train/outcome.ts";
import { areas } from "../decision/area-influence.ts";
import type { JudgedBy } from "../decision/fits-of.ts";
import type { Truth } from "../decision/truth.ts";
import { greedyWeights, weightedMean } from "./greedy.ts";

/** What is averaged, and how it is judged. */
export interface EnsembleOptions extends JudgedBy {
  /** Name of the ensemble. */
  id: string;
  /** Candidates, whose order decides between equally good ones. */
  members: readonly string[];
  task: Task;
}

/** Rows of a fold, with what each member predicts for them. */
interface FoldRows {
  fold: number;
  ids: Int32Array;
  /** Probabilities or numbers, by member. */
  values: Float64Array[];
  trials: PredictedTrial[];
}

/**
 * Returns the trials of a greedy ensemble of some candidates, made of their predictions alone. The weights of a fold are those that are
 * best on the other folds of its seed: no row is used both for the choice and for the score. The models of the other folds were trained on
 * rows of the fold, which makes the score slightly optimistic on few rows.
 *
 * Members on a seed are the candidates that have predictions on all of its folds. A seed has no trials with fewer than two members, or
 * fewer than two folds.
 *
 * @param trials in any order; those of other candidates are ignored
 * @param options weights are chosen by the metric, between equal values by log loss
 * @returns a trial for each fold of each seed, with the `weights` of its members
 */
export function ensembleTrials(
  trials: readonly PredictedTrial[],
  truth: Truth,
  options: EnsembleOptions,
): PredictedTrial[] {
  const own = trials.filter(({ candidate }) => options.members.includes(candidate));
  return [...Map.groupBy(own, ({ seed }) => seed).values()].flatMap((ofSeed) => {
    const folds = rowsOf(ofSeed, options.members);
    if (folds.length < 2 || folds[0].values.length < 2) return [];
    return folds.map((fold) => {
      const others = folds.filter((other) => other !== fold);
      return averaged(fold, weightsOn(others, truth, options), truth, options);
    });
  });
}

/** The folds of a seed, with the members that have predictions on all of them, of the same rows as those of the first one. */
function rowsOf(trials: readonly PredictedTrial[], members: readonly string[]): FoldRows[] {
  const folds = [...Map.groupBy(trials, ({ fold }) => fold)].sort(([a], [b]) => a - b);
  const ofMember = (id: string): PredictedTrial[] =>
    folds.flatMap(([, own]) =>
      own.filter(({ candidate, predictions }) => candidate === id && predictions !== null),
    );
  const whole = members.map(ofMember).filter((own) => own.length === folds.length);
  const alike = whole.filter((own) =>
    own.every(({ predictions }, i) => predictions!.rows === whole[0][i].predictions!.rows),
  );
  return folds.map(([fold], i): FoldRows => {
    const own = alike.map((member) => member[i]);
    const kept = own.map(({ predictions }) => predictionKept(predictions!));
    const values = kept.map(({ prediction }) => valuesOf(prediction));
    return { fold, ids: kept[0]?.ids ?? new Int32Array(0), values, trials: own };
  });
}

/** Rows of a fold that decide on weights: more take time, which no budget counts, and change little. */
const mostRows = 4000;

/** Every second row of a fold, or every third, and so on, so that at most {@link mostRows} are left. */
function thinned({ ids, values, ...rest }: FoldRows): FoldRows {
  const every = Math.ceil(ids.length / mostRows);
  const width = values[0].length / ids.length;
  return {
    ...rest,
    ids: ids.filter((_, i) => i % every === 0),
    values: values.map((own) => own.filter((_, i) => Math.floor(i / width) % every === 0)),
  };
}

/** The weights that are best on some folds. */
function weightsOn(
  whole: readonly FoldRows[],
  truth: Truth,
  { metric: id, higherIsBetter }: EnsembleOptions,
): number[] {
  const folds = whole.map(thinned);
  const [metric, logLoss] = [id, "log-loss"].map(metricById);
  const sign = higherIsBetter ? 1 : -1;
  const all = truthAt(joined(folds.map(({ ids }) => ids)), truth);
  // As the ranking takes them: models of different folds are not calibrated against each other.
  const parts = areas.has(id) ? folds.map(({ ids }) => truthAt(ids, truth)) : [all];
  const width = folds[0].values[0].length / folds[0].ids.length;
  const scoreOf = (values: Float64Array): number => {
    let end = 0;
    const scores = parts.map((part) => {
      const start = end;
      end += part.rows * width;
      return scoreOfPrediction(metric, part, predictionAt(values.subarray(start, end), part.rows, truth));
    });
    return sign * meanOf(scores);
  };
  return greedyWeights(
    folds[0].values.map((_, member) => joined(folds.map(({ values }) => values[member]))),
    scoreOf,
    (values) =>
      truth.targets.length > 0 ? 0 : -scoreOfPrediction(logLoss, all, predictionAt(values, all.rows, truth)),
  );
}

/** The trial of a fold. */
function averaged(
  { fold, ids, values, trials }: FoldRows,
  weights: readonly number[],
  truth: Truth,
  { id, task, metric }: EnsembleOptions,
): PredictedTrial {
  const part = truthAt(ids, truth);
  const prediction = predictionAt(weightedMean(values, weights), part.rows, truth);
  const [{ seed, rows }] = trials;
  return {
    candidate: id,
    seed,
    fold,
    status: "ok",
    chosen: null,
    tuning: [],
    epochs: 0,
    score: finiteOrNull(scoreOfPrediction(metricById(metric), part, prediction)),
    ...fullEvaluation(task, part, prediction),
    curve: [],
    rows,
    seconds: trials.reduce((sum, { seconds }) => sum + seconds, 0),
    weights: Object.fromEntries(trials.map(({ candidate }, i) => [candidate, weights[i]])),
    predictions: keepPrediction(ids, prediction),
  };
}

const predictionAt = (values: Float64Array, rows: number, { targets }: Truth): Prediction =>
  predictionFrom(values, targets.length > 0 ? 0 : values.length / rows);

/** What was to be predicted on some rows. */
function truthAt(ids: ArrayLike<number>, { labels, targets }: Truth) {
  return {
    rows: ids.length,
    labels: targets.length > 0 ? new Int32Array(0) : Int32Array.from(ids, (id) => labels[id]),
    targets: targets.length > 0 ? Float64Array.from(ids, (id) => targets[id]) : new Float64Array(0),
  };
}

function joined(arrays: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const array of arrays) {
    all.set(array, end);
    end += array.length;
  }
  return all;
}
