import type { Database } from "../store/database.ts";
import { type Provenance, putTrials } from "../store/sql-trials.ts";
import { unclaim } from "./claims.ts";
import type { Jobs, Taken, TrialJob } from "./jobs.ts";
import { settle } from "./waiting.ts";

/** A trial that was computed here. */
export interface Done {
  taken: Taken<TrialJob>;
  kept: unknown;
  seconds: number;
}

/**
 * Keeps trials, and is done with their jobs: both or neither. Each counts once, whoever was first; a late result is dropped.
 */
export async function keepResults(
  database: Database,
  jobs: Jobs,
  self: Provenance,
  done: readonly Done[],
): Promise<void> {
  const trials = done.map(({ taken, kept, seconds }) => ({ key: taken.data.key, kept, seconds }));
  const taken = done.map((one) => one.taken);
  await database.transaction(async (sql) => {
    await putTrials(sql, trials, self);
    await settle(
      sql,
      trials.map(({ key }) => key),
    );
    await unclaim(sql, self.worker, taken);
    await jobs.complete(taken, sql);
  });
}
