/* Workers of runs of numbers in this process, which can be killed. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Environment } from "../queue/environment.ts";
import { openJobs } from "../queue/jobs.ts";
import { coordinateNumbers, resultOf, environment as usualEnvironment } from "../queue/numbers.fixture.ts";
import type { Database } from "../store/database.ts";
import type { WorkerOptions } from "./duty.ts";
import { mortal } from "./mortal.fixture.ts";
import type { Threads } from "./threads.ts";
import { work } from "./worker.ts";

/** A worker of numbers. */
export interface NumbersWorker {
  /** The numbers that it has begun, in their order. */
  begun: number[];
  log: string[];
  /** Ends it as SIGKILL does: without a word. */
  kill(): Promise<void>;
  /** As SIGSTOP and SIGCONT do, as far as the database is concerned. */
  stop(): void;
  wake(): void;
  /** Ends it as Ctrl-C does. */
  leave(): Promise<void>;
  /** What it ends with; never, where it is killed. */
  ended: Promise<void>;
}

/** What a test may want of its worker. */
export interface NumbersOptions {
  concurrency?: number;
  environment?: Environment;
  /** What computing a number is, other than a few milliseconds. */
  compute?: (n: number, worker: NumbersWorker) => Promise<number>;
  coordinate?: WorkerOptions["coordinate"];
  /** Whether the database is another process's, too. */
  shared: boolean;
}

/** Starts a worker on a database, which it closes unless others use it. */
export async function startWorker(
  given: Database,
  {
    concurrency = 2,
    environment = usualEnvironment,
    compute = (n) => sleep(5, resultOf(n)),
    coordinate,
    shared,
  }: NumbersOptions,
): Promise<NumbersWorker> {
  const { database, kill, stop: sleepNow, wake } = mortal(given, { close: !shared });
  const jobs = await openJobs(database);
  const stop = new AbortController();
  const log: string[] = [];
  const begun: number[] = [];
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  const threads: Threads = {
    run: (job) => {
      begun.push(job as number);
      return Promise.race([broken.promise, compute(job as number, worker)]);
    },
    destroy: async () => {},
  };
  const working = work({
    database,
    jobs,
    concurrency,
    environment,
    origins: [],
    signal: stop.signal,
    threads: {
      use: (_, own) => own(threads),
      destroy: async () => broken.reject(new Error("the threads have ended")),
    },
    coordinate: coordinate ?? ((run, signal) => coordinateNumbers(database, jobs, run, signal)),
    log: (text) => log.push(text),
  });
  const ended = working.finally(async () => {
    await jobs.end();
    if (!shared) await database.close();
  });
  ended.catch(() => {});
  const worker: NumbersWorker = {
    begun,
    log,
    ended,
    wake,
    stop: sleepNow,
    async kill() {
      await kill();
      // Nobody hears what it does from now on, and its loops end.
      stop.abort();
    },
    async leave() {
      stop.abort();
      await ended;
    },
  };
  return worker;
}
