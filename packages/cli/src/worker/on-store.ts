import { setTimeout as sleep } from "node:timers/promises";
import type { Origin } from "@minimand/compare";
import { Interrupted, UsageError } from "../failure.ts";
import { sharedCodeFingerprint } from "../papers/code-fingerprint.ts";
import { tell } from "../printable.ts";
import type { Environment } from "../queue/environment.ts";
import { type Jobs, openJobs } from "../queue/jobs.ts";
import { filesOf, findRun } from "../queue/run-store.ts";
import type { Asked } from "../queue/submissions.ts";
import { submitRun } from "../queue/submit.ts";
import { watchRun } from "../queue/watch.ts";
import { startPool } from "../run/pool.ts";
import { never, untilAborted } from "../run/until-aborted.ts";
import { warnOnce } from "../run/warnings.ts";
import { checkCache, usualCache } from "../store/blob-cache.ts";
import type { Database } from "../store/database.ts";
import { codeOf, reasonOf } from "../store/database-errors.ts";
import { openDatabase } from "../store/open-database.ts";
import { parseStore } from "../store/store-address.ts";
import { versions } from "../version.ts";
import { coordinate } from "./coordinate.ts";
import type { CoordinateWorkerData } from "./coordinate-worker.ts";
import { asFault, MachineFault } from "./machine-fault.ts";
import { makeRunThreads } from "./run-threads.ts";
import { work } from "./worker.ts";

/** A store that is open, with its queue. */
export interface OpenStore {
  database: Database;
  jobs: Jobs;
}

/** Opens a store for some work; a signal that is aborted ends the opening, with its reason, and not the work. */
export async function inStore<T>(
  store: string | undefined,
  use: (open: OpenStore) => Promise<T>,
  signal = never,
): Promise<T> {
  const database = await openDatabase(parseStore(store), { tell, signal });
  try {
    const opening = openJobs(database);
    const jobs = await untilAborted(signal, opening).catch((error: unknown) => {
      opening.then((late) => late.end()).catch(() => {});
      throw error;
    });
    try {
      return await use({ database, jobs });
    } catch (error) {
      if (codeOf(error) !== "42501") throw error;
      throw new UsageError(`${database.name}: expected a role that may write, got: ${reasonOf(error)}`);
    } finally {
      // What waits for a database that can't be reached ends with that.
      await soon(jobs.end());
    }
  } finally {
    await database.close();
  }
}

/** Milliseconds that whoever is stopped waits for what the database may answer yet. */
const patience = 2000;

/** What comes of it; undefined where that isn't known soon. */
function soon<T>(answer: Promise<T>): Promise<T | undefined> {
  return Promise.race([answer.catch(() => undefined), sleep(patience, undefined, { ref: false })]);
}

/** What a worker of this process has. */
export interface WorkerSetting {
  /** As it was typed. */
  store: string | undefined;
  concurrency: number;
  engine: Environment["engine"];
  origins: readonly Origin[];
  cache?: string;
  log: (text: string) => void;
  onTrial?: (run: string) => void;
}

/** Versions, engine and code of this process. */
export function environmentOf(engine: Environment["engine"]): Environment {
  return { versions: versions(), engine, code: sharedCodeFingerprint(engine.name) };
}

/** Works for a store until the signal is aborted, as {@link work} says. */
export function workOn(
  { database, jobs }: OpenStore,
  { store, cache = usualCache(), engine, ...setting }: WorkerSetting,
  signal: AbortSignal,
): Promise<void> {
  const warn = warnOnce(process.stderr);
  const modules = setting.origins.map(({ file }) => file);
  return work({
    ...setting,
    database,
    jobs,
    signal,
    environment: environmentOf(engine),
    threads: makeRunThreads({ database, cache, modules, warn, count: setting.concurrency }),
    async coordinate(run, stop) {
      // One that is embedded in this thread can't be reached from another.
      if (database.kind === "pglite") {
        await coordinate({ run, database, jobs, cache, modules, warn }, stop).catch((error: unknown) => {
          throw asFault(error);
        });
        return;
      }
      const data: CoordinateWorkerData = { store, cache, modules };
      const pool = startPool<string, string | null>("worker/coordinate-worker", data, 1, warn);
      const end = (): void => void pool.destroy();
      stop.addEventListener("abort", end);
      try {
        const fault = await pool.run(run.id);
        if (fault !== null) throw new MachineFault(fault);
      } finally {
        stop.removeEventListener("abort", end);
        await pool.destroy();
      }
    },
  });
}

/** What {@link runOnStore} is asked for. */
export interface StoreRun extends Omit<WorkerSetting, "log" | "store"> {
  store: string;
  submission: Asked;
  signal: AbortSignal;
}

/**
 * Runs something on a store: puts it there, works along, and waits for its end, whoever brings it about.
 *
 * @returns the files of its output folder, by their paths; null: none of this name
 * @throws Interrupted where the signal is aborted: the run stays in the store
 */
export async function runOnStore({
  submission,
  signal,
  ...setting
}: StoreRun): Promise<Record<string, Uint8Array | null>> {
  const { store, concurrency, engine, origins } = setting;
  return inStore(
    store,
    async (open) => {
      const { database, jobs } = open;
      if (database.kind === "pglite" && concurrency === 0)
        throw new UsageError(
          "--workers: expected 1 or more with --store pglite:..., which no other process can work for, got 0",
        );
      if (concurrency > 0) await checkCache(setting.cache);
      const submitting = submitRun(database, jobs, {
        ...submission,
        environment: environmentOf(engine),
        origins,
      });
      const id = await untilAborted(signal, submitting);
      tell(`run ${id} of ${database.name}`);
      const finished = new AbortController();
      const own = AbortSignal.any([signal, finished.signal]);
      const working = concurrency === 0 ? null : workOn(open, { ...setting, log: () => {} }, own);
      const watching = watchRun(database, id, { store, signal: own });
      watching.catch(() => {});
      const stopped = new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
      try {
        await Promise.race([watching, stopped, ...(working === null ? [] : [working.then(() => watching)])]);
        return await filesOf(database, id);
      } catch (error) {
        if (!signal.aborted) throw error;
        const { done = 0, total = 0, label } = (await soon(findRun(database, id))) ?? {};
        const kept =
          total === 0 ? "what is computed of it stays" : `${done} of ${total} ${label ?? "trials"} are there`;
        throw new Interrupted(
          `interrupted: run ${id} stays in the store (${kept}); workers that are there go on with it, and the same command picks it up`,
        );
      } finally {
        finished.abort();
        await working?.catch(() => {});
      }
    },
    signal,
  );
}
