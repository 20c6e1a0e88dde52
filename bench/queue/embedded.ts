/*
 * Empty trials on a database that is embedded in one process, as JSON: how many a second, and its memory.
 *
 *   node --conditions=minimand-source bench/queue/embedded.ts FOLDER TRIALS
 */
import { work } from "../../packages/cli/src/worker/worker.ts";
import { house, idleThreads } from "./bench-run.ts";
import { begin, computed, openDesk } from "./crew.ts";

const [folder, trials] = [process.argv[2], Number(process.argv[3])];
const desk = await openDesk(`pglite:${folder}`);
const leaving = new AbortController();
const working = work({
  ...desk,
  house,
  origins: [],
  concurrency: 2,
  threads: idleThreads(),
  coordinate: async () => {},
  log: () => {},
  signal: leaving.signal,
});
for await (const _ of computed(desk, await begin(desk, { name: "warm up", trials: 100, milliseconds: 0 })));
const run = await begin(desk, { name: "empty", trials, milliseconds: 0 });
const started = performance.now();
for await (const _ of computed(desk, run));
const seconds = (performance.now() - started) / 1000;
const memory = process.memoryUsage.rss() / 2 ** 20;
leaving.abort();
await working;
await desk[Symbol.asyncDispose]();
console.log(JSON.stringify({ trials: trials / seconds, memory }));
