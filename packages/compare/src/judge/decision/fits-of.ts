import { meanOf } from "../../averages.ts";
import type { PredictedTrial } from "../../results.ts";
import { predictionKept } from "../../train/kept-predictions.ts";
import { finiteOrNull, type Prediction } from "../../train/outcome.ts";
import { influenceOf } from "./influence.ts";
import type { Influence, OutOfFold } from "./out-of-fold.ts";
import type { PairedFits } from "./paired-fits.ts";
import type { Truth } from "./truth.ts";

/** A metric that differences are taken of. */
export interface JudgedBy {
  metric: string;
  higherIsBetter: boolean;
}

/** What a candidate reached on all rows of one seed. */
export interface SeedOutcome {
  /** The rows, in rising order. */
  ids: Int32Array;
  /** The fold of each. */
  fold: Int32Array;
  folds: number;
  /** Of the metric, as its signs are. */
  influence: Influence;
}

/**
 * Returns the metric of all rows of each seed, and how much each row moves it, from the predictions of the trials of one candidate.
 *
 * @param trials of one candidate
 * @returns by seed; seeds with a diverged trial are left out
 */
export function outcomesOf(
  trials: readonly PredictedTrial[],
  truth: Truth,
  metric: string,
): Map<number, SeedOutcome> {
  const outcomes = new Map<number, SeedOutcome>();
  for (const [seed, own] of Map.groupBy(trials, (trial) => trial.seed)) {
    if (own.some(({ predictions }) => predictions === null)) continue;
    outcomes.set(seed, outcomeOf(own, truth, metric));
  }
  return outcomes;
}

function outcomeOf(trials: readonly PredictedTrial[], truth: Truth, metric: string): SeedOutcome {
  const { ids, rows } = rowsOfSeed(trials, truth);
  const { fold, folds } = rows;
  return { ids, fold, folds, influence: influenceOf(metric, rows) };
}

/**
 * Returns all predictions of one candidate on one seed, put together.
 *
 * @param trials of one candidate on one seed, none of which diverged
 * @returns the rows in rising order, with what was to be predicted
 */
export function rowsOfSeed(
  trials: readonly PredictedTrial[],
  truth: Truth,
): { ids: Int32Array; rows: OutOfFold & { fold: Int32Array } } {
  const parts = trials.map(({ fold, predictions }) => ({ fold, ...predictionKept(predictions!) }));
  const places = parts
    .flatMap(({ ids }, part) => Array.from(ids, (id, place) => ({ id, part, place })))
    .sort((a, b) => a.id - b.id);
  const ids = Int32Array.from(places, ({ id }) => id);
  // By numbers from 0 on, whatever the folds are called.
  const order = [...new Set(parts.map(({ fold }) => fold))].sort((a, b) => a - b);
  const fold = Int32Array.from(places, ({ part }) => order.indexOf(parts[part].fold));
  return { ids, rows: { ...collected(places, parts, truth), fold, folds: order.length } };
}

function collected(
  places: readonly { id: number; part: number; place: number }[],
  parts: readonly { prediction: Prediction }[],
  { labels, targets }: Truth,
) {
  if (targets.length > 0) {
    return {
      targets: Float64Array.from(places, ({ id }) => targets[id]),
      predictions: Float64Array.from(places, ({ part, place }) => parts[part].prediction.predictions[place]),
    };
  }
  const { probabilities: some, predicted: decided } = parts[0].prediction;
  const classes = some.length / decided.length;
  const probabilities = new Float64Array(places.length * classes);
  places.forEach(({ part, place }, i) => {
    const own = parts[part].prediction.probabilities.subarray(place * classes, (place + 1) * classes);
    probabilities.set(own, i * classes);
  });
  return {
    labels: Int32Array.from(places, ({ id }) => labels[id]),
    predicted: Int32Array.from(places, ({ part, place }) => parts[part].prediction.predicted[place]),
    probabilities,
  };
}

/**
 * Returns differences of one candidate to another on the seeds that both have, larger is better.
 *
 * @param a the candidate
 * @param b what it is compared with: its first seed has to be among those of the candidate
 * @returns null where the first seed isn't there, or both were tested on other rows
 */
export function pairedFits(
  a: ReadonlyMap<number, SeedOutcome>,
  b: ReadonlyMap<number, SeedOutcome>,
  { groups }: Pick<Truth, "groups">,
  { higherIsBetter }: Pick<JudgedBy, "higherIsBetter">,
): PairedFits | null {
  const sign = higherIsBetter ? 1 : -1;
  const seeds = [...b.keys()].filter((seed) => a.has(seed)).sort((x, y) => x - y);
  if (seeds.length === 0 || seeds[0] !== Math.min(...b.keys())) return null;
  const pairs = seeds.map((seed) => [a.get(seed)!, b.get(seed)!] as const);
  const [[first]] = pairs;
  const { ids, folds } = first;
  const alike = pairs.flat().every((one) => one.folds === folds && same(one.ids, ids));
  if (!alike || !pairs.every(([x, y]) => same(x.fold, y.fold))) return null;
  const minus = (x: ArrayLike<number>, y: ArrayLike<number>): Float64Array =>
    Float64Array.from(x, (value, i) => sign * (value - y[i]));
  const ofFolds = pairs.flatMap(([x, y]) => {
    const [own, other] = [x.influence.folds, y.influence.folds];
    return own === undefined || other === undefined ? [] : [minus(own, other)];
  });
  return {
    theta: pairs.map(([x, y]) => sign * (x.influence.value - y.influence.value)),
    psi: pairs.map(([x, y]) => minus(x.influence.influence, y.influence.influence)),
    fold: pairs.map(([x]) => x.fold),
    folds,
    groups: groups === null ? null : numbered(Int32Array.from(ids, (id) => groups[id])),
    ...(ofFolds.length > 0 && { ofFolds }),
  };
}

const same = (a: Int32Array, b: Int32Array): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/** Groups by numbers from 0 on. */
function numbered(groups: Int32Array): Int32Array {
  const numbers = new Map<number, number>();
  return groups.map((group) => {
    const number = numbers.get(group) ?? numbers.size;
    numbers.set(group, number);
    return number;
  });
}

/** Returns the mean of the metric over the seeds; null without seeds, and if it is not defined on one of them. */
export function meanOutcome(outcomes: ReadonlyMap<number, SeedOutcome>): number | null {
  return finiteOrNull(meanOf([...outcomes.values()].map(({ influence }) => influence.value)));
}
