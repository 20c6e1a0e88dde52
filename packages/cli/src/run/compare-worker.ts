import {
  type Dataset,
  type EngineUsed,
  makeTrialRunner,
  reviveTable,
  type Settings,
  type Table,
  type TrialRecord,
  type TrialRunner,
  type TrialSpec,
} from "@minimand/compare";
import { type Answer, answer, dataOf, goOn, startWorker } from "./worker.ts";

/** What a worker is given when it starts. */
export interface CompareWorkerData {
  datasets: { dataset: Dataset; testTable: Table | null }[];
  settings: Settings;
  engine: EngineUsed;
}

/** One trial of one of the data sets. */
export interface CompareJob {
  dataset: number;
  spec: TrialSpec;
}

const { datasets, settings, engine } = dataOf<CompareWorkerData>();
const starting = startWorker(engine);
const runners = new Map<number, TrialRunner>();

export default async function runJob({ dataset, spec }: CompareJob): Promise<Answer<TrialRecord[]>> {
  const compile = await starting;
  goOn();
  let runner = runners.get(dataset);
  if (runner === undefined) {
    const { dataset: data, testTable } = datasets[dataset];
    const table = testTable === null ? null : reviveTable(testTable);
    runner = makeTrialRunner(data, settings, { testTable: table, compile });
    runners.set(dataset, runner);
  }
  return answer(await runner.run(spec));
}
