import type { Origin } from "@minimand/compare";
import type { Environment } from "../queue/environment.ts";
import type { Jobs, RunJob, Taken, TrialJob } from "../queue/jobs.ts";
import type { Presence } from "../queue/presence.ts";
import type { Run } from "../queue/run-store.ts";
import type { Database } from "../store/database.ts";
import type { RunThreads } from "./run-threads.ts";

/** What a worker works with. */
export interface WorkerOptions {
  database: Database;
  /** Its queues, of which missed heartbeats are looked for. */
  jobs: Jobs;
  /** Trials at a time. */
  concurrency: number;
  environment: Environment;
  /** Modules of `--with` that it has. */
  origins: readonly Origin[];
  /** What computes trials; ended with the worker. */
  threads: RunThreads;
  /** Plans a run, waits for its trials, and finishes it. */
  coordinate: (run: Run, signal: AbortSignal) => Promise<void>;
  /** Told what happens, a line each. */
  log: (text: string) => void;
  /** Told of each trial that was done. */
  onTrial?: (run: string) => void;
  signal: AbortSignal;
}

/** What the loops of a worker share. */
export interface Duty extends WorkerOptions {
  presence: Presence;
  /** Ends all loops. */
  stop: AbortSignal;
  /** What it has taken and isn't done with, by the ids of the jobs. */
  held: Map<string, Taken<TrialJob | RunJob>>;
  /** Those whose runs it can work on. */
  houses: readonly string[];
  /** Those of them of which suspected trials wait. */
  suspected: ReadonlySet<string>;
  /** Trials that run now. */
  running: number;
}
