/* A reproduction whose trials are computed by whoever is there. */
import { plural } from "@minimand/compare";
import {
  finishReproduction,
  isOutcomeOf,
  type ProgressSink,
  papersHost,
  resultForm,
  type TrialOutcome,
  type TrialSource,
} from "@minimand/papers";
import { startEngine } from "minimand/start";
import { UsageError } from "../failure.ts";
import { dataFolder } from "../files/bundled.ts";
import type { DataPlace } from "../papers/data-in-places.ts";
import { papersThreads } from "../papers/papers-threads.ts";
import { prepareReproduction } from "../papers/reproduction-request.ts";
import type { Run } from "../queue/run-store.ts";
import { cachedBlob } from "../store/blob-cache.ts";
import type { Database } from "../store/database.ts";
import { sqlTrials } from "../store/sql-trials.ts";
import { type Coordination, noteTo, processorsOf, progressNotes, trialsOf } from "./coordination.ts";
import { requestOf } from "./request-of.ts";
import type { Threads, ThreadsOptions } from "./threads.ts";

/** Threads for its trials. */
export async function reproductionThreads(run: Run, options: ThreadsOptions): Promise<Threads> {
  const { count, warn } = options;
  return papersThreads(requestOf("reproduce", run), await placesOf(run, options), count, warn);
}

/** Runs it to its end; the files of its output folder but for the page. */
export async function coordinateReproduction(coordination: Coordination): Promise<Record<string, string>> {
  const { run, database, signal } = coordination;
  const request = requestOf("reproduce", run);
  const prepared = await prepareReproduction(request, await placesOf(run, coordination));
  await startEngine();
  const { data, asset, context } = prepared;
  const store = sqlTrials(database, isOutcomeOf(await resultForm(request.slug)));
  const source = sharedSource(coordination, store, context);
  const host = papersHost({ ...request, data, asset, source, signal });
  const { files } = await finishReproduction(prepared, host, sinkOf(coordination, source));
  return files;
}

/** Where its data are: what came with the run, in the cache, and what every installation has. */
async function placesOf(
  { attached }: Run,
  { database, cache }: { database: Database; cache: string },
): Promise<DataPlace[]> {
  const cached: [string, string][] = [];
  for (const { name, sha256 } of attached) cached.push([name, await cachedBlob(database, sha256, cache)]);
  return [Object.fromEntries(cached), dataFolder()];
}

function sharedSource(
  coordination: Coordination,
  store: ReturnType<typeof sqlTrials<TrialOutcome>>,
  context: Record<string, unknown>,
): TrialSource {
  const shared = trialsOf(coordination, store);
  const trialsSoFar = { total: 0, kept: 0, seconds: 0 };
  return {
    trialsSoFar,
    doubts: store.doubts,
    computedOn: () => processorsOf(coordination),
    async *trials(specs) {
      const failed: string[] = [];
      const asked = specs.map((spec) => ({ key: { ...context, spec }, job: spec }));
      for await (const answer of shared.compute(asked)) {
        if ("failed" in answer) {
          failed.push(answer.failed);
          continue;
        }
        const { index, kept, fresh } = answer;
        trialsSoFar.total++;
        trialsSoFar.seconds += kept.seconds;
        if (!fresh) trialsSoFar.kept++;
        yield { index, result: kept.result };
      }
      if (failed.length > 0)
        throw new UsageError(
          `${plural(failed.length, "trial")} of ${specs.length} failed, and there is no verdict without them: ${failed[0]}`,
        );
    },
    close: async () => {},
  };
}

function sinkOf(coordination: Coordination, { trialsSoFar }: TrialSource): ProgressSink {
  const show = progressNotes(coordination);
  const note = noteTo(coordination);
  const started = performance.now();
  return {
    show({ done, total, message }) {
      if (total === 0) {
        note(message);
        return;
      }
      const fresh = trialsSoFar.total - trialsSoFar.kept;
      const left = fresh === 0 ? null : ((performance.now() - started) / fresh) * (total - done);
      show({ done, total, label: `trials: ${message}`, left });
    },
    clear: () => {},
  };
}
