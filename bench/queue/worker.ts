/*
 * A worker process whose trials compute nothing; its parent asks it what it has done.
 *
 *   node --conditions=minimand-source bench/queue/worker.ts CONCURRENCY   (a store in DATABASE_URL)
 */
import { inStore } from "../../packages/cli/src/worker/on-store.ts";
import { work } from "../../packages/cli/src/worker/worker.ts";
import { environment, idleThreads } from "./bench-run.ts";
import { statementsByText, statementsSent } from "./statements.ts";

/** What a worker has done since its start. */
export interface WorkerStats {
  /** When each trial ended, in milliseconds since 1970, by its place in the run. */
  ends: [trial: number, at: number][];
  statements: number;
  byText: [text: string, count: number][];
  /** Milliseconds of processor time. */
  processor: number;
  /** Resident megabytes. */
  memory: number;
}

const ends: WorkerStats["ends"] = [];
const leaving = new AbortController();
process.on("SIGTERM", () => leaving.abort());
process.on("disconnect", () => leaving.abort());

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  const stats: WorkerStats = {
    ends: ends.splice(0),
    statements: statementsSent(),
    byText: statementsByText(),
    processor: (user + system) / 1000,
    memory: process.memoryUsage.rss() / 2 ** 20,
  };
  process.send?.(stats);
});

await inStore("postgres:", async ({ database, jobs }) => {
  process.send?.("ready");
  await work({
    database,
    jobs,
    environment,
    origins: [],
    concurrency: Number(process.argv[2]),
    threads: idleThreads((trial) => ends.push([trial, performance.timeOrigin + performance.now()])),
    coordinate: async () => {},
    log: () => {},
    signal: leaving.signal,
  });
});
process.disconnect();
