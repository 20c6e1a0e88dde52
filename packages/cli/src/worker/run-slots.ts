import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../error-text.ts";
import { claim, unclaim } from "../queue/claims.ts";
import { lackingFor } from "../queue/environment.ts";
import { mostTries, type RunJob, type Taken } from "../queue/jobs.ts";
import { beginRun, failRun, findRun, runsToServe, unbeginRun } from "../queue/run-store.ts";
import type { Duty } from "./duty.ts";
import { MachineFault } from "./machine-fault.ts";

/** Milliseconds between looks for a run that nobody coordinates. */
const idle = 500;

/** Slots that each coordinate runs, one after the other; one at a time looks for a run. */
export function makeRunSlots(duty: Duty): () => Promise<void> {
  const { stop } = duty;
  let looking: Promise<unknown> = Promise.resolve();
  return async () => {
    while (!stop.aborted) {
      const next = looking.then(() => nextRun(duty));
      looking = next.catch(() => {});
      const taken = await next;
      if (taken !== undefined) await attempt(duty, taken);
    }
  };
}

async function nextRun(duty: Duty): Promise<Taken<RunJob> | undefined> {
  const { jobs, stop } = duty;
  while (!stop.aborted) {
    for (const house of duty.houses) {
      const taken = await jobs.takeRun(house);
      if (taken !== undefined) return taken;
    }
    await sleep(idle, undefined, { signal: stop }).catch(() => {});
  }
}

/** A run that is open and that this worker can take part in: whoever can write to the store can ask any worker for any run. */
async function servable(
  { database, environment, origins }: Duty,
  id: string,
): Promise<{ house: string } | undefined> {
  const open = await runsToServe(database);
  return open.find((run) => run.id === id && lackingFor({ ...environment, origins }, run) === null);
}

async function attempt(duty: Duty, taken: Taken<RunJob>): Promise<void> {
  const { database, jobs, presence, held, log, stop, coordinate } = duty;
  const { run: id } = taken.data;
  held.set(taken.id, taken);
  await claim(database, presence.id, [taken]);
  const isOwn = (await servable(duty, id)) !== undefined;
  const beginnings = isOwn ? await beginRun(database, id) : null;
  if (beginnings !== null && beginnings > mostTries)
    await failRun(database, id, `its coordinator ended ${mostTries} times without news of a trial`);
  else if (beginnings !== null) {
    const run = await findRun(database, id);
    log(`run ${id}: ${run.title}`);
    try {
      await coordinate(run, stop);
    } catch (error) {
      if (stop.aborted || error instanceof MachineFault) {
        await unbeginRun(database, id);
        throw error;
      }
      const reason = messageOf(error);
      log(`run ${id} has failed: ${reason}`);
      await failRun(database, id, reason);
    }
  }
  await jobs.complete([taken]);
  await unclaim(database, presence.id, [taken]);
  held.delete(taken.id);
  // One that was resumed meanwhile could not be asked for, since it still had a coordinator.
  const again = await servable(duty, id);
  if (again !== undefined) await jobs.sendRun(again.house, id);
}
