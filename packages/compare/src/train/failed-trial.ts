import { readOptions } from "minimand/engine";
import type { Dataset } from "../data/dataset.ts";
import { checkSettingNames } from "../plan/settings.ts";
import type { TrialSpec } from "../plan/trials.ts";
import type { Table } from "../read/table.ts";
import type { PredictedTrial, Settings } from "../results.ts";
import { rowsOfFold } from "./fold.ts";
import { namesOfTrial } from "./names-of-trial.ts";

/**
 * Returns the records of a trial that can't be had, as a runner would give them: they count as diverged, and say why they are not
 * available.
 *
 * @param reason in one line, as `3 workers died of it`
 * @param options `testTable`: as for `makeTrialRunner`
 */
export function failedTrial(
  dataset: Dataset,
  settings: Settings,
  spec: TrialSpec,
  reason: string,
  options: { testTable?: Table | null } = {},
): PredictedTrial[] {
  checkSettingNames(settings);
  readOptions("failedTrial", options, { testTable: true });
  const { seed, fold } = spec;
  const rows = rowsOfFold(dataset, settings, { seed, fold }, options.testTable);
  return namesOfTrial(spec, dataset.task).map((candidate) => ({
    candidate,
    seed,
    fold,
    status: "diverged",
    chosen: null,
    tuning: [],
    epochs: 0,
    score: null,
    metrics: {},
    curve: [],
    rows: { ...rows },
    predictions: null,
    seconds: 0,
    unavailable: reason,
  }));
}
