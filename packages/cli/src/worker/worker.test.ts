import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { TestDatabase } from "../../../../test/support/postgres.ts";
import { hasPostgres, noPostgres, sharedPostgres } from "../../../../test/support/shared-postgres.ts";
import { type Jobs, openJobs } from "../queue/jobs.ts";
import {
  environment,
  type NumbersRequest,
  resultOf,
  submitNumbers,
  undisturbed,
} from "../queue/numbers.fixture.ts";
import { removeRun } from "../queue/remove-run.ts";
import { cancelRun, eventsOf, filesOf, findRun, reviveRun, setProgress } from "../queue/run-store.ts";
import type { Database } from "../store/database.ts";
import { postgresAddress, silent } from "../store/databases.fixture.ts";
import { lock as migrationLock } from "../store/migrate.ts";
import { openDatabase } from "../store/open-database.ts";
import { inStore } from "./on-store.ts";
import { type NumbersOptions, type NumbersWorker, startWorker } from "./workers.fixture.ts";

/** Starts something on a database that ends with the signal; what comes of it. */
type Starting = (database: TestDatabase, signal: AbortSignal) => Promise<unknown>;

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
const never = (): Promise<never> => new Promise(() => {});

/** Waits until something is so. */
async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (const limit = performance.now() + 90_000; !(await holds()); await sleep(30))
    if (performance.now() > limit) throw new Error(`expected ${what} within 90 s`);
}

// Side by side: mostly they wait.
describe.runIf(hasPostgres()).concurrent(`workers of a store${noPostgres}`, () => {
  const server = sharedPostgres({ maxConnections: 300 });

  /** A store of its own with somebody who does nothing but look for workers that are gone, and what tests do with it. */
  async function withStore(
    body: (store: {
      database: Database;
      jobs: Jobs;
      submit: (request: NumbersRequest) => Promise<string>;
      worker: (options?: Partial<NumbersOptions>) => Promise<NumbersWorker>;
      /** What came of a run, once it is at its end. */
      outcomes: (id: string) => Promise<(number | string)[]>;
      said: (id: string) => Promise<string>;
    }) => Promise<void>,
    { suffix = "" }: { suffix?: string } = {},
  ): Promise<void> {
    const { url } = await server.createDatabase();
    const open = (rest = suffix): Promise<Database> => openDatabase(postgresAddress(url + rest), silent);
    const database = await open("");
    const jobs = await openJobs(database);
    const workers: NumbersWorker[] = [];
    const worker = async (options: Partial<NumbersOptions> = {}): Promise<NumbersWorker> => {
      const started = await startWorker(await open(), { shared: false, ...options });
      workers.push(started);
      return started;
    };
    try {
      await worker({ environment: { ...environment, code: "another" }, concurrency: 1 });
      await body({
        database,
        jobs,
        worker,
        submit: (request) => submitNumbers(database, jobs, request),
        async outcomes(id) {
          await until(`the end of run ${id}`, async () => {
            const { state, reason } = await findRun(database, id);
            if (state === "failed" || state === "cancelled") throw new Error(`${state}: ${reason}`);
            return state === "finished";
          });
          const { "results.json": file } = await filesOf(database, id);
          return JSON.parse(new TextDecoder().decode(file!));
        },
        said: async (id) => (await eventsOf(database, id, 100)).map(({ text }) => text).join("\n"),
      });
    } finally {
      for (const one of workers) await one.kill();
      await jobs.end();
      await database.close();
    }
  }

  for (const [how, suffix] of [
    ["by its lock", ""],
    ["by its silence, behind a pooler", "?pooled=true"],
  ])
    it(`take over what a killed one had, of which they know ${how}`, async () => {
      await withStore(
        async ({ submit, worker, outcomes, said, database }) => {
          const numbers = range(1, 20);
          const id = await submit({ numbers, name: "killed" });
          const killed = await worker({
            concurrency: 3,
            compute: (n) => (n % 5 === 0 ? never() : sleep(5, resultOf(n))),
          });
          await until("trials that hang", () => killed.begun.filter((n) => n % 5 === 0).length === 3);
          await until("results", async () => {
            const [{ count }] = await database.query<{ count: number }>(
              "select count(*)::int as count from minimand.results",
            );
            return count === killed.begun.length - 3;
          });
          await killed.kill();
          const other = await worker();
          expect(await outcomes(id)).toEqual(undisturbed(numbers));
          // What was finished is not computed again, by the second coordinator either.
          expect(new Set([...killed.begun, ...other.begun]).size).toBe(40);
          expect(killed.begun.length + other.begun.length).toBe(43);
          expect(await said(id)).toMatch(
            suffix === ""
              ? /worker \d+ \(process \d+ on \S+\) is gone/
              : /worker \d+ \(.*\) was not heard of/,
          );
        },
        { suffix },
      );
    }, 120_000);

  it("count nothing twice where one is stopped, is thought to be gone, and wakes", async () => {
    await withStore(async ({ submit, worker, outcomes, said, database }) => {
      const numbers = range(1, 12);
      const wake = Promise.withResolvers<void>();
      const id = await submit({ numbers, name: "stopped" });
      const stopped = await worker({
        compute: async (n) => {
          if (n > 4) await wake.promise;
          return resultOf(n);
        },
      });
      await until("trials that hang", () => stopped.begun.filter((n) => n > 4).length === 2);
      stopped.stop();
      const other = await worker({ compute: (n) => sleep(n === 6 ? 3000 : 5, resultOf(n)) });
      // The one is done by then, and the other isn't.
      await until(
        "the other to have begun what hangs",
        () => other.begun.includes(5) && other.begun.includes(6),
      );
      await sleep(100);
      wake.resolve();
      stopped.wake();
      expect(await outcomes(id)).toEqual(undisturbed(numbers));
      expect(await said(id)).toMatch(/was not heard of any more: others have its work/);
      const [{ count }] = await database.query<{ count: number }>(
        "select count(*)::int as count from minimand.results",
      );
      expect(count).toBe(24);
      // Both go on with what comes next, the one that was stopped as a coordinator, too.
      await other.leave();
      const next = await submit({ numbers: range(50, 5), name: "next" });
      expect(await outcomes(next)).toEqual(undisturbed(range(50, 5)));
      expect(stopped.begun).toContain(50);
    });
  }, 120_000);

  it("give up what has ended three of them alone, and nothing else", async () => {
    await withStore(async ({ submit, worker, outcomes, said }) => {
      const numbers = range(1, 30);
      const id = await submit({ numbers, name: "poison" });
      const begun: number[] = [];
      const start = (): Promise<NumbersWorker> => worker({ concurrency: 3, compute: poisoned });
      let ends = 0;
      async function poisoned(n: number, self: NumbersWorker): Promise<number> {
        begun.push(n);
        // Those beside it take long enough to go with it.
        if (n !== 8) return sleep(n === 7 || n === 9 ? 50 : 5, resultOf(n));
        ends++;
        await self.kill();
        // Somebody starts it again, as systemd does.
        await start();
        return never();
      }
      await start();
      const reason = "the worker that computed it ended";
      expect(await outcomes(id)).toEqual(undisturbed(numbers, new Map([[8, reason]])));
      // Twice beside others, and three times alone.
      expect(ends).toBe(5);
      expect(begun.filter((n) => n === 7).length).toBeLessThanOrEqual(3);
      expect(await said(id)).toContain("is gone: others have its work");
      expect(await said(id)).toMatch(/that several workers have ended with (is|are each) tried alone/);
    });
  }, 120_000);

  it("never give up a trial for what ends beside it, though other hands end them, too", async () => {
    await withStore(async ({ submit, worker, outcomes }) => {
      const [poison, innocent] = [1, 2];
      const numbers = [poison, innocent];
      const id = await submit({ numbers, name: "innocent" });
      const start = (): Promise<NumbersWorker> => worker({ compute });
      const ends = { poison: 0, others: 0 };
      async function compute(n: number, self: NumbersWorker): Promise<number> {
        const isBeside = n === innocent && self.begun.includes(poison);
        if (isBeside) return never();
        const by = n === poison ? "poison" : n === innocent && ends.others < 2 ? "others" : null;
        if (by === null) return resultOf(n);
        ends[by]++;
        await self.kill();
        await start();
        return never();
      }
      await start();
      const reason = "the worker that computed it ended";
      expect(await outcomes(id)).toEqual(undisturbed(numbers, new Map([[poison, reason]])));
      // The innocent one was there at two ends by the poison, and at two more that count.
      expect(ends).toEqual({ poison: 5, others: 2 });
    });
  }, 120_000);

  it("try what has ended them before others that never cease, once it has waited for long", async () => {
    await withStore(async ({ submit, worker, outcomes, said, database }) => {
      let ends = 0;
      const busy = new Map<NumbersWorker, number>();
      const add = (self: NumbersWorker, n: number) => busy.set(self, (busy.get(self) ?? 0) + n);
      const start = (): Promise<NumbersWorker> => worker({ compute });
      async function compute(n: number, self: NumbersWorker): Promise<number> {
        if (n !== 1) {
          add(self, 1);
          return sleep(50, resultOf(n)).finally(() => add(self, -1));
        }
        if (ends === 2) {
          expect(busy.get(self) ?? 0).toBe(0);
          return resultOf(n);
        }
        ends++;
        await self.kill();
        await start();
        return never();
      }
      const id = await submit({ numbers: [1], name: "suspected" });
      await submit({ numbers: range(10, 2000), name: "others" });
      await start();
      await until("one that is suspected, and has waited for long", async () => {
        const waits = await database.query(
          `update minimand_queue.job set created_on = created_on - interval '11 minutes'
           where priority = -2147483648 and data->>'run' = $1 returning id`,
          [id],
        );
        return waits.length > 0;
      });
      await start();
      expect(await outcomes(id)).toEqual(undisturbed([1]));
      expect((await database.query("select key from minimand.results")).length).toBeLessThan(2000);
      expect(await said(id)).toContain("a trial that several workers have ended with is tried alone");
    });
  }, 120_000);

  it("try again what fails, and keep the reason of what fails three times", async () => {
    await withStore(async ({ submit, worker, outcomes, said }) => {
      const numbers = range(1, 10);
      const id = await submit({ numbers, name: "throws" });
      const tried = new Map<number, number>();
      const compute = async (n: number): Promise<number> => {
        tried.set(n, (tried.get(n) ?? 0) + 1);
        if (n === 3) throw new Error("three is no number");
        if (n === 4 && tried.get(n)! < 3) throw new Error("not yet");
        return resultOf(n);
      };
      await worker({ compute });
      expect(await outcomes(id)).toEqual(undisturbed(numbers, new Map([[3, "three is no number"]])));
      expect([tried.get(3), tried.get(4), tried.get(5)]).toEqual([3, 3, 1]);
      expect(await said(id)).toContain("a trial failed (attempt 2 of 3): not yet");
    });
  }, 120_000);

  it("give back what they have when they leave, and an attempt is not counted then", async () => {
    await withStore(async ({ submit, worker, outcomes, database }) => {
      const numbers = range(1, 6);
      const id = await submit({ numbers, name: "left" });
      for (let times = 0; times < 4; times++) {
        const leaving = await worker({ compute: never });
        await until("trials that hang and a coordinator", () => {
          return leaving.begun.length === 2 && leaving.log.some((line) => line.startsWith(`run ${id}: `));
        });
        await leaving.leave();
      }
      const [{ count }] = await database.query<{ count: number }>(
        "select count(*)::int as count from minimand.claims",
      );
      expect(count).toBe(0);
      await worker();
      expect(await outcomes(id)).toEqual(undisturbed(numbers));
    });
  }, 120_000);

  it("end a run whose coordination ends each of them", async () => {
    await withStore(async ({ submit, worker, database }) => {
      const id = await submit({ numbers: [1], name: "ends its coordinator" });
      let ends = 0;
      const start = (): Promise<NumbersWorker> => {
        const started: Promise<NumbersWorker> = worker({
          async coordinate() {
            ends++;
            await (await started).kill();
            await start();
            return never();
          },
        });
        return started;
      };
      await start();
      await until("a failure", async () => (await findRun(database, id)).state === "failed");
      expect((await findRun(database, id)).reason).toBe(
        "its coordinator ended 3 times without news of a trial",
      );
      expect(ends).toBe(3);
    });
  }, 120_000);

  it("go on with a run that is cancelled and resumed before its coordinator has noticed", async () => {
    await withStore(async ({ submit, worker, outcomes, database, jobs }) => {
      const numbers = range(1, 10);
      const id = await submit({ numbers, name: "resumed" });
      const go = Promise.withResolvers<void>();
      const { begun } = await worker({ compute: (n) => go.promise.then(() => resultOf(n)) });
      await until("work", () => begun.length === 2);
      await cancelRun(database, id);
      await reviveRun(database, id);
      await jobs.sendRun((await findRun(database, id)).house, id);
      go.resolve();
      expect(await outcomes(id)).toEqual(undisturbed(numbers));
    });
  }, 120_000);

  it("can be ended where the database doesn't answer while they open it, and while they join", async () => {
    const before = process.env.PGPASSWORD;
    process.env.PGPASSWORD = server.password;
    const ending = new Error("ended");
    const opened: Starting = ({ address }, signal) =>
      inStore(address, async () => "open", signal).catch((error: unknown) => error);
    const joined: Starting = async ({ url }, signal) => {
      const one = await startWorker(await openDatabase(postgresAddress(url), silent), { shared: false });
      signal.addEventListener("abort", () => void one.leave());
      return one.ended.then(() => "left");
    };
    const endsThough = async (lock: string, start: Starting, outcome: unknown): Promise<void> => {
      const own = await server.createDatabase();
      const database = await openDatabase(postgresAddress(own.url), silent);
      await (await openJobs(database)).end();
      await database.transaction(async (sql) => {
        await sql.query(lock);
        const stop = new AbortController();
        const result = start(own, stop.signal);
        await until(`somebody waiting for: ${lock}`, async () => {
          const waiting = "select from pg_stat_activity where datname = $1 and wait_event_type = 'Lock'";
          return (await server.query(waiting, [own.name])).length > 0;
        });
        stop.abort(ending);
        expect(await result, lock).toBe(outcome);
      });
      await database.close();
    };
    try {
      await Promise.all([
        endsThough(`select pg_advisory_xact_lock(${migrationLock.join(", ")})`, opened, ending),
        endsThough("lock table minimand_queue.version", opened, ending),
        endsThough("lock table minimand.workers", joined, "left"),
      ]);
    } finally {
      if (before === undefined) delete process.env.PGPASSWORD;
      else process.env.PGPASSWORD = before;
    }
  }, 120_000);

  it("compute once what two runs have in common", async () => {
    await withStore(async ({ submit, worker, outcomes, database }) => {
      const two = await Promise.all([worker(), worker()]);
      const [a, b] = await Promise.all([
        submit({ numbers: range(1, 40), name: "a" }),
        submit({ numbers: range(21, 40), name: "b" }),
      ]);
      const early = { done: 9, total: 14, label: "trials", left: 1000 };
      await setProgress(database, b, early);
      expect(await outcomes(a)).toEqual(undisturbed(range(1, 40)));
      expect(await outcomes(b)).toEqual(undisturbed(range(21, 40)));
      // Whoever has kept a result has done with its job, in one go.
      const jobs = "select name from minimand_queue.job where name like 'trial-%'";
      expect(await database.query(jobs)).toEqual([]);
      const begun = two.flatMap((one) => one.begun);
      expect(begun).toHaveLength(60 + 80);
      expect(new Set(begun).size).toBe(140);
      await setProgress(database, b, early);
      expect(await findRun(database, b)).toMatchObject({ done: 14, total: 14, left: 0 });
      const kept = "select count(*)::int as trials from minimand.results";
      for (const [run, trials] of [[a, 80] as const, [b, 0] as const]) {
        expect(await removeRun(database, run)).toBe(true);
        expect(await database.query(kept)).toEqual([{ trials }]);
      }
      expect(await database.query("select sha256 from minimand.blobs")).toEqual([]);
    });
  }, 120_000);
});
