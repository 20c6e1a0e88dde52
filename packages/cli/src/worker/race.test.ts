import { setTimeout as sleep } from "node:timers/promises";
import { derive, randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { hasPostgres, noPostgres, sharedPostgres } from "../../../../test/support/shared-postgres.ts";
import { openJobs } from "../queue/jobs.ts";
import { resultOf, submitNumbers, undisturbed } from "../queue/numbers.fixture.ts";
import { filesOf, findRun } from "../queue/run-store.ts";
import type { Database } from "../store/database.ts";
import { freshPglite, postgresAddress, silent } from "../store/databases.fixture.ts";
import { openDatabase } from "../store/open-database.ts";
import { type NumbersWorker, startWorker } from "./workers.fixture.ts";

const seeds = process.env.MINIMAND_LONG ? [1, 2, 4, 5, 6] : [1, 2];

/** Numbers of each run, most of which another run has, too. */
const asked = [0, 20, 40, 20].map((from) => Array.from({ length: 50 }, (_, i) => from + i));

/** Runs while workers come, leave, are killed, stopped and woken at random, and looks that nothing is lost and nothing counts twice. */
async function race(
  seed: number,
  database: Database,
  { open, most, blows }: { open: () => Promise<Database>; most: number; blows: number },
): Promise<void> {
  const next = randomSource(derive(seed));
  const jobs = await openJobs(database);
  const workers = new Set<NumbersWorker>();
  const asleep = new Set<NumbersWorker>();
  const compute = (n: number): Promise<number> => sleep(next() < 0.05 ? 300 : 20 * next(), resultOf(n));
  const start = async (): Promise<void> => {
    workers.add(await startWorker(await open(), { compute, concurrency: 3, shared: most === 1 }));
  };
  try {
    const ids: string[] = [];
    const submit = async (i: number): Promise<void> => {
      ids[i] = await submitNumbers(database, jobs, { numbers: asked[i], name: `${i}` });
    };
    await Promise.all([submit(0), submit(1)]);
    while (workers.size < most) await start();
    for (let blow = 0; blow < blows; blow++) {
      await sleep(500 * next());
      const one = [...workers][Math.floor(next() * workers.size)];
      const kind = next();
      if (kind < 0.3 && most > 1) {
        if (!asleep.delete(one)) {
          one.stop();
          asleep.add(one);
        } else one.wake();
        continue;
      }
      workers.delete(one);
      if (kind < 0.7 || asleep.delete(one)) await one.kill();
      else await one.leave();
      if (blow === 2) await Promise.all([submit(2), submit(3), submit(2)]);
      await start();
    }
    for (const one of asleep) one.wake();
    const limit = performance.now() + 90_000;
    for (const id of ids)
      while ((await findRun(database, id)).state !== "finished") {
        if (performance.now() > limit)
          throw new Error(
            `expected all runs to finish within 90 s, got ${JSON.stringify(await findRun(database, id))}`,
          );
        await sleep(50);
      }
    // Who was ended three times while it was alone has failed: seldom, and it is told.
    const failures = await database.query<{ reason: string; tries: number }>(
      "select reason, tries from minimand.failures",
    );
    let failed = 0;
    for (const [i, id] of ids.entries()) {
      const { "results.json": file } = await filesOf(database, id);
      const got: (number | string)[] = JSON.parse(new TextDecoder().decode(file!));
      const lost = got.filter((outcome) => typeof outcome === "string");
      failed += lost.length;
      if (lost.length === 0) expect(got).toEqual(undisturbed(asked[i]));
    }
    if (failures.length === 0) expect(failed).toBe(0);
    for (const { tries } of failures) expect(tries).toBeGreaterThanOrEqual(3);
    // An end counts against one trial at most.
    expect(failures.length).toBeLessThanOrEqual(blows / 3);
    const [{ results, trials }] = await database.query<{ results: number; trials: number }>(
      `select (select count(*)::int from minimand.results) as results,
         (select count(distinct key)::int from minimand.run_trials) as trials`,
    );
    expect(results).toBe(trials - failures.length);
  } finally {
    for (const one of workers) await one.kill();
    await jobs.end();
  }
}

describe.runIf(hasPostgres())(`workers that come and go at random${noPostgres}`, () => {
  const server = sharedPostgres({ maxConnections: 400 });

  it.concurrent.each(seeds)(
    "lose nothing and count nothing twice (seed %d)",
    async (seed) => {
      const { url } = await server.createDatabase();
      const open = (): Promise<Database> => openDatabase(postgresAddress(url), silent);
      const database = await open();
      await race(seed, database, { open, most: 4, blows: 15 });
      await database.close();
    },
    180_000,
  );
});

describe("the worker of an embedded database, killed and started again", () => {
  it("loses nothing and counts nothing twice", async () => {
    const database = await openDatabase(await freshPglite(), silent);
    await race(3, database, { open: async () => database, most: 1, blows: 4 });
    await database.close();
  }, 180_000);
});
