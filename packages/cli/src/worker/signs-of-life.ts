/* A worker says that it is there, and looks whether others are. */
import { setTimeout as sleep } from "node:timers/promises";
import { reap } from "../queue/claims.ts";
import { lacking } from "../queue/house.ts";
import { leads, vanished } from "../queue/presence.ts";
import { runsToServe } from "../queue/run-store.ts";
import type { Duty } from "./duty.ts";

/** Milliseconds between signs of life, and between looks for workers that are gone. */
const [pulse, watch] = [2000, 500];

/** Milliseconds that a lead is held before its word counts: after the database was away, others need a moment to take their locks again. */
const grace = 5000;

/** Says that the worker is there and has what it holds, and finds out whose runs it can work on. */
export async function living(duty: Duty): Promise<void> {
  const { database, jobs, presence, house, origins, concurrency, held, stop } = duty;
  while (!stop.aborted) {
    const open = await runsToServe(database);
    const able = open.filter(
      ({ needs, origins: wanted }) => lacking({ ...house, origins }, { ...needs, origins: wanted }) === null,
    );
    duty.houses = [...new Set(able.map((run) => run.house))];
    await presence.renew(`${duty.running} of ${concurrency} trials`, duty.houses);
    await jobs.touch([...held.values()]);
    await sleep(pulse, undefined, { signal: stop }).catch(() => {});
  }
}

/** Gives others what workers had that are gone, where no other worker looks for them. */
export async function reaping({ database, jobs, presence, stop }: Duty): Promise<void> {
  let since: number | null = null;
  while (!stop.aborted) {
    await sleep(watch, undefined, { signal: stop }).catch(() => {});
    const session = presence.session();
    if (session !== null) {
      if (!session.alive || !(await leads(session).catch(() => false))) {
        since = null;
        continue;
      }
      since ??= performance.now();
      if (performance.now() - since < grace) continue;
    }
    for (const gone of await vanished(database, presence.id, session).catch(() => []))
      await reap(database, jobs, gone);
  }
}
