import {
  type Dataset,
  type EngineUsed,
  makeTrialRunner,
  type Origin,
  type OwnParts,
  type PredictedTrial,
  reviveTable,
  type Settings,
  type Table,
  type TrialRunner,
  type TrialSpec,
} from "@minimand/compare";
import type { Compile } from "minimand/engine";
import { type Answer, answer, dataOf, startWorker, throwIfEnding } from "../run/worker.ts";
import { loadAgain } from "./own-candidates.ts";

/** What a worker is given when it starts. */
export interface CompareWorkerData {
  datasets: { dataset: Dataset; testTable: Table | null }[];
  settings: Settings;
  engine: EngineUsed;
  /** The user's modules, whose candidates and models can't be sent. */
  origins: Origin[];
  /** Name of the own model that all train. */
  model?: string;
}

/** One trial of one of the data sets. */
export interface CompareJob {
  dataset: number;
  spec: TrialSpec;
}

const { datasets, settings, engine, origins, model } = dataOf<CompareWorkerData>();
const starting = start();
// It is told by the first job.
starting.catch(() => {});
const runners = new Map<number, TrialRunner>();

async function start(): Promise<OwnParts & { compile: Compile }> {
  const compile = await startWorker(engine);
  const { candidates, models } = await loadAgain(origins);
  return { compile, candidates, model: models.find(({ id }) => id === model) };
}

export default async function runJob({ dataset, spec }: CompareJob): Promise<Answer<PredictedTrial[]>> {
  const parts = await starting;
  throwIfEnding();
  let runner = runners.get(dataset);
  if (runner === undefined) {
    const { dataset: data, testTable } = datasets[dataset];
    const table = testTable === null ? null : reviveTable(testTable);
    runner = makeTrialRunner(data, settings, { testTable: table, ...parts });
    runners.set(dataset, runner);
  }
  return answer(await runner.run(spec));
}
