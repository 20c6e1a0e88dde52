import {
  type CompareData,
  type CompareJob,
  type EngineUsed,
  makeJobRunner,
  type Origin,
  type PredictedTrial,
} from "@minimand/compare";
import { loadAgain } from "../own/own-candidates.ts";
import { type Answer, answer, dataOf, startWorker, throwIfEnding } from "../run/worker.ts";

/** What a worker is given when it starts. */
export interface CompareWorkerData extends CompareData {
  engine: EngineUsed;
  /** The user's modules, whose candidates and models can't be sent. */
  origins: Origin[];
  /** Name of the own model that all train. */
  model?: string;
}

const starting = start(dataOf<CompareWorkerData>());
// It is told by the first job.
starting.catch(() => {});

async function start({ engine, origins, model, ...data }: CompareWorkerData) {
  const compile = await startWorker(engine);
  const { candidates, models } = await loadAgain(origins);
  return makeJobRunner(data, { compile, candidates, model: models.find(({ id }) => id === model) });
}

export default async function runJob(job: CompareJob): Promise<Answer<PredictedTrial[]>> {
  const run = await starting;
  throwIfEnding();
  return answer(await run(job));
}
