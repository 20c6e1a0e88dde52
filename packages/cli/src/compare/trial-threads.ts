import {
  type EngineUsed,
  isTrees,
  minimisedBy,
  type OwnModel,
  type PlannedCandidate,
  type PredictedTrial,
} from "@minimand/compare";
import { messageOf } from "../error-text.ts";
import { refusal } from "../own/own-candidates.ts";
import { type Pool, startPool } from "../run/pool.ts";
import type { CompareJob, CompareWorkerData } from "./compare-worker.ts";
import type { Prepared } from "./prepare.ts";

/**
 * Worker threads that run trials of a comparison. Before the first of them, this process has to have chosen its engine (`chooseEngine`).
 *
 * @param warn told what the threads warn of
 */
export function trialThreads(
  prepared: Prepared,
  engine: EngineUsed,
  workers: number,
  warn: (message: string) => void,
): Pool<CompareJob, PredictedTrial[]> {
  const { subjects, settings, candidates, modules, model } = prepared;
  const data: CompareWorkerData = {
    datasets: subjects.map(({ dataset, testTable }) => ({ dataset, testTable })),
    ...{ settings, engine, origins: modules },
    ...(model && { model: model.id }),
  };
  const pool = startPool<CompareJob, PredictedTrial[]>("compare/compare-worker", data, workers, warn);
  return {
    run: (job) =>
      pool.run(job).catch((error: unknown) => {
        const candidate = candidates.find(({ id }) => id === job.spec.candidate);
        throw blamed(error, candidate, model);
      }),
    destroy: () => pool.destroy(),
  };
}

/** What went wrong in a trial; with code of the user's it is for them to mend. */
function blamed(
  error: unknown,
  candidate: PlannedCandidate | undefined,
  model: OwnModel | undefined,
): unknown {
  const own =
    candidate && !isTrees(candidate) ? (candidate.origin ?? minimisedBy(candidate).origin) : undefined;
  const origin = own ?? model?.origin;
  const message = messageOf(error);
  if (origin === undefined || message.startsWith("--with ")) return error;
  const what =
    own === undefined
      ? `${model?.id} can't be trained with ${candidate?.id}`
      : `${candidate?.id} can't be trained`;
  return refusal(origin.file, `${what}: ${message}`);
}
