import type { Behaviour, PredictedTrial } from "../../results.ts";
import { rowsOfSeed } from "../decision/fits-of.ts";
import type { Truth } from "../decision/truth.ts";
import { meanRoc } from "./mean-roc.ts";
import { type Limits, limitsOf, rowCloud } from "./row-cloud.ts";
import { wholeSeeds } from "./whole-seeds.ts";

/**
 * Returns what the figures of single candidates are drawn from, out of the predictions for rows that their models weren't trained on.
 *
 * @param trials finished trials of any candidates
 * @param truth what was to be predicted
 * @param ids the candidates that are shown
 * @returns one for each that has predictions, in the order of `ids`
 * @example behavioursOf(trials, truthOf(dataset), ["cross-entropy", "focal"])[0].roc
 */
export function behavioursOf(
  trials: readonly PredictedTrial[],
  truth: Truth,
  ids: readonly string[],
): Behaviour[] {
  const byCandidate = Map.groupBy(trials, ({ candidate }) => candidate);
  const own = ids.map((candidate) => ({ candidate, trials: byCandidate.get(candidate) ?? [] }));
  if (truth.targets.length > 0) return ofNumbers(own, truth);
  return own.flatMap(({ candidate, trials }) => {
    const whole = wholeSeeds(trials).flat();
    const roc = meanRoc(whole.length > 0 ? whole : trials, truth);
    return roc === null ? [] : [{ candidate, roc }];
  });
}

interface Own {
  candidate: string;
  trials: readonly PredictedTrial[];
}

/** All share their limits, so that their panels can be compared. */
function ofNumbers(candidates: readonly Own[], truth: Truth): Behaviour[] {
  const all = candidates.flatMap(({ candidate, trials }) => {
    const { targets, predictions } = numbersOf(trials, truth);
    const residuals = targets.map((target, i) => target - predictions[i]);
    return targets.length === 0 ? [] : [{ candidate, targets, predictions, residuals }];
  });
  if (all.length === 0) return [];
  const limits = (values: Float64Array[]): Limits => limitsOf(joined(values));
  const actual = limits(all.map(({ targets }) => targets));
  const predicted = limits(all.map(({ predictions }) => predictions));
  const residual = limits(all.map(({ residuals }) => residuals));
  return all.map(({ candidate, targets, predictions, residuals }) => ({
    candidate,
    actual: rowCloud(predictions, targets, { x: predicted, y: actual }),
    residual: rowCloud(predictions, residuals, { x: predicted, y: residual }),
  }));
}

/** Of all seeds without a diverged trial: a row is there once per seed. */
function numbersOf(
  trials: readonly PredictedTrial[],
  truth: Truth,
): { targets: Float64Array; predictions: Float64Array } {
  const rows = wholeSeeds(trials)
    .map((own) => rowsOfSeed(own, truth).rows)
    .filter((one) => "targets" in one);
  return {
    targets: joined(rows.map(({ targets }) => targets)),
    predictions: joined(rows.map(({ predictions }) => predictions)),
  };
}

function joined(lists: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}
