/*
 * Empty trials on a database that is embedded in one process, as JSON: how many a second, and its memory.
 *
 *   node --conditions=minimand-source bench/queue/embedded.ts FOLDER TRIALS
 */
import { work } from "../../packages/cli/src/worker/worker.ts";
import { environment, idleThreads } from "./bench-run.ts";
import { begin, computed, openSession } from "./crew.ts";

const [folder, trials] = [process.argv[2], Number(process.argv[3])];
const session = await openSession(`pglite:${folder}`);
const leaving = new AbortController();
const working = work({
  ...session,
  environment,
  origins: [],
  concurrency: 2,
  threads: idleThreads(),
  coordinate: async () => {},
  log: () => {},
  signal: leaving.signal,
});
for await (const _ of computed(
  session,
  await begin(session, { name: "warm up", trials: 100, milliseconds: 0 }),
));
const run = await begin(session, { name: "empty", trials, milliseconds: 0 });
const started = performance.now();
for await (const _ of computed(session, run));
const seconds = (performance.now() - started) / 1000;
const memory = process.memoryUsage.rss() / 2 ** 20;
leaving.abort();
await working;
await session[Symbol.asyncDispose]();
console.log(JSON.stringify({ trials: trials / seconds, memory }));
