import { setTimeout as sleep } from "node:timers/promises";
import { quotedWord } from "@minimand/compare";
import { UsageError } from "../failure.ts";
import { tell } from "../printable.ts";
import { progressLine } from "../run/progress.ts";
import type { Database } from "../store/database.ts";
import { isEnvironment } from "./environment.ts";
import { findRun, type Run } from "./run-store.ts";
import { workersFor } from "./workers-here.ts";

/** Milliseconds between two looks. */
const pause = 300;

/** Milliseconds without any worker after which it is said that there is none. */
const lonely = 5000;

/**
 * Waits for the end of a run, with its progress on stderr, and what its workers have to say.
 *
 * @param store as it is typed, for advice
 * @throws UsageError where the run fails or is cancelled; the signal's reason
 */
export async function watchRun(
  database: Database,
  id: string,
  { store, signal }: { store: string; signal: AbortSignal },
): Promise<Run> {
  const line = progressLine(process.stderr);
  let [{ last }] = await database.query<{ last: string }>(
    "select coalesce(max(id), 0)::text as last from minimand.events where run = $1",
    [id],
  );
  let alone = performance.now();
  try {
    while (true) {
      signal.throwIfAborted();
      const run = await findRun(database, id);
      const news = await database.query<{ id: string; text: string }>(
        `select id::text as id, text from minimand.events
         where run = $1 and id > $2::bigint and kind in ('note', 'retry', 'lost', 'resumed') order by events.id`,
        [id, last],
      );
      for (const event of news) {
        line.clear();
        tell(event.text);
        last = event.id;
      }
      if (run.state === "finished") return run;
      if (run.state === "failed") throw new UsageError(`run ${id}: ${run.reason}`);
      if (run.state === "cancelled")
        throw new UsageError(
          `run ${id} was cancelled: the same command, or 'minimand runs resume ${id}', lets it go on`,
        );
      if (run.total > 0) line.update(run.done, run.total, run.label ?? "trials", run.left);
      if ((await workersFor(database, run.house)) > 0) alone = performance.now();
      else if (performance.now() - alone > lonely) {
        line.clear();
        tell(
          `no worker that can take part is there for run ${id}: '${workerFor(run, store)}' starts one, here or elsewhere`,
        );
        alone = Number.POSITIVE_INFINITY;
      }
      await sleep(pause, undefined, { signal }).catch(() => {});
    }
  } finally {
    line.clear();
  }
}

/** The command that starts a worker for a run. */
function workerFor({ needs, origins }: Run, store: string): string {
  // Whoever can write to the store can write anything.
  if (!isEnvironment({ ...needs, origins })) return `npx minimand worker --store ${quotedWord(store)}`;
  const { name, threads } = needs.engine;
  return [
    `npx minimand worker --store ${quotedWord(store)}`,
    ...(name === "wasm" ? ["--engine wasm"] : []),
    ...(threads > 1 ? [`--threads ${threads}`] : []),
    ...origins.map(({ file }) => `--with ${quotedWord(file)}`),
  ].join(" ");
}
