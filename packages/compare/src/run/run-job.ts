import type { Compile } from "minimand/engine";
import type { Dataset } from "../data/dataset.ts";
import type { OwnParts } from "../plan/own-parts.ts";
import type { TrialSpec } from "../plan/trials.ts";
import { reviveTable, type Table } from "../read/table.ts";
import type { PredictedTrial, Settings } from "../results.ts";
import { makeTrialRunner, type TrialRunner } from "../train/run-trial.ts";
import { takeSample } from "./take-sample.ts";

/** One trial of one of the data sets, on at most `sample` of its rows. */
export interface CompareJob {
  dataset: number;
  sample: number | null;
  spec: TrialSpec;
}

/** What a worker has of a comparison: what can be sent to it. */
export interface CompareData {
  datasets: { dataset: Dataset; testTable: Table | null }[];
  settings: Settings;
}

/**
 * Runs trials of a comparison in this thread, after `startEngine`. What it has compiled for a data set stays until another number of
 * its rows is asked for.
 *
 * @param parts what the user's own modules bring, and `compile`
 */
export function makeJobRunner(
  { datasets, settings }: CompareData,
  parts: OwnParts & { compile?: Compile },
): (job: CompareJob) => Promise<PredictedTrial[]> {
  const runners = new Map<number, { sample: number | null; runner: TrialRunner }>();
  return async ({ dataset, sample, spec }) => {
    let known = runners.get(dataset);
    if (known?.sample !== sample) {
      known?.runner.dispose();
      const { dataset: data, testTable } = datasets[dataset];
      const table = testTable === null ? null : reviveTable(testTable);
      const runner = makeTrialRunner(
        takeSample(data, sample),
        { ...settings, sample },
        { testTable: table, ...parts },
      );
      known = { sample, runner };
      runners.set(dataset, known);
    }
    return known.runner.run(spec);
  };
}
