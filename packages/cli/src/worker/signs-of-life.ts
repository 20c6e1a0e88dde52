/* A worker says that it is there, and looks whether others are. */
import { setTimeout as sleep } from "node:timers/promises";
import { reap } from "../queue/claims.ts";
import { lackingFor } from "../queue/environment.ts";
import type { Jobs } from "../queue/jobs.ts";
import { leads, vanished } from "../queue/presence.ts";
import { runsToServe } from "../queue/run-store.ts";
import type { Database } from "../store/database.ts";
import type { Duty } from "./duty.ts";

/** Milliseconds between signs of life, and between looks for workers that are gone. */
const [pulse, watch] = [2000, 500];

/** Milliseconds between looks for missed heartbeats: of the one worker that leads, and of the others. */
const [often, seldom] = [1000, 5000];

/** Milliseconds that others need after the database was away, to take their locks again and to say that they are there. */
const grace = 5000;

/** Milliseconds between looks for runs that nobody is asked to coordinate. */
const rarely = 30_000;

/** Says that the worker is there and has what it holds, and finds out whose runs it can work on. */
export async function living(duty: Duty): Promise<void> {
  const { database, jobs, presence, environment, origins, concurrency, held, log, stop } = duty;
  const left = new Set<string>();
  while (!stop.aborted) {
    const open = await runsToServe(database);
    const able = open.filter((run) => {
      const lack = lackingFor({ ...environment, origins }, run);
      if (lack !== null && !left.has(run.id)) log(`left to others: run ${run.id} (${run.title}): ${lack}`);
      if (lack !== null) left.add(run.id);
      return lack === null;
    });
    duty.houses = [...new Set(able.map((run) => run.house))];
    duty.suspected = new Set(able.filter((run) => run.isSuspected).map((run) => run.house));
    await presence.renew(`${duty.running} of ${concurrency} trials`, duty.houses);
    await jobs.touch([...held.values()]);
    await sleep(pulse, undefined, { signal: stop }).catch(() => {});
  }
}

/**
 * Gives others what workers had that are gone: often where this worker leads, now and then where another does, which may be stopped. Who leads
 * asks for coordinators, too, of runs that have lost theirs.
 */
export async function reaping({ database, jobs, presence, held, stop }: Duty): Promise<void> {
  let since: number | null = null;
  let looked = performance.now();
  let back = Number.NEGATIVE_INFINITY;
  let asked = Number.NEGATIVE_INFINITY;
  while (!stop.aborted) {
    const begun = performance.now();
    await presence.hold();
    const session = presence.session();
    const leading = session === null || (session.alive && (await leads(session).catch(() => false)));
    since = leading ? (since ?? performance.now()) : null;
    const counts = since !== null && (session === null || performance.now() - since > grace);
    if (counts)
      for (const gone of await vanished(database, presence.id, session).catch(() => []))
        await reap(database, jobs, gone);
    if (performance.now() - looked > (counts ? often : seldom)) {
      looked = performance.now();
      // Where this worker could say nothing for a while, its own jobs don't count as lost; those of others, who couldn't either, only
      // after they had time to say something.
      const touched = await jobs.touch([...held.values()]).then(
        () => true,
        () => false,
      );
      if (performance.now() - begun > grace) back = performance.now();
      if (touched && performance.now() - back > grace) await jobs.supervise().catch(() => {});
    }
    if (counts && performance.now() - asked > rarely) {
      asked = performance.now();
      await askForAll(database, jobs).catch(() => {});
    }
    await sleep(leading ? watch : pulse, undefined, { signal: stop }).catch(() => {});
  }
}

/** Asks for coordinators of all open runs: a command may have ended between putting its run into the store and asking. */
async function askForAll(database: Database, jobs: Jobs): Promise<void> {
  for (const { id, house } of await runsToServe(database)) await jobs.sendRun(house, id).catch(() => {});
}
