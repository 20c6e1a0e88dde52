import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { Database } from "../store/database.ts";
import { describeDatabases } from "../store/databases.fixture.ts";
import { putTrials } from "../store/sql-trials.ts";
import { giveUp } from "./attempts.ts";
import { claim, unclaim } from "./claims.ts";
import { environmentHash } from "./environment.ts";
import { type Jobs, openJobs, type Taken, type TrialJob } from "./jobs.ts";
import { environment, outcomesOf, resultOf, sharedNumbers, submitNumbers } from "./numbers.fixture.ts";
import { join } from "./presence.ts";
import { keepResults } from "./results.ts";
import { isSuspected, suspectedOf } from "./suspicion.ts";
import { wanted } from "./waiting.ts";

const own = environmentHash(environment, []);
const self = { worker: 1, cpu: "test" };

/** Takes all trials that there are and computes those that are wanted, as a worker does, until it is told to stop; the numbers that it computed. */
async function computing(database: Database, jobs: Jobs, signal: AbortSignal): Promise<number[]> {
  const computed: number[] = [];
  while (!signal.aborted) {
    const taken = await jobs.takeTrials(own, 10);
    const keys = await wanted(database, taken);
    const todo = taken.filter(({ data }) => keys.has(data.key));
    const done = todo.map((one) => {
      const n: number = JSON.parse(one.data.job);
      computed.push(n);
      return { taken: one, kept: resultOf(n), seconds: 1 };
    });
    await keepResults(database, jobs, self, done);
    await jobs.complete(taken.filter(({ data }) => !keys.has(data.key)));
    await sleep(20);
  }
  return computed;
}

describeDatabases("trials that others compute", (opened, it) => {
  const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

  /** Coordinators of runs of these numbers, with somebody who computes beside them. */
  async function coordinated<T>(
    names: readonly string[],
    work: (shared: ReturnType<typeof sharedNumbers>[], ids: string[]) => Promise<T>,
  ): Promise<{ answer: T; computed: number[] }> {
    const database = opened();
    const jobs = await openJobs(database);
    const end = new AbortController();
    const running = computing(database, jobs, end.signal);
    try {
      const ids: string[] = [];
      for (const name of names) ids.push(await submitNumbers(database, jobs, { numbers: [], name }));
      const signal = AbortSignal.timeout(60_000);
      const shared = ids.map((id) => sharedNumbers(database, jobs, { id, house: own }, signal));
      const answer = await work(shared, ids);
      end.abort();
      return { answer, computed: await running };
    } finally {
      end.abort();
      await running.catch(() => {});
      await jobs.end();
    }
  }

  it("come once for each place that asked, and are computed once", async () => {
    const numbers = [...range(0, 30), ...range(10, 5), 7, 7];
    const { answer, computed } = await coordinated(["a", "b"], ([a, b]) =>
      Promise.all([outcomesOf(a, numbers), outcomesOf(b, range(20, 20))]),
    );
    expect(answer[0]).toEqual(numbers.map(resultOf));
    expect(answer[1]).toEqual(range(20, 20).map(resultOf));
    expect(computed.toSorted((x, y) => x - y)).toEqual(range(0, 40));
  }, 60_000);

  it("come to two coordinators of one run, of whom one was thought to be gone", async () => {
    const numbers = range(100, 25);
    const { answer, computed } = await coordinated(["twice"], async ([one], [id]) => {
      const database = opened();
      const jobs = await openJobs(database);
      const other = sharedNumbers(database, jobs, { id, house: own }, AbortSignal.timeout(60_000));
      const both = await Promise.all([outcomesOf(one, numbers), outcomesOf(other, numbers)]);
      await jobs.end();
      return both;
    });
    expect(answer).toEqual([numbers.map(resultOf), numbers.map(resultOf)]);
    expect(computed).toHaveLength(25);
  }, 60_000);

  it("come to a coordinator whose run was cancelled and resumed before it looked", async () => {
    const database = opened();
    const { answer } = await coordinated(["resumed"], async ([shared], [id]) => {
      const asking = outcomesOf(shared, range(200, 120));
      await sleep(50);
      // As resuming does.
      await database.query("delete from minimand.run_trials where run = $1", [id]);
      return asking;
    });
    expect(answer).toEqual(range(200, 120).map(resultOf));
  }, 60_000);

  it("are claimed by whoever has taken them last, though another's word comes late", async () => {
    const database = opened();
    const jobs = await openJobs(database);
    const early = await join(database, { environment, concurrency: 1 });
    const late = await join(database, { environment, concurrency: 1 });
    await jobs.sendTrials("claimed", [{ key: "claimed", run: "claimed", job: "1" }]);
    const [first] = await jobs.takeTrials("claimed", 1);
    await jobs.fail(first.queue, first.attempt);
    const [second] = await jobs.takeTrials("claimed", 1);
    expect([second.id, second.data.ends]).toEqual([first.id, 1]);
    await claim(database, late.id, [second]);
    await claim(database, early.id, [first]);
    const claims = "select worker, retry from minimand.claims where job = $1";
    expect(await database.query(claims, [first.id])).toEqual([{ worker: late.id, retry: 1 }]);
    await unclaim(database, late.id, [second]);
    // Who gives it back hasn't tried it, and what became of others stays.
    await jobs.giveBack([second]);
    const [third] = await jobs.takeTrials("claimed", 1);
    expect(third.data).toMatchObject({ key: "claimed", tries: 0, ends: 1 });
    await jobs.complete([third]);
    for (const presence of [early, late]) await presence.leave();
    await jobs.end();
  }, 60_000);

  it("are taken apart from others once two workers have ended with them, and count what ends after that", async () => {
    const database = opened();
    const jobs = await openJobs(database);
    const asked = ["one", "two"].map((key) => ({ key, run: "apart", job: key }));
    await jobs.sendTrials("apart", asked);
    const anyWaits = async (): Promise<boolean> =>
      (await database.query(`select ${suspectedOf("$1::text")}`, ["apart"])).length > 0;
    const end = async (taken: readonly Taken<TrialJob>[]): Promise<void> => {
      for (const { queue, attempt } of taken) await jobs.fail(queue, attempt);
    };
    for (let ends = 0; ends < 2; ends++) {
      const taken = await jobs.takeTrials("apart", 3);
      expect(taken.map(({ data }) => [data.tries, data.ends])).toEqual([
        [0, ends],
        [0, ends],
      ]);
      expect(taken.some(({ data }) => isSuspected(data))).toBe(false);
      await end(taken);
    }
    expect(await anyWaits()).toBe(false);
    const [one, two] = await jobs.takeTrials("apart", 3);
    expect([one, two].every(({ data }) => isSuspected(data))).toBe(true);
    await jobs.giveBack([one, two]);
    // Who asks again doesn't bring them back among others.
    await jobs.sendTrials("apart", asked);
    expect(await jobs.takeTrials("apart", 3)).toEqual([]);
    const suspected = (await jobs.takeSuspected("apart"))!;
    expect(suspected.data).toMatchObject({ tries: 0, ends: 2 });
    await jobs.giveBack([suspected]);
    for (let tries = 0; tries < 3; tries++) {
      const both = [await jobs.takeSuspected("apart"), await jobs.takeSuspected("apart")].map((it) => it!);
      expect(both.map(({ data }) => [data.tries, data.ends])).toEqual([
        [tries, 2],
        [tries, 2],
      ]);
      expect(await anyWaits()).toBe(false);
      await end(both);
    }
    // A busy worker leaves them to others for some minutes, and then one does.
    expect([await anyWaits(), await jobs.anyOverdue("apart")]).toEqual([true, false]);
    await database.query(
      "update minimand_queue.job set created_on = created_on - interval '11 minutes' where name = 'trial-apart'",
    );
    const overdue = [1, 2, 3].map(() => jobs.anyOverdue("apart"));
    expect((await Promise.all(overdue)).filter(Boolean)).toHaveLength(2);
    for (const own of [await jobs.takeSuspected("apart"), await jobs.takeSuspected("apart")])
      await jobs.complete([own!]);
    expect(await anyWaits()).toBe(false);
    await jobs.end();
  }, 60_000);

  it("are computed again where a result is damaged, and fail with their reason", async () => {
    const database = opened();
    const jobs = await openJobs(database);
    const signal = AbortSignal.timeout(60_000);
    const id = await submitNumbers(database, jobs, { numbers: [], name: "damage" });
    const shared = sharedNumbers(database, jobs, { id, house: own }, signal);
    const asking = outcomesOf(shared, [600, 601]);
    const take = async (count: number): Promise<Awaited<ReturnType<typeof jobs.takeTrials>>> => {
      const taken: Awaited<ReturnType<typeof jobs.takeTrials>> = [];
      while (taken.length < count) {
        taken.push(...(await jobs.takeTrials(own, count - taken.length)));
        await sleep(20, undefined, { signal });
      }
      return taken;
    };
    const taken = await take(2);
    const [bad, good] = taken.toSorted((a, b) => a.data.job.localeCompare(b.data.job));
    await putTrials(database, [{ key: bad.data.key, kept: 1801, seconds: 1 }], self);
    await database.query("update minimand.results set sha256 = 'damaged' where key = $1", [bad.data.key]);
    await keepResults(database, jobs, self, [{ taken: bad, kept: 1801, seconds: 1 }]);
    await giveUp(database, good.data);
    await jobs.complete([good]);
    const again = await take(1);
    expect(again.map(({ data }) => data.job)).toEqual(["600"]);
    await keepResults(database, jobs, self, [{ taken: again[0], kept: 1801, seconds: 1 }]);
    expect(await asking).toEqual([1801, "its workers ended or were not heard of any more"]);
    await jobs.end();
  }, 60_000);
});
