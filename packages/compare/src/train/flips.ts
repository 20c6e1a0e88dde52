import { derive } from "minimand/engine";
import { metricById } from "minimand/metrics";
import { NonFiniteError } from "minimand/training";
import type { Dataset } from "../data/dataset.ts";
import { folds } from "../data/folds.ts";
import { innerSplit } from "../data/inner-split.ts";
import { DataError } from "../data-error.ts";
import { type Grid, gridOf } from "../plan/grid.ts";
import { preferenceCandidates } from "../plan/preference.ts";
import type { GivenFlips } from "../results.ts";
import { towardsLabels } from "./calibration.ts";
import { type FoldFlips, type Part, type PreparedFold, takenRows } from "./fold.ts";
import type { Learner } from "./learner.ts";
import { likeliestFlips } from "./likeliest-flips.ts";
import { discard, type Network } from "./network.ts";
import { selectionFor } from "./selection.ts";
import { tune } from "./tune.ts";

/** The rate that losses are given where it can't be estimated: that of the paper and of TRL. */
const usual = 0.1;

/** Nearer to 1/2 an unbiased loss, also at half as much again, has a variance without end, and 0 would leave nothing to compare. */
const [least, most] = [0.02, 0.3];

/** Nearer to 1/2 all predictions are the same. */
const largest = 0.45;

/** The training pairs are cut into this many parts, each of which is scored by a model of the others. */
const parts = 3;

/** The loss that rates are estimated by, with its usual setting, the middle learning rate, and a fast one. */
const [scored] = preferenceCandidates;
const { rates, settings } = gridOf(scored, 1);
const grid: Grid = { rates: [rates[0], 10 * rates[0]], beyond: null, settings };

/** A rate, and the lower end of its interval where it has one. */
type Rate = Pick<GivenFlips, "epsilon" | "lower">;

/**
 * Returns what follows from a rate that is given. Losses are given the lower end of its interval: a rate that is too large does them more
 * harm than one that is too small.
 */
export function flipsGiven({ epsilon, lower }: Rate): FoldFlips {
  return {
    judged: Math.min(epsilon, largest),
    assumed: Math.min(lower ?? epsilon, most),
    identifiable: true,
  };
}

/** No flips at all, as far as judging goes. */
const none = flipsGiven({ epsilon: 0, lower: null });

/** What follows from an estimate; null: there is none. */
function flipsEstimated(rate: Rate | null): FoldFlips {
  if (rate === null) return { ...none, assumed: usual, identifiable: false };
  const given = flipsGiven(rate);
  return { ...given, assumed: Math.max(given.assumed, least) };
}

/**
 * Estimates the flip rate of a fold from its training pairs alone. A third of them at a time is scored by a model of the other two. The
 * rate is that under which the labels are likeliest given these margins, whatever their scale, if these can show it.
 *
 * @param learner of Bradley-Terry, on the network that all candidates train
 */
export async function estimateFlips(
  fold: PreparedFold,
  dataset: Dataset,
  { learner, network }: { learner: Learner; network: Network },
  { seed, signal }: { seed: number; signal?: AbortSignal },
): Promise<FoldFlips> {
  const margins = await outOfFold(fold, dataset, { learner, network }, { seed, signal });
  return flipsEstimated(margins === null ? null : likeliestFlips(margins));
}

/** Margins of the training pairs towards their labels, each by a model that didn't see it; null where none can be had. */
async function outOfFold(
  { fit, validation, fitRows, validationRows, ...rest }: PreparedFold,
  dataset: Dataset,
  { learner, network }: { learner: Learner; network: Network },
  { seed, signal }: { seed: number; signal?: AbortSignal },
): Promise<Float64Array | null> {
  const rows = joined(fitRows, validationRows);
  const labels = joined(fit.labels, validation.labels);
  const width = fit.x.length / fit.rows;
  const x = new Float32Array(rows.length * width);
  x.set(fit.x);
  x.set(validation.x, fit.x.length);
  const view: Dataset = {
    ...dataset,
    features: [],
    rows: rows.length,
    labels,
    groups: dataset.groups === null ? null : rows.map((row) => dataset.groups![row]),
  };
  const part = (some: Int32Array): Part => {
    return {
      x: takenRows(x, width, some),
      rows: some.length,
      labels: some.map((row) => labels[row]),
      targets: new Float64Array(),
    };
  };
  const margins = new Float64Array(rows.length);
  const metric = metricById("log-loss");
  let tried = grid;
  try {
    for (const [i, { train, test }] of folds(view, { folds: parts, seed }).entries()) {
      const inner = innerSplit(view, train, { fraction: 0.2, seed: derive(seed, i) });
      const [own, held] = [part(inner.fit), part(test)];
      const prepared: PreparedFold = {
        ...rest,
        fit: own,
        validation: part(inner.validation),
        fitRows: inner.fit,
        validationRows: inner.validation,
        flips: none,
      };
      const selection = selectionFor(scored, metric, 0);
      const options = { seed: derive(seed, i), metric, selection, signal };
      // Margins of models that were hardly trained can't separate flips from close calls: the first part chooses the rate for all.
      const { best } = await tune(learner, prepared, tried, options);
      if (best === null) return null;
      tried = { ...grid, rates: [best.configuration.learningRate] };
      const { trained } = best.run;
      const rewards = await network.outputs(trained, held).finally(() => discard(trained));
      const odds = Float64Array.from(held.labels, (_, row) => rewards[2 * row + 1] - rewards[2 * row]);
      for (const [row, margin] of towardsLabels(odds, held.labels).entries()) margins[test[row]] = margin;
    }
  } catch (error) {
    // Groups that can't be cut once more, or responses so far away that their rewards aren't finite.
    if (error instanceof DataError || error instanceof NonFiniteError) return null;
    throw error;
  }
  return margins;
}

function joined(a: Int32Array, b: Int32Array): Int32Array<ArrayBuffer> {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
