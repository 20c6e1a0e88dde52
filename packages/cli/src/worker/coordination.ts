import type { ComputedOn } from "@minimand/compare";
import type { Jobs } from "../queue/jobs.ts";
import { type Run, type RunProgress, setProgress, tellEvent } from "../queue/run-store.ts";
import { type SharedTrials, shareTrials } from "../queue/shared-trials.ts";
import type { Database } from "../store/database.ts";
import type { SqlTrials } from "../store/sql-trials.ts";

/** What a run is coordinated with. */
export interface Coordination {
  run: Run;
  database: Database;
  jobs: Jobs;
  /** Folder of files by their hashes. */
  cache: string;
  /** Files of `--with` that are here. */
  modules: readonly string[];
  warn: (message: string) => void;
  signal: AbortSignal;
}

/** The trials of the run that is coordinated. */
export function trialsOf<Kept>(
  { run, database, jobs, signal }: Coordination,
  store: SqlTrials<Kept>,
): SharedTrials<Kept> {
  return shareTrials({ database, jobs, run: run.id, house: run.house, store, signal });
}

/** Milliseconds between two notes of progress in the database. */
const interval = 500;

/** Notes how far the run is: now and then, and at the end of what is counted. */
export function progressNotes({ run, database, signal }: Coordination): (progress: RunProgress) => void {
  let last = Number.NEGATIVE_INFINITY;
  let noted: Promise<unknown> = Promise.resolve();
  return (progress) => {
    const now = performance.now();
    if (signal.aborted || (now - last < interval && progress.done < progress.total)) return;
    last = now;
    // One after the other, so that the last one stays. How far it is matters less than that it goes on.
    noted = noted.then(() => setProgress(database, run.id, progress)).catch(() => {});
  };
}

/** Says something to those who watch the run. */
export function noteTo({ run, database }: Pick<Coordination, "run" | "database">): (text: string) => void {
  return (text) => void tellEvent(database, run.id, "note", text).catch(() => {});
}

/** The kinds of processor that have computed the run's trials. */
export async function processorsOf({ run, database }: Coordination): Promise<ComputedOn[]> {
  return database.query<ComputedOn>(
    `select coalesce(cpu, 'unknown') as cpu, count(*)::int as trials
     from minimand.run_trials t join minimand.results r using (key) where t.run = $1 group by 1 order by 2 desc, 1`,
    [run.id],
  );
}
