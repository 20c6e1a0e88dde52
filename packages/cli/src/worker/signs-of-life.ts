/* A worker says that it is there, and looks whether others are. */
import { setTimeout as sleep } from "node:timers/promises";
import { reap } from "../queue/claims.ts";
import { lackingFor } from "../queue/house.ts";
import { leads, vanished } from "../queue/presence.ts";
import { runsToServe } from "../queue/run-store.ts";
import type { Duty } from "./duty.ts";

/** Milliseconds between signs of life, and between looks for workers that are gone. */
const [pulse, watch] = [2000, 500];

/** Milliseconds between looks for missed heartbeats: of the one worker that leads, and of the others. */
const [often, seldom] = [1000, 5000];

/** Milliseconds that a lead is held before its word counts: after the database was away, others need a moment to take their locks again. */
const grace = 5000;

/** Says that the worker is there and has what it holds, and finds out whose runs it can work on. */
export async function living(duty: Duty): Promise<void> {
  const { database, jobs, presence, house, origins, concurrency, held, stop } = duty;
  while (!stop.aborted) {
    const open = await runsToServe(database);
    const able = open.filter((run) => lackingFor({ ...house, origins }, run) === null);
    duty.houses = [...new Set(able.map((run) => run.house))];
    await presence.renew(`${duty.running} of ${concurrency} trials`, duty.houses);
    await jobs.touch([...held.values()]);
    await sleep(pulse, undefined, { signal: stop }).catch(() => {});
  }
}

/** Gives others what workers had that are gone: often where this worker leads, now and then where another does, which may be stopped. */
export async function reaping({ database, jobs, presence, held, stop }: Duty): Promise<void> {
  let since: number | null = null;
  let looked = performance.now();
  while (!stop.aborted) {
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
      // Where this worker could say nothing for a while, its own jobs don't count as lost.
      await jobs
        .touch([...held.values()])
        .then(() => jobs.supervise())
        .catch(() => {});
    }
    await sleep(leading ? watch : pulse, undefined, { signal: stop }).catch(() => {});
  }
}
