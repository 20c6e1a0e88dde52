import {
  type CompareJob,
  type EngineUsed,
  isTrees,
  minimisedBy,
  type Origin,
  type Pool,
  type PredictedTrial,
  type Prepared,
  refusal,
  UsageError,
} from "@minimand/compare";
import { messageOf } from "../error-text.ts";
import { startPool } from "../run/pool.ts";
import type { CompareWorkerData } from "./compare-worker.ts";

/** What threads need to run trials of a comparison. It can be sent from one thread to another. */
export interface TrialData extends CompareWorkerData {
  /** Whose code candidates train with, by their ids, and whose model. */
  owners: Record<string, Origin>;
  modelOrigin?: Origin;
}

export function trialData(prepared: Prepared, engine: EngineUsed): TrialData {
  const { subjects, settings, candidates, modules, model } = prepared;
  const owners = candidates.flatMap((candidate) => {
    const own = isTrees(candidate) ? undefined : (candidate.origin ?? minimisedBy(candidate).origin);
    return own === undefined ? [] : [[candidate.id, own]];
  });
  return {
    datasets: subjects.map(({ dataset, testTable }) => ({ dataset, testTable })),
    settings,
    engine,
    origins: modules,
    owners: Object.fromEntries(owners),
    ...(model && { model: model.id }),
    ...(model?.origin && { modelOrigin: model.origin }),
  };
}

/**
 * Worker threads that run trials of a comparison. Before the first of them, this process has to have chosen its engine (`chooseEngine`).
 *
 * @param warn told what the threads warn of
 */
export function trialThreads(
  data: TrialData,
  workers: number,
  warn: (message: string) => void,
): Pool<CompareJob, PredictedTrial[]> {
  const { owners: _, modelOrigin: __, ...given } = data;
  const pool = startPool<CompareJob, PredictedTrial[]>(
    "compare/compare-worker",
    given satisfies CompareWorkerData,
    workers,
    warn,
  );
  return {
    run: (job) =>
      pool.run(job).catch((error: unknown) => {
        throw blamed(error, job.spec.candidate, data);
      }),
    destroy: () => pool.destroy(),
  };
}

/** What went wrong in a trial; with code of the user's it is for them to mend. */
function blamed(error: unknown, candidate: string, { owners, model, modelOrigin }: TrialData): unknown {
  const own = owners[candidate];
  const origin = own ?? modelOrigin;
  const message = messageOf(error);
  if (origin === undefined) return error;
  // Errors lose their kind on the way from a thread.
  if (message.startsWith("--with ")) return new UsageError(message);
  const what =
    own === undefined ? `${model} can't be trained with ${candidate}` : `${candidate} can't be trained`;
  return refusal(origin.file, `${what}: ${message}`);
}
