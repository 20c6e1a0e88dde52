/* Worker processes, and the coordinator of a made-up run in this process. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Jobs, openJobs } from "../../packages/cli/src/queue/jobs.ts";
import { addRun, beginRun, findRun, type Run } from "../../packages/cli/src/queue/run-store.ts";
import { type Answered, shareTrials } from "../../packages/cli/src/queue/shared-trials.ts";
import { runId } from "../../packages/cli/src/queue/submit.ts";
import type { Database } from "../../packages/cli/src/store/database.ts";
import { openDatabase } from "../../packages/cli/src/store/open-database.ts";
import { sqlTrials } from "../../packages/cli/src/store/sql-trials.ts";
import { parseStore } from "../../packages/cli/src/store/store-address.ts";
import {
  type BenchJob,
  type BenchRequest,
  houseName,
  isKept,
  type keptOf,
  keyOf,
  submissionOf,
} from "./bench-run.ts";
import type { WorkerStats } from "./worker.ts";

/** Worker processes that are there, until they are dismissed. */
export interface Crew extends AsyncDisposable {
  pids: number[];
  stats(): Promise<WorkerStats[]>;
}

/** By which the server knows the connections of workers. */
export const crewName = "bench-worker";

export async function startCrew(url: string, workers: number, concurrency: number): Promise<Crew> {
  const script = fileURLToPath(new URL("worker.ts", import.meta.url));
  const start = async (): Promise<ChildProcess> => {
    const child = fork(script, [String(concurrency)], {
      execArgv: ["--conditions=minimand-source"],
      env: { ...process.env, DATABASE_URL: `${url}?application_name=${crewName}` },
    });
    const [first] = await Promise.race([once(child, "message"), once(child, "exit")]);
    if (first !== "ready") throw new Error(`a worker ended with code ${first}`);
    return child;
  };
  const children = await Promise.all(Array.from({ length: workers }, start));
  return {
    pids: children.map(({ pid }) => pid ?? 0),
    stats: () =>
      Promise.all(
        children.map(async (child) => {
          const answered = once(child, "message");
          child.send("stats");
          return (await answered)[0] as WorkerStats;
        }),
      ),
    async [Symbol.asyncDispose]() {
      await Promise.all(
        children.map(async (child) => {
          const ended = once(child, "exit");
          child.kill("SIGTERM");
          await ended;
        }),
      );
    },
  };
}

/** A store that this process coordinates runs of. */
export interface Session extends AsyncDisposable {
  database: Database;
  jobs: Jobs;
}

export async function openSession(address: string, env = process.env): Promise<Session> {
  const database = await openDatabase(parseStore(address, env), { tell: () => {} });
  const jobs = await openJobs(database);
  return {
    database,
    jobs,
    async [Symbol.asyncDispose]() {
      await jobs.end();
      await database.close();
    },
  };
}

/** Puts a run into the store, as one that is coordinated already. */
export async function begin({ database }: Session, request: BenchRequest): Promise<Run> {
  const submission = submissionOf(request);
  const { kind, title, attached, typed, environment: needs } = submission;
  const id = runId({ kind, request, house: houseName });
  const run = { id, kind, title, request, attached, typed, house: houseName, needs, origins: [] };
  await addRun(database, run, []);
  await beginRun(database, id);
  return findRun(database, id);
}

/** Asks for all trials of a run, and gives each when it is there. */
export function computed(
  { database, jobs }: Session,
  run: Run,
): AsyncGenerator<Answered<ReturnType<typeof keptOf>>> {
  const request = run.request as BenchRequest;
  const signal = new AbortController().signal;
  const store = sqlTrials(database, isKept);
  const shared = shareTrials({ database, jobs, run: run.id, house: houseName, store, signal });
  const { trials, milliseconds } = request;
  return shared.compute(
    Array.from({ length: trials }, (_, trial) => {
      return { key: keyOf(request, trial), job: { trial, milliseconds } satisfies BenchJob };
    }),
  );
}
