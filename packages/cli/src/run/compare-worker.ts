import {
  type Dataset,
  type EngineUsed,
  makeTrialRunner,
  type Settings,
  type Table,
  type TrialRecord,
  type TrialRunner,
  type TrialSpec,
} from "@minimand/compare";
import { workerData } from "piscina";
import { type Answer, answer, startWorker } from "./worker-answer.ts";

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

const { datasets, settings, engine } = workerData as CompareWorkerData;
const starting = startWorker(engine);
const runners = new Map<number, TrialRunner>();

export default async function runJob({ dataset, spec }: CompareJob): Promise<Answer<TrialRecord[]>> {
  const compile = await starting;
  let runner = runners.get(dataset);
  if (runner === undefined) {
    const { dataset: data, testTable } = datasets[dataset];
    runner = makeTrialRunner(data, settings, { testTable, compile });
    runners.set(dataset, runner);
  }
  return answer(await runner.run(spec));
}
