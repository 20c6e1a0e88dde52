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
import { loadAgain } from "../own/own-candidates.ts";
import { type Answer, answer, dataOf, startWorker, throwIfEnding } from "../run/worker.ts";
import { takeSample } from "./take-sample.ts";

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

/** One trial of one of the data sets, on so many of its rows at most. */
export interface CompareJob {
  dataset: number;
  sample: number | null;
  spec: TrialSpec;
}

const { datasets, settings, engine, origins, model } = dataOf<CompareWorkerData>();
const starting = start();
// It is told by the first job.
starting.catch(() => {});
const runners = new Map<number, { sample: number | null; runner: TrialRunner }>();

async function start(): Promise<OwnParts & { compile: Compile }> {
  const compile = await startWorker(engine);
  const { candidates, models } = await loadAgain(origins);
  return { compile, candidates, model: models.find(({ id }) => id === model) };
}

export default async function runJob({
  dataset,
  sample,
  spec,
}: CompareJob): Promise<Answer<PredictedTrial[]>> {
  const parts = await starting;
  throwIfEnding();
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
  return answer(await known.runner.run(spec));
}
