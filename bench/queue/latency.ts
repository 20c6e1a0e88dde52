/* How long after the end of a trial those who watch its run know of it. */
import { setTimeout as sleep } from "node:timers/promises";
import { findRun } from "../../packages/cli/src/queue/run-store.ts";
import { progressNotes } from "../../packages/cli/src/worker/coordination.ts";
import type { TestPostgres } from "../../test/support/postgres.ts";
import { begin, computed, openSession, startCrew } from "./crew.ts";

/** Milliseconds between two looks, as those of a watcher. */
const pause = 300;

export interface Latency {
  /** Milliseconds from the end of a trial until it is seen: the median, and what a tenth exceeds. */
  half: number;
  tenth: number;
  /** Milliseconds from asking for a run's trials until the first has begun, with a worker that had nothing to do. */
  start: number;
}

export async function latency(server: TestPostgres, trials: number): Promise<Latency> {
  const milliseconds = 300;
  const { url } = await server.createDatabase();
  await using session = await openSession("postgres:", { DATABASE_URL: url });
  await using crew = await startCrew(url, 1, 1);
  for await (const _ of computed(
    session,
    await begin(session, { name: "first", trials: 5, milliseconds: 0 }),
  ));
  await sleep(5000);
  await crew.stats();
  const run = await begin(session, { name: "watched", trials, milliseconds });
  const { signal } = new AbortController();
  const coordination = { ...session, run, cache: "", modules: [], warn: () => {}, signal };
  const show = progressNotes(coordination);
  const asked = performance.timeOrigin + performance.now();
  const coordinating = (async () => {
    let done = 0;
    for await (const _ of computed(session, run))
      show({ done: ++done, total: trials, label: "trials", left: null });
  })();
  /** When so many were seen. */
  const seen: number[] = [];
  while (seen.length < trials) {
    const { done } = await findRun(session.database, run.id);
    while (seen.length < done) seen.push(performance.timeOrigin + performance.now());
    await sleep(pause);
  }
  await coordinating;
  const [{ ends }] = await crew.stats();
  const ended = ends.map(([, at]) => at).sort((a, b) => a - b);
  const waited = seen.map((at, i) => at - ended[i]).sort((a, b) => a - b);
  return {
    half: waited[Math.floor(trials / 2)],
    tenth: waited[Math.floor(0.9 * trials)],
    start: ended[0] - milliseconds - asked,
  };
}
