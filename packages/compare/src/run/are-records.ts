import { countsOf, type Grid } from "../plan/grid.ts";
import type { TrialKey } from "../plan/trials.ts";
import type { Configuration, KeptPredictions, PredictedTrial, Task } from "../results.ts";
import { predictedTrials } from "../results-shape.ts";
import { fits } from "../shape.ts";
import { namesOfTrial } from "../train/names-of-trial.ts";
import type { StoreKey } from "./trial-store.ts";

/**
 * Whether a stored value can be the records of the trial of a key. Whoever can write to the folder or the store can write anything. More
 * records, more epochs, a setting outside of the grid or a longer curve than the trial can have had would keep what follows busy for ever.
 */
export function areRecords(value: unknown, key: StoreKey): value is PredictedTrial[] {
  const { spec, task, classes, settings, candidate, quantise } = key as TrialKey;
  const names = namesOfTrial({ ...spec, ...(quantise && { quantise }) }, task as Task);
  // First, as looking into a million records takes a minute.
  if (!Array.isArray(value) || value.length > names.length || !fits(predictedTrials, value)) return false;
  const most = settings.maxEpochs as number;
  const grid = tried(candidate?.grid ?? []);
  return value.every(
    ({ candidate: name, seed, fold, tuning, chosen, epochs, curve, confusion, predictions }) =>
      names.includes(name) &&
      seed === spec.seed &&
      fold === spec.fold &&
      [epochs, ...tuning.map((record) => record.epochs)].every(
        (count) => Number.isInteger(count) && count >= 0 && count <= most,
      ) &&
      curve.length <= most &&
      tuning.length <= grid.most &&
      tuning.every(({ configuration }) => grid.has(configuration)) &&
      (chosen === null || grid.has(chosen)) &&
      (confusion === undefined ||
        [confusion, ...confusion].every((part) => part.length === classes.length)) &&
      (predictions === null || areWhole(predictions, classes.length)),
  );
}

/** Which configurations a trial may have tried, and how many of them. */
function tried(grid: Grid | readonly Configuration[]): {
  most: number;
  has(one: Configuration): boolean;
} {
  if (!("rates" in grid)) {
    const all = new Set(grid.map(nameOf));
    return { most: all.size, has: (one) => all.has(nameOf(one)) };
  }
  const rates = new Set([...grid.rates, ...Object.values(grid.beyond ?? {})]);
  const settings = new Set(grid.settings.map(nameOf));
  return {
    most: countsOf(grid).most,
    has: ({ learningRate, parameters }) => rates.has(learningRate) && settings.has(nameOf(parameters)),
  };
}

const nameOf = (part: object): string => JSON.stringify(part);

/** Whether the parts are base64 of what the task predicts for each row: a number, or a class and its probabilities; and no others. */
function areWhole(
  { rows, predicted = "", logProbabilities = "", numbers = "" }: KeptPredictions,
  classes: number,
): boolean {
  const count = bytesIn(rows) / 4;
  return (
    Number.isInteger(count) &&
    bytesIn(numbers) === (classes === 0 ? 8 * count : 0) &&
    bytesIn(predicted) === (classes === 0 ? 0 : 4 * count) &&
    bytesIn(logProbabilities) === 4 * count * classes
  );
}

/** How many bytes a text stands for in base64; NaN where it isn't base64. */
function bytesIn(text: string): number {
  const end = text.search(/[^A-Za-z0-9+/]/);
  const characters = end < 0 ? text.length : end;
  const padding = text.slice(characters);
  const isBase64 = text.length % 4 === 0 && ["", "=", "=="].includes(padding);
  return isBase64 ? (text.length / 4) * 3 - padding.length : Number.NaN;
}
