import { readFileSync } from "node:fs";
import {
  chooseCandidates,
  type Dataset,
  defaultSettings,
  makeDataset,
  makeTrialRunner,
  readTable,
  sampleRows,
  single,
  type Task,
} from "@minimand/compare";
import { dataFile, tables } from "@minimand/data";
import type { Compile } from "minimand/engine";

/** What trials of all candidates took on so many rows of a table. */
export interface Recorded {
  table: string;
  task: Task;
  classes: number;
  inputs: number;
  rows: number;
  /** All rows of the table. */
  of: number;
  /** Processor seconds by candidate: of the first fold, which compiles, and of the second. */
  seconds: Record<string, number[]>;
}

/** A bundled table as a data set. */
export async function bundled(name: string): Promise<Dataset> {
  const entry = tables().find((one) => one.name === name);
  if (entry === undefined) throw new RangeError(`table: expected a bundled table, got ${name}`);
  const { file, target, task } = entry;
  return makeDataset(await readTable(new Uint8Array(readFileSync(dataFile(file))), { name: file }), {
    target,
    task,
  });
}

/** Runs the first two folds of all candidates with the defaults, on so many rows, one trial after the other. */
export async function record(table: string, rows: number, compile: Compile | undefined): Promise<Recorded> {
  const whole = await bundled(table);
  const dataset = rows < whole.rows ? sampleRows(whole, rows, 0) : whole;
  const settings = { ...defaultSettings, ...single, target: dataset.target };
  const chosen = chooseCandidates(settings, dataset.task);
  const runner = makeTrialRunner(dataset, settings, compile === undefined ? {} : { compile });
  const seconds: Recorded["seconds"] = {};
  for (const candidate of chosen.map(({ id }) => id)) {
    seconds[candidate] = [];
    for (const fold of [0, 1]) {
      const before = process.cpuUsage();
      await runner.run({ candidate, seed: 0, fold });
      const { user, system } = process.cpuUsage(before);
      seconds[candidate].push(Number(((user + system) / 1e6).toFixed(3)));
    }
  }
  runner.dispose();
  const { task, classes, features } = dataset;
  return {
    table,
    task,
    classes: classes.length,
    inputs: features.length,
    rows: dataset.rows,
    of: whole.rows,
    seconds,
  };
}
