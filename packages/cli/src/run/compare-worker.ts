import {
  type Dataset,
  makeTrialRunner,
  type Settings,
  type Table,
  type TrialRecord,
  type TrialRunner,
  type TrialSpec,
} from "@minimand/compare";
import { workerData } from "piscina";
import { startEngine } from "./engine.ts";

/** What a worker is given when it starts. */
export interface CompareWorkerData {
  datasets: { dataset: Dataset; testTable: Table | null }[];
  settings: Settings;
}

/** One trial of one of the data sets. */
export interface CompareJob {
  dataset: number;
  spec: TrialSpec;
}

const runners = new Map<number, TrialRunner>();

export default async function runJob({ dataset, spec }: CompareJob): Promise<TrialRecord[]> {
  await startEngine();
  const { datasets, settings } = workerData as CompareWorkerData;
  let runner = runners.get(dataset);
  if (runner === undefined) {
    const { dataset: data, testTable } = datasets[dataset];
    runner = makeTrialRunner(data, settings, { testTable });
    runners.set(dataset, runner);
  }
  return runner.run(spec);
}
