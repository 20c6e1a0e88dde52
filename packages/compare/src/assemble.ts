import { bagSizes, metricById } from "minimand";
import type { Dataset } from "./dataset/dataset.ts";
import { fitEncoder } from "./dataset/encoder.ts";
import { describeFeatures } from "./dataset/make-dataset.ts";
import { chooseModel } from "./model/choose.ts";
import { baselineFor } from "./plan/candidates.ts";
import { checkSettingNames, metricFor } from "./plan/settings.ts";
import { rank } from "./ranking/index.ts";
import type { CandidateSummary, DatasetReport, PredictedTrial, Settings, TrialRecord } from "./results.ts";

/** What a report says of a data set beside its trials. */
export interface DatasetSource {
  name: string;
  source: string;
  sha256: string;
  /** Rows of the second file, where `--test` is used. */
  testRows: number | null;
}

/**
 * The report of one data set from its finished trials. Only seeds that are complete (every candidate on every fold) take
 * part, so that each loss is judged on the same folds.
 *
 * @throws RangeError where no seed is complete: without the trials of the baseline or a reference there is nothing to rank
 */
export function reportDataset(
  dataset: Dataset,
  { name, source, sha256, testRows }: DatasetSource,
  settings: Settings,
  candidates: readonly CandidateSummary[],
  trials: readonly PredictedTrial[],
): DatasetReport {
  checkSettingNames(settings);
  const planned = Array.from({ length: settings.seeds }, (_, seed) => seed);
  const folds = testRows === null ? settings.folds : 1;
  const complete = planned.filter((seed) =>
    candidates.every((c) => trials.filter((t) => t.candidate === c.id && t.seed === seed).length === folds),
  );
  if (complete.length === 0) throw incomplete(candidates, trials, folds);
  // In one order, whatever the order in which workers have finished.
  const place = new Map(candidates.map(({ id }, i) => [id, i]));
  const used = trials
    .filter((t) => complete.includes(t.seed))
    .sort((a, b) => a.seed - b.seed || a.fold - b.fold || place.get(a.candidate)! - place.get(b.candidate)!);
  const metric = metricById(metricFor(settings.metric, dataset.task));
  const ranking = rank(used, candidates, {
    metric: metric.id,
    higherIsBetter: metric.higherIsBetter,
    // One's own baseline is known by the candidates alone.
    baseline: settings.baseline === "auto" ? baselineFor(settings, dataset.task) : settings.baseline,
    rope: settings.rope,
    alpha: settings.alpha,
    testTrainRatio: testRows === null ? 1 / (settings.folds - 1) : null,
  });
  const all = Int32Array.from({ length: dataset.rows }, (_, row) => row);
  return {
    name,
    source,
    sha256,
    task: dataset.task,
    target: dataset.target,
    classes: dataset.classes,
    classCounts: dataset.classes.map((_, k) =>
      dataset.labels.reduce((n, label) => n + Number(label === k), 0),
    ),
    rows: dataset.rows,
    testRows,
    features: describeFeatures(dataset),
    inputs: fitEncoder(dataset, all).inputs,
    notes: dataset.notes,
    ...(settings.bagColumn !== null &&
      dataset.groups && { bags: describeBags(settings.bagColumn, dataset.groups) }),
    seeds: { planned, complete },
    trials: used.map(({ predictions: _, ...trial }) => trial),
    ranking,
    model: chooseModel(used, ranking, { validationIsLoss: dataset.bags === true }),
  };
}

/** What there is no ranking without: the first candidate that no seed has on every fold. */
function incomplete(
  candidates: readonly CandidateSummary[],
  trials: readonly TrialRecord[],
  folds: number,
): RangeError {
  const seeds = Map.groupBy(trials, ({ seed }) => seed);
  const lacking = candidates.find(({ id }) =>
    [...seeds.values()].every((own) => own.filter((t) => t.candidate === id).length !== folds),
  );
  const what = `a seed with all candidates on ${folds === 1 ? "the test rows" : `all ${folds} folds`}`;
  return new RangeError(
    `trials: expected ${what}, got none${lacking === undefined ? "" : ` (${lacking.id} is missing)`}`,
  );
}

function describeBags(column: string, groups: Int32Array): NonNullable<DatasetReport["bags"]> {
  const sizes = bagSizes(groups);
  const sorted = sizes.toSorted();
  return { column, count: sizes.length, smallest: sorted[0], largest: sorted[sorted.length - 1] };
}
