import { readOptions } from "minimand/engine";
import { bagSizes } from "minimand/losses";
import { metricById } from "minimand/metrics";
import type { Dataset } from "../data/dataset.ts";
import { fitEncoder } from "../data/encoder.ts";
import { describeFeatures } from "../data/make-dataset.ts";
import { behavioursOf } from "../judge/behaviour/behaviours-of.ts";
import { metricsOfRows } from "../judge/behaviour/metrics-of-rows.ts";
import { chooseFinalists, chosenByValidation } from "../judge/decision/finalists.ts";
import type { JudgedBy } from "../judge/decision/fits-of.ts";
import { type Truth, truthOf } from "../judge/decision/truth.ts";
import { ensembleTrials } from "../judge/ensemble/ensemble-trials.ts";
import { preferenceReport } from "../judge/preference-report.ts";
import { rank } from "../judge/ranking/index.ts";
import { recommendationFor } from "../judge/recommendation/index.ts";
import { unusedUnlabeled } from "../judge/unused-unlabeled.ts";
import { chooseModel, type Keep } from "../model/choose.ts";
import { bySeverity } from "../notes.ts";
import { baselineIdOf, madeOfOthers, references } from "../plan/candidates.ts";
import { checkSettingNames, metricFor } from "../plan/settings.ts";
import { linearReference, treesReference } from "../plan/trained-references.ts";
import type { Table } from "../read/table.ts";
import { portrayed } from "../report/figures/rows.ts";
import type {
  CandidateSummary,
  DatasetReport,
  Note,
  PredictedTrial,
  Settings,
  TrialRecord,
} from "../results.ts";
import { traitsOf } from "../task.ts";
import { leftOutByTrees } from "../train/references/tree-columns.ts";

/** What a report says of a data set in addition to its trials. */
export interface DatasetSource {
  name: string;
  source: string;
  sha256: string;
  /** The second file, where `--test` is used. */
  testTable: Table | null;
}

/** Returns the finalists of a data set, from its finished trials of the first seed. */
export function finalistsFor(
  dataset: Dataset,
  testTable: Table | null,
  settings: Settings,
  candidates: readonly CandidateSummary[],
  trials: readonly PredictedTrial[],
): string[] {
  if (settings.seeds === 1) return [];
  const first = trials.filter(({ seed }) => seed === 0);
  return chooseFinalists(first, candidates, truthOf(dataset, testTable), {
    ...judgedBy(settings, dataset),
    baseline: baselineIdOf(settings, dataset.task),
    validationIsLoss: dataset.bags === true,
  });
}

/** Finished trials that a report is made of, with the folds of the first seed and the further seeds that are complete. */
export interface UsedTrials {
  first: { trials: PredictedTrial[]; folds: number[] };
  finalists: string[];
  final: { trials: PredictedTrial[]; seeds: number[] };
}

/**
 * Returns those of the finished trials of a data set that {@link reportDataset} uses: of folds and seeds that are complete.
 *
 * @throws RangeError as that does
 */
export function usedTrials(
  dataset: Dataset,
  testTable: Table | null,
  settings: Settings,
  candidates: readonly CandidateSummary[],
  trials: readonly PredictedTrial[],
): UsedTrials {
  const first = firstSeed(trials, candidates, testTable === null ? settings.folds : 1);
  const finalists = finalistsFor(dataset, testTable, settings, candidates, first.trials);
  const judged = [baselineIdOf(settings, dataset.task), ...finalists];
  return { first, finalists, final: furtherSeeds(trials, candidates, judged, first.folds) };
}

/**
 * Makes the report of one data set from its finished trials. These are all candidates on the first seed, on those folds that are complete
 * for them (three at least). On complete further seeds they are baseline and finalists, with those references that have them, too.
 *
 * @param options `alpha`, where a part of that of the settings is spent elsewhere; `notes` on how the run was cut; `keep`: which model
 * @throws RangeError where the first seed isn't complete: without the trials of all candidates there is nothing to rank
 */
export function reportDataset(
  dataset: Dataset,
  { name, source, sha256, testTable }: DatasetSource,
  settings: Settings,
  candidates: readonly CandidateSummary[],
  trials: readonly PredictedTrial[],
  options: { alpha?: number; notes?: readonly Note[]; keep?: Keep } = {},
): DatasetReport {
  checkSettingNames(settings);
  const { alpha, notes, keep } = readOptions("reportDataset", options, {
    alpha: [settings.alpha],
    notes: [[]],
    keep: true,
  });
  const truth = truthOf(dataset, testTable);
  const testRows = testTable === null ? null : Math.max(truth.labels.length, truth.targets.length);
  const baseline = baselineIdOf(settings, dataset.task);
  const judged = judgedBy(settings, dataset);
  const { first, finalists, final } = usedTrials(dataset, testTable, settings, candidates, trials);
  const isPlanned = ({ id }: { id: string }): boolean => candidates.some((one) => one.id === id);
  const chosen = isPlanned(references.validation)
    ? chosenByValidation(first.trials, losses(candidates), references.validation.id, {
        higherIsBetter: judged.higherIsBetter && dataset.bags !== true,
      })
    : [];
  const ensemble = isPlanned(references.ensemble)
    ? ensembleTrials([...first.trials, ...final.trials], truth, {
        ...judged,
        id: references.ensemble.id,
        members: [baseline, linearReference.id, treesReference.id],
        task: dataset.task,
      })
    : [];
  // In one order, whatever the order in which workers have finished.
  const place = new Map(candidates.map(({ id }, i) => [id, i]));
  const used = [...first.trials, ...chosen, ...ensemble, ...final.trials].sort(
    (a, b) => a.seed - b.seed || a.fold - b.fold || place.get(a.candidate)! - place.get(b.candidate)!,
  );
  const isMade = ({ id }: CandidateSummary): boolean => id !== references.ensemble.id || ensemble.length > 0;
  const ranking = rank(used, candidates.filter(isMade), truth, {
    ...judged,
    baseline,
    rope: settings.rope,
    alpha,
    testedOn: testTable !== null ? "file" : settings.time !== null ? "later rows" : "folds",
  });
  const all = Int32Array.from({ length: dataset.rows }, (_, row) => row);
  const report = {
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
    ...(dataset.drawnFrom !== undefined && { drawnFrom: dataset.drawnFrom }),
    testRows,
    features: describeFeatures(dataset),
    ...(settings.time !== null && { time: settings.time }),
    inputs: fitEncoder(dataset, all, settings.bins).inputs,
    notes: bySeverity([
      ...notes,
      ...unavailable(used, candidates, baseline),
      ...(isPlanned(treesReference) ? leftOutByTrees(dataset) : []),
      ...dataset.notes,
      ...unusedUnlabeled(candidates, used, baseline),
    ]),
    ...(settings.bagColumn !== null &&
      dataset.groups && { bags: describeBags(settings.bagColumn, dataset.groups) }),
    seeds: { planned: range(settings.seeds), complete: [0, ...final.seeds] },
    folds: { planned: testRows === null ? settings.folds : 1, complete: first.folds },
    finalists,
    trials: used.map(({ predictions: _, ...trial }) => trial),
    ranking,
  };
  const metrics = metricsByCandidate(used, truth, dataset.task);
  const whole = {
    ...report,
    metrics,
    ...(dataset.pairs && {
      preference: preferenceReport(used, truth, {
        flipRate: settings.flipRate,
        baseline,
        accuracy: metrics[baseline]?.accuracy ?? null,
      }),
    }),
    model: chooseModel(used, ranking, {
      validationIsLoss: dataset.bags === true,
      keep,
      members: settings.members,
    }),
  };
  const shown = portrayed(whole).map(({ candidate }) => candidate);
  return {
    ...whole,
    behaviours: dataset.pairs ? [] : behavioursOf(used, truth, shown),
    recommendation: recommendationFor(whole, used, truth, settings),
  };
}

function metricsByCandidate(
  trials: readonly PredictedTrial[],
  truth: Truth,
  task: Dataset["task"],
): DatasetReport["metrics"] {
  const own = Map.groupBy(trials, ({ candidate }) => candidate);
  const { metrics } = traitsOf[task];
  return Object.fromEntries(
    [...own].map(([id, list]) => {
      const all = metricsOfRows(list, truth);
      return [id, Object.fromEntries(metrics.map((metric) => [metric, all[metric]]))];
    }),
  );
}

function judgedBy({ metric }: Settings, { task }: Dataset): JudgedBy {
  const { id, higherIsBetter } = metricById(metricFor(metric, task));
  return { metric: id, higherIsBetter };
}

const losses = (candidates: readonly CandidateSummary[]): string[] =>
  candidates.filter(({ kind }) => kind !== "reference").map(({ id }) => id);

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** The trials of the first seed on the folds that all candidates have. */
function firstSeed(
  trials: readonly PredictedTrial[],
  candidates: readonly CandidateSummary[],
  folds: number,
): { trials: PredictedTrial[]; folds: number[] } {
  const own = trials.filter(({ seed }) => seed === 0);
  const run = candidates.map(({ id }) => id).filter((id) => !madeOfOthers.has(id));
  const lacking = (fold: number): string | undefined =>
    run.find((id) => !own.some((trial) => trial.candidate === id && trial.fold === fold));
  const complete = range(folds).filter((fold) => lacking(fold) === undefined);
  const least = Math.min(3, folds);
  if (complete.length >= least)
    return { trials: own.filter(({ fold }) => complete.includes(fold)), folds: complete };
  const missing = range(folds)
    .map(lacking)
    .find((id) => id !== undefined);
  const what = folds === 1 ? "the test rows" : `${least === folds ? "all" : "at least"} ${least} folds`;
  throw new RangeError(
    `trials: expected all candidates on ${what} of the first seed, got ${complete.length} (${missing} is missing)`,
  );
}

/** The trials of those further seeds that all of some candidates have, and those of references in addition. */
function furtherSeeds(
  trials: readonly PredictedTrial[],
  candidates: readonly CandidateSummary[],
  ids: readonly string[],
  folds: readonly number[],
): { trials: PredictedTrial[]; seeds: number[] } {
  const seeds: number[] = [];
  const taken: PredictedTrial[] = [];
  const shown = new Set([
    ...ids,
    ...candidates.filter(({ kind }) => kind === "reference").map(({ id }) => id),
  ]);
  const further = trials.filter(({ seed, candidate }) => seed > 0 && shown.has(candidate));
  for (const [seed, own] of Map.groupBy(further, (trial) => trial.seed)) {
    const has = (id: string): boolean =>
      folds.every((fold) => own.some((trial) => trial.candidate === id && trial.fold === fold));
    if (!ids.every(has)) continue;
    seeds.push(seed);
    taken.push(...own.filter(({ candidate }) => has(candidate)));
  }
  return { trials: taken, seeds: seeds.sort((a, b) => a - b) };
}

/** A note for each candidate of which trials could not be had, with their number and the first reason. */
function unavailable(
  trials: readonly TrialRecord[],
  candidates: readonly CandidateSummary[],
  baseline: string,
): Note[] {
  return candidates.flatMap(({ id, label }): Note[] => {
    const own = trials.filter((trial) => trial.candidate === id);
    const failed = own.filter((trial) => trial.unavailable !== undefined);
    if (failed.length === 0) return [];
    const are = failed.length === 1 ? "is" : "are";
    const what = `${failed.length} of ${own.length} trials ${are} not available`;
    const who = id === baseline ? `${label}, the baseline` : label;
    const then = id === baseline ? `, so ${withoutBaseline(failed)}` : "";
    return [{ level: "warning", text: `${who}: ${what}${then}: ${failed[0].unavailable}` }];
  });
}

function withoutBaseline(failed: readonly TrialRecord[]): string {
  const seeds = [...new Set(failed.map(({ seed }) => seed))].sort((a, b) => a - b);
  if (seeds[0] === 0) return "no candidate can be compared with it";
  return `differences leave out ${seeds.length === 1 ? "seed" : "seeds"} ${seeds.join(", ")}`;
}

function describeBags(column: string, groups: Int32Array): NonNullable<DatasetReport["bags"]> {
  const sizes = bagSizes(groups);
  const sorted = sizes.toSorted();
  return { column, count: sizes.length, smallest: sorted[0], largest: sorted[sorted.length - 1] };
}
