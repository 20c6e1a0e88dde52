import type { Db } from "pg-boss";
import type { Database, Sql } from "../store/database.ts";
import { startBoss } from "./start-boss.ts";
import { apart, isSuspected, overdue, suspectedOf } from "./suspicion.ts";

/** A trial that is to be computed. */
export interface TrialJob {
  /** Hash of all that decides its result. */
  key: string;
  /** A run that needs it; others may, too. */
  run: string;
  /** What the threads of its run are given, as JSON: a database may give back the names of an object in another order. */
  job: string;
  /** Attempts that came to nothing by its own doing: it threw, or its worker ended while it computed nothing else. */
  tries: number;
  /** Workers that ended, or were not heard of any more, with this among their trials. */
  ends: number;
}

/** A run that is to be planned, waited for and finished. */
export interface RunJob {
  run: string;
}

/** A job as a worker has taken it. */
export interface Taken<Data> {
  id: string;
  queue: string;
  /** With what has become of it until now. */
  data: Data;
  attempt: { id: string; retryCount: number };
}

/** Attempts at a trial, after which it counts as one that cannot be had. */
export const mostTries = 3;

/** Minutes that a suspected trial waits for a worker that is idle. */
const patience = 10;

/** Seconds without a sign of life after which a job is given to another worker; the least that pg-boss takes. */
const heartbeatSeconds = 10;

/** Queues of pg-boss, as far as they are needed here. */
export interface Jobs {
  /** Asks for trials; those that are asked for already are left alone. */
  sendTrials(house: string, trials: readonly Omit<TrialJob, "tries" | "ends">[]): Promise<void>;
  /** Asks for someone to coordinate a run; once is enough. */
  sendRun(house: string, run: string): Promise<void>;
  /** Trials that may be computed side by side; those that prove to be suspected are to be given back. */
  takeTrials(house: string, count: number): Promise<Taken<TrialJob>[]>;
  /** Whether a suspected trial has waited so long that a busy worker shall have it. It waits anew then, so that no other worker stops its work for the same. */
  anyOverdue(house: string): Promise<boolean>;
  /** A suspected trial, for a worker that has nothing else. */
  takeSuspected(house: string): Promise<Taken<TrialJob> | undefined>;
  takeRun(house: string): Promise<Taken<RunJob> | undefined>;
  /** They are done, and leave the queue: what stayed would be counted every second. Within a transaction where one is given. */
  complete(taken: readonly Taken<unknown>[], sql?: Sql): Promise<void>;
  /** Its worker is gone: another follows. */
  fail(queue: string, attempt: Taken<unknown>["attempt"]): Promise<void>;
  /** As if they had never been taken, but for what their data say. */
  giveBack(taken: readonly Taken<TrialJob | RunJob>[]): Promise<void>;
  touch(taken: readonly Taken<unknown>[]): Promise<void>;
  /** Gives jobs to others whose heartbeats were missed. */
  supervise(): Promise<void>;
  end(): Promise<void>;
}

/** Whoever can write to the store can write anything. */
function isRunJob(data: unknown): data is RunJob {
  if (typeof data !== "object" || data === null) return false;
  return typeof (data as Record<string, unknown>).run === "string";
}

function isTrialJob(data: unknown): data is TrialJob {
  if (!isRunJob(data)) return false;
  // One that older code asked for knows of no ends.
  const { key, job, tries, ends = 0 } = data as Partial<Record<keyof TrialJob, unknown>>;
  return typeof key === "string" && typeof job === "string" && isCount(tries) && isCount(ends);
}

const isCount = (n: unknown): boolean => Number.isInteger(n) && Number(n) >= 0;

/** With the attempts that came to nothing since it was put into its queue: their workers ended, or were not heard of any more. */
function counted({ data, attempt }: Taken<TrialJob>): TrialJob {
  const { tries, ends = 0 } = data;
  return isSuspected({ ends })
    ? { ...data, tries: Math.min(tries + attempt.retryCount, mostCounted), ends }
    : { ...data, tries: Math.min(tries, mostCounted), ends: ends + attempt.retryCount };
}

/** Attempts are counted no further: a column holds no more than 2^31 - 1, and whoever can write to the store can write any number. */
const mostCounted = 1_000_000;

/** A job as it is put into its queue. */
function asSent(data: TrialJob | RunJob): { data: object; singletonKey: string; priority?: number } {
  if (!("key" in data)) return { data, singletonKey: data.run };
  return { data, singletonKey: data.key, ...(isSuspected(data) ? { priority: apart } : {}) };
}

const trialQueue = (house: string): string => `trial-${house}`;
const runQueue = (house: string): string => `run-${house}`;

/**
 * Queues on a database. Retries are counted and never limited here: who takes a trial decides by its `tries` and `ends`.
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
    options: { batchSize: number; minPriority?: number; maxPriority?: number },
    isOwn: (data: unknown) => data is Data,
  ): Promise<Taken<Data>[]> => {
    await made(queue);
    const jobs = await boss.fetch<unknown>(queue, { ...options, includeMetadata: true });
    const nonsense = jobs.filter(({ data }) => !isOwn(data));
    if (nonsense.length > 0)
      await boss.complete(
        queue,
        nonsense.map(({ id, retryCount }) => ({ id, retryCount })),
      );
    return jobs.flatMap(({ id, data, retryCount }) => {
      return isOwn(data) ? [{ id, queue, data, attempt: { id, retryCount } }] : [];
    });
  };
  const takeTrials = async (
    house: string,
    options: { batchSize: number; minPriority?: number; maxPriority?: number },
  ): Promise<Taken<TrialJob>[]> => {
    const taken = await take(trialQueue(house), options, isTrialJob);
    return taken.map((one) => ({ ...one, data: counted(one) }));
  };
  const byQueue = (taken: readonly Taken<unknown>[]) => Map.groupBy(taken, ({ queue }) => queue).entries();
  const within = (sql: Sql | undefined) => (sql === undefined ? {} : { db: asDb(sql) });

  return {
    async sendTrials(house, trials) {
      const queue = trialQueue(house);
      await made(queue);
      for (let from = 0; from < trials.length; from += mostAtOnce) {
        const jobs = trials.slice(from, from + mostAtOnce).map((trial, i) => ({
          data: { ...trial, tries: 0, ends: 0 },
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
    takeTrials: (house, batchSize) => takeTrials(house, { batchSize, minPriority: overdue + 1 }),
    async anyOverdue(house) {
      const found = await database.query(
        `update minimand_queue.job set priority = $2, created_on = now() where name = $3 and id = (
           select id ${suspectedOf("$1::text")} and created_on < now() - make_interval(mins => $4) limit 1 for update skip locked)
         returning id`,
        [house, overdue, trialQueue(house), patience],
      );
      return found.length > 0;
    },
    async takeSuspected(house) {
      const [taken] = await takeTrials(house, { batchSize: 1, maxPriority: overdue });
      return taken;
    },
    async takeRun(house) {
      const [taken] = await take(runQueue(house), { batchSize: 1 }, isRunJob);
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
          await boss.insert(
            queue,
            (own as Taken<TrialJob | RunJob>[]).map(({ data }) => asSent(data)),
            db,
          );
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
