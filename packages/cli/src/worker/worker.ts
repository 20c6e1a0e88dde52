import { setTimeout as sleep } from "node:timers/promises";
import { UsageError } from "../failure.ts";
import { unclaim } from "../queue/claims.ts";
import { lackingFor } from "../queue/environment.ts";
import { join } from "../queue/presence.ts";
import { runsToServe } from "../queue/run-store.ts";
import { untilAborted } from "../run/until-aborted.ts";
import type { Sql } from "../store/database.ts";
import type { Duty, WorkerOptions } from "./duty.ts";
import { makeRunSlots } from "./run-slots.ts";
import { living, reaping } from "./signs-of-life.ts";
import { makeTrialSlots, type TrialSlots } from "./trial-slots.ts";

/** Runs that a worker coordinates at a time: they mostly wait. */
const mostRuns = 3;

/** Milliseconds that leaving may take: where the database is gone, others find out without a word. */
const patience = 10_000;

/**
 * Works until the signal is aborted: gives back what it has then, and leaves.
 *
 * @throws whatever keeps it from starting a run's threads, as a full disk, and the database's error where that is gone for too long. What it
 *   had is given back first where that can be
 */
export async function work(options: WorkerOptions): Promise<void> {
  const { database, concurrency, threads, environment, signal } = options;
  const joining = join(database, { environment, concurrency });
  const presence = await untilAborted(signal, joining, patience).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  if (presence === undefined) return;
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const duty: Duty = {
    ...options,
    presence,
    stop,
    held: new Map(),
    houses: [],
    suspected: new Set(),
    running: 0,
  };
  const trials = makeTrialSlots(duty);
  const runSlot = makeRunSlots(duty);
  const loops = [
    living(duty),
    reaping(duty),
    ...Array.from({ length: concurrency }, () => trials.slot()),
    trials.alone(),
    ...Array.from({ length: mostRuns }, () => runSlot()),
  ];
  for (const loop of loops)
    loop.catch((error: unknown) => {
      if (!stop.aborted) failed.abort(error);
    });
  await new Promise((resolve) => {
    if (stop.aborted) resolve(null);
    else stop.addEventListener("abort", resolve);
  });
  await threads.destroy();
  // Where the database can't be reached, loops still wait for it.
  const leaving = Promise.allSettled(loops).then(() => leave(duty, trials));
  const waiting = new AbortController();
  const tooLong = sleep(patience, undefined, { signal: waiting.signal }).catch(() => {});
  await Promise.race([leaving.catch(() => {}), tooLong]);
  // It would keep the process from its end.
  waiting.abort();
  if (!signal.aborted) throw failed.signal.reason;
}

/**
 * Sees that there is something to do for a worker that comes without a run of its own.
 *
 * @throws UsageError where it can take part in none of the runs that are open
 */
export async function checkJoining({
  database,
  environment,
  origins,
}: Pick<WorkerOptions, "environment" | "origins"> & { database: Sql }): Promise<void> {
  const open = await runsToServe(database);
  const refusals = open.flatMap((run) => {
    const lack = lackingFor({ ...environment, origins }, run);
    return lack === null ? [] : [`run ${run.id} (${run.title}): ${lack}`];
  });
  if (refusals.length > 0 && refusals.length === open.length) throw new UsageError(`worker: ${refusals[0]}`);
}

/** Keeps what is done, gives back the rest, and is gone. */
async function leave({ database, jobs, presence, held }: Duty, trials: TrialSlots): Promise<void> {
  await trials.keep();
  const back = [...held.values()];
  if (back.length > 0) {
    await jobs.giveBack(back);
    await unclaim(database, presence.id, back);
  }
  await presence.leave();
}
