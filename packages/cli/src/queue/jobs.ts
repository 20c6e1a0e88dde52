import type { Db } from "pg-boss";
import type { Database, Sql } from "../store/database.ts";
import { startBoss } from "./start-boss.ts";

/** A trial that is to be computed. */
export interface TrialJob {
  /** Hash of all that decides its result. */
  key: string;
  /** A run that needs it; others may, too. */
  run: string;
  /** What the threads of its run are given, as JSON: a database may give back the names of an object in another order. */
  job: string;
  /** Attempts before it was given back by a worker that left. */
  tries: number;
}

/** A run that is to be planned, waited for and finished. */
export interface RunJob {
  run: string;
  /** As those of a trial. */
  tries?: number;
}

/** A job as a worker has taken it. */
export interface Taken<Data> {
  id: string;
  queue: string;
  data: Data;
  /** Attempts before this one that came to nothing. */
  tries: number;
  attempt: { id: string; retryCount: number };
}

/** Attempts at a trial, after which it counts as one that cannot be had. */
export const mostTries = 3;

/** Seconds without a sign of life after which a job is given to another worker; the least that pg-boss takes. */
const heartbeatSeconds = 10;

/** Queues of pg-boss, as far as they are needed here. */
export interface Jobs {
  /** Asks for trials; those that are asked for already are left alone. */
  sendTrials(house: string, trials: readonly Omit<TrialJob, "tries">[]): Promise<void>;
  /** Asks for someone to coordinate a run; once is enough. */
  sendRun(house: string, run: string): Promise<void>;
  takeTrials(house: string, count: number): Promise<Taken<TrialJob>[]>;
  takeRun(house: string): Promise<Taken<RunJob> | undefined>;
  /** They are done, and leave the queue: what stayed would be counted every second. Within a transaction where one is given. */
  complete(taken: readonly Taken<unknown>[], sql?: Sql): Promise<void>;
  /** The attempt came to nothing: another follows. */
  fail(queue: string, attempt: Taken<unknown>["attempt"]): Promise<void>;
  /** As if it had never been taken. */
  giveBack(taken: readonly Taken<TrialJob | RunJob>[]): Promise<void>;
  touch(taken: readonly Taken<unknown>[]): Promise<void>;
  /** Gives jobs to others whose heartbeats were missed. */
  supervise(): Promise<void>;
  end(): Promise<void>;
}

/** Whoever can write to the store can write anything. */
function isRunJob(data: unknown): data is RunJob {
  if (typeof data !== "object" || data === null) return false;
  const { run, tries = 0 } = data as Record<string, unknown>;
  return typeof run === "string" && Number.isInteger(tries) && Number(tries) >= 0;
}

function isTrialJob(data: unknown): data is TrialJob {
  if (!isRunJob(data)) return false;
  const { key, job } = data as Partial<Record<keyof TrialJob, unknown>>;
  return typeof key === "string" && typeof job === "string";
}

const trialQueue = (house: string): string => `trial-${house}`;
const runQueue = (house: string): string => `run-${house}`;

/**
 * Queues on a database. Retries are counted and never limited here: who takes a job decides by {@link Taken.tries}.
 */
export async function openJobs(database: Database): Promise<Jobs> {
  const boss = await startBoss(database, { supervise: false, schedule: false });
  const known = new Map<string, Promise<void>>();
  const usual = {
    policy: "exclusive",
    retryLimit: 1_000_000,
    retryDelay: 0,
    heartbeatSeconds,
    // Long trials are no fault: heartbeats tell of those that are lost.
    expireInSeconds: 86_399,
  } as const;
  const made = (name: string): Promise<void> => {
    let making = known.get(name);
    if (making === undefined) {
      making = boss.createQueue(name, usual);
      known.set(name, making);
      making.catch(() => known.delete(name));
    }
    return making;
  };
  const take = async <Data extends RunJob>(
    queue: string,
    batchSize: number,
    isOwn: (data: unknown) => data is Data,
  ): Promise<Taken<Data>[]> => {
    await made(queue);
    const jobs = await boss.fetch<unknown>(queue, { batchSize, includeMetadata: true });
    const nonsense = jobs.filter(({ data }) => !isOwn(data));
    if (nonsense.length > 0)
      await boss.complete(
        queue,
        nonsense.map(({ id, retryCount }) => ({ id, retryCount })),
      );
    return jobs.flatMap(({ id, data, retryCount }) => {
      if (!isOwn(data)) return [];
      return [{ id, queue, data, tries: (data.tries ?? 0) + retryCount, attempt: { id, retryCount } }];
    });
  };
  const byQueue = (taken: readonly Taken<unknown>[]) => Map.groupBy(taken, ({ queue }) => queue).entries();
  const within = (sql: Sql | undefined) => (sql === undefined ? {} : { db: asDb(sql) });

  return {
    async sendTrials(house, trials) {
      const queue = trialQueue(house);
      await made(queue);
      for (let from = 0; from < trials.length; from += mostAtOnce) {
        const jobs = trials.slice(from, from + mostAtOnce).map((trial, i) => ({
          data: { ...trial, tries: 0 },
          singletonKey: trial.key,
          // In the order of their run, and runs side by side.
          priority: -(from + i),
        }));
        await boss.insert(queue, jobs);
      }
      if (trials.length >= mostAtOnce) await database.query("analyze minimand_queue.job");
    },
    async sendRun(house, run) {
      const queue = runQueue(house);
      await made(queue);
      await boss.send(queue, { run }, { singletonKey: run });
    },
    takeTrials: (house, count) => take(trialQueue(house), count, isTrialJob),
    async takeRun(house) {
      const [taken] = await take(runQueue(house), 1, isRunJob);
      return taken;
    },
    async complete(taken, sql) {
      for (const [queue, own] of byQueue(taken))
        await boss.deleteJob(
          queue,
          own.map(({ attempt }) => attempt),
          within(sql),
        );
    },
    async fail(queue, attempt) {
      await boss.fail(queue, attempt);
    },
    async giveBack(taken) {
      for (const [queue, own] of byQueue(taken))
        await database.transaction(async (sql) => {
          const db = within(sql);
          await boss.deleteJob(
            queue,
            own.map(({ attempt }) => attempt),
            db,
          );
          const jobs = (own as Taken<TrialJob | RunJob>[]).map(({ data, tries }) => {
            return { data: { ...data, tries }, singletonKey: "key" in data ? data.key : data.run };
          });
          await boss.insert(queue, jobs, db);
        });
    },
    async touch(taken) {
      for (const [queue, own] of byQueue(taken))
        await boss.touch(
          queue,
          own.map(({ attempt }) => attempt),
        );
    },
    supervise: () => boss.supervise(),
    end: () => boss.stop({ graceful: false, close: false }),
  };
}

/** Jobs a statement. The database has to learn of as many: it would sort all of them for each that is taken. */
const mostAtOnce = 1000;

function asDb(sql: Sql): Db {
  return { executeSql: async (text, values) => ({ rows: await sql.query(text, values) }) };
}
