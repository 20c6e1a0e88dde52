/* A comparison whose trials are computed by whoever is there. */

import {
  areRecords,
  type ComparisonRequest,
  computedOnNotes,
  type FileBytes,
  failedTrial,
  lookAt,
  type PlannedTrial,
  type PredictedTrial,
  type Prepared,
  prepareComparison,
  runTrials,
  seenOf,
  type Team,
} from "@minimand/compare";
import { type Contents, finishComparison } from "@minimand/compare/artifacts";
import { type TrialData, trialThreads } from "../compare/trial-threads.ts";
import { readInputTable } from "../files/read-input-table.ts";
import { readRegular } from "../files/read-regular.ts";
import { loadOwn } from "../own/own-candidates.ts";
import type { Run } from "../queue/run-store.ts";
import { slotsFor } from "../queue/workers-here.ts";
import { compilerOf } from "../run/engine.ts";
import { startPool } from "../run/pool.ts";
import { cachedBlob } from "../store/blob-cache.ts";
import type { Database } from "../store/database.ts";
import { sqlTrials } from "../store/sql-trials.ts";
import { type Coordination, noteTo, processorsOf, progressNotes, trialsOf } from "./coordination.ts";
import type { PrepareJob } from "./prepare-worker.ts";
import { requestOf } from "./request-of.ts";
import type { Threads, ThreadsOptions } from "./threads.ts";

/** Threads for its trials. */
export async function comparisonThreads(run: Run, options: ThreadsOptions): Promise<Threads> {
  const { database, cache, modules, count, warn } = options;
  const request = requestOf("compare", run);
  const paths: Record<string, string> = {};
  for (const sha256 of hashesOf(request)) paths[sha256] = await cachedBlob(database, sha256, cache);
  const reader = startPool<PrepareJob, TrialData>("worker/prepare-worker", null, 1, warn);
  const data = await reader.run({ request, paths, modules }).finally(() => reader.destroy());
  const pool = trialThreads(data, count, warn);
  return { run: (job) => pool.run(job as Parameters<typeof pool.run>[0]), destroy: pool.destroy };
}

/** Of all its files. */
function hashesOf({ inputs, test, unlabeled, teacher }: ComparisonRequest): Set<string> {
  const files = [...inputs, ...(teacher?.files ?? []), ...[test, unlabeled].filter((file) => file !== null)];
  return new Set(files.map(({ sha256 }) => sha256));
}

async function preparedFor(
  run: Run,
  { database, cache, modules }: { database: Database; cache: string; modules: readonly string[] },
): Promise<Prepared> {
  const bytesOf: FileBytes = async (sha256) =>
    Uint8Array.from(await readRegular(await cachedBlob(database, sha256, cache)));
  const { prepared } = await prepareComparison(
    requestOf("compare", run),
    bytesOf,
    await loadOwn(modules),
    readInputTable,
  );
  return prepared;
}

/** Runs it to its end; the files of its output folder but for the page. */
export async function coordinateComparison(coordination: Coordination): Promise<Contents> {
  const { run, database, warn, signal } = coordination;
  const { keep, quantize, engine, versions, settings } = requestOf("compare", run);
  const prepared = await preparedFor(run, coordination);
  const note = noteTo(coordination);
  const ran = await runTrials({
    ...prepared,
    keep,
    quantize,
    engine,
    versions,
    budget: null,
    workers: Math.max(1, await slotsFor(database, run.house)),
    team: () => sharedTeam(coordination, prepared),
  });
  for (const text of ran.said) note(text);
  const seen = seenOf(ran.taken, ran.records, ran.missing);
  const look = { ...seen, ...lookAt(null, seen, settings.alpha) };
  const progress = () => modelProgress(coordination);
  const { results, files } = await finishComparison(ran, look, {
    say: note,
    progress,
    signal,
    compiler: () => compilerOf(engine, warn),
  });
  results.computedOn = await processorsOf(coordination);
  for (const report of results.datasets)
    report.notes = [...computedOnNotes(results.computedOn), ...report.notes];
  return { ...files, "results.json": `${JSON.stringify(results, null, 1)}\n` };
}

/** How far the kept models are, for those who watch. */
function modelProgress(coordination: Coordination) {
  const show = progressNotes(coordination);
  return {
    update: (done: number, total: number, label: string, left: number | null = null): void =>
      show({ done, total, label, left }),
    clear: () => {},
  };
}

/** A team of all workers that are there. Trials that failed for good are records that say so. */
function sharedTeam(coordination: Coordination, { subjects, settings }: Prepared): Team {
  const store = sqlTrials(coordination.database, areRecords);
  const shared = trialsOf<PredictedTrial[]>(coordination, store);
  const show = progressNotes(coordination);
  const note = noteTo(coordination);
  const failed = ({ subject, spec }: PlannedTrial, reason: string): PredictedTrial[] => {
    const { dataset, testTable } = subjects[subject];
    return failedTrial(dataset, settings, spec, reason, { testTable });
  };
  return {
    async recall(trials, finished) {
      const found = await shared.recall(trials.map(({ key }) => key));
      return trials.filter((trial, i) => {
        const records = found[i];
        if (records === null) return true;
        finished({ trial, records, fresh: false });
        return false;
      });
    },
    async run(trials, { sample, total, done: before, finished, left, label = "trials" }) {
      let done = before;
      const asked = trials.map(({ key, subject, spec }) => {
        return { key, job: { dataset: subject, sample, spec } };
      });
      for await (const answer of shared.compute(asked)) {
        const trial = trials[answer.index];
        if ("failed" in answer) {
          const { candidate, seed, fold } = trial.spec;
          note(`${candidate}, seed ${seed}, fold ${fold}: not available: ${answer.failed}`);
          finished({ trial, records: failed(trial, answer.failed), fresh: true });
        } else finished({ trial, records: answer.kept, fresh: answer.fresh });
        done++;
        show({ done, total, label, left: left() });
      }
    },
    doubts: () => store.doubts(),
    end: async () => {},
  };
}
