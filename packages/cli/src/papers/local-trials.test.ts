import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pool } from "@minimand/compare";
import {
  drive,
  isOutcomeOf,
  type LocalTrialsOptions,
  localTrials,
  type PapersHost,
  papersHost,
  type ReproductionReport,
  type TrialOutcome,
} from "@minimand/papers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { progressOnStderr } from "../commands/reproduce/progress-on-stderr.ts";
import { Interrupted } from "../failure.ts";
import { openStore } from "../files/store.ts";
import { dataInPlaces } from "./data-in-places.ts";
import { squares } from "./squares.fixture.ts";

/** A pool whose jobs end when the test says so, in any order. */
function manualPool() {
  const jobs: { spec: unknown; end: () => void; fail: (error: Error) => void }[] = [];
  let destroyed = false;
  const pool: Pool<unknown, TrialOutcome> = {
    run: (spec) =>
      new Promise((resolve, reject) => {
        const end = () => resolve({ result: Number(spec) ** 2, seconds: 2 });
        jobs.push({ spec, end, fail: reject });
      }),
    async destroy() {
      destroyed = true;
      for (const { fail } of jobs) fail(new Error("terminated"));
    },
  };
  return { pool, jobs, isDestroyed: () => destroyed };
}

/** A pool that does at once what it is asked, and counts. */
function quickPool() {
  const specs: unknown[] = [];
  const pool: Pool<unknown, TrialOutcome> = {
    async run(spec) {
      specs.push(spec);
      return { result: Number(spec) ** 2, seconds: 1 };
    },
    async destroy() {},
  };
  return { pool, specs };
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "minimand-papers-"));
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const storedTrials = async (): Promise<number> => (await readdir(join(folder, "trials"))).length;
const said = (): string =>
  vi
    .mocked(process.stderr.write)
    .mock.calls.map(([text]) => String(text))
    .join("");

async function hostWith(
  pool: Pool<unknown, TrialOutcome>,
  { seeds, ...more }: Partial<LocalTrialsOptions> & { seeds?: number } = {},
): Promise<PapersHost> {
  const { signal } = new AbortController();
  const source = localTrials({
    store: await openStore(folder, isOutcomeOf("number")),
    startPool: () => pool,
    inFlight: 2,
    context: { code: "a" },
    signal,
    ...more,
  });
  const data = dataInPlaces([], []);
  return papersHost({
    scale: "default",
    seeds: seeds ?? null,
    firstSeed: null,
    data,
    source,
    signal: more.signal ?? signal,
  });
}

async function report(host: PapersHost): Promise<ReproductionReport> {
  return drive(squares.run(host), host, progressOnStderr(host));
}

describe("papersHost", () => {
  it("gives the report of the generator, with every trial run once and counted", async () => {
    const { pool, specs } = quickPool();
    const host = await hostWith(pool);
    expect(await report(host)).toMatchObject({ rows: [{ sum: 55 }], verdict: "reproduced" });
    expect(specs).toEqual([1, 2, 3, 4, 5]);
    expect(host.trialsSoFar).toEqual({ total: 5, kept: 0, seconds: 5 });
    expect(said()).toContain("a word before the first trial\n");
  });

  it("runs only what is missing, and starts no worker when nothing is", async () => {
    await report(await hostWith(quickPool().pool));
    const more = quickPool();
    const host = await hostWith(more.pool, { seeds: 7 });
    expect(await report(host)).toMatchObject({ rows: [{ sum: 140 }], verdict: "reproduced" });
    expect(more.specs).toEqual([6, 7]);
    expect(host.trialsSoFar).toEqual({ total: 7, kept: 5, seconds: 7 });
    const startPool = vi.fn();
    const again = await hostWith(more.pool, { seeds: 7, startPool });
    expect(await report(again)).toMatchObject({ rows: [{ sum: 140 }] });
    expect(startPool).not.toHaveBeenCalled();
  });

  it("runs damaged trials again, and says how many", async () => {
    await report(await hostWith(quickPool().pool));
    const [one, two] = await readdir(join(folder, "trials"));
    for (const name of [one, two]) {
      const path = join(folder, "trials", name);
      await writeFile(path, (await readFile(path, "utf8")).replace('"result":', '"result":1'));
    }
    const more = quickPool();
    expect(await report(await hostWith(more.pool))).toMatchObject({ rows: [{ sum: 55 }] });
    expect(more.specs).toHaveLength(2);
    expect(said()).toContain(
      "2 kept trials are damaged, or of a version that wrote no checksums: run again\n",
    );
  });

  it("takes trials of other code or data for what they are: other trials", async () => {
    await report(await hostWith(quickPool().pool));
    const other = quickPool();
    await report(await hostWith(other.pool, { context: { code: "b" } }));
    expect(other.specs).toHaveLength(5);
    expect(await storedTrials()).toBe(10);
  });

  it("keeps so many trials in flight, whatever order they end in", async () => {
    const { pool, jobs } = manualPool();
    const finished = report(await hostWith(pool));
    await vi.waitFor(() => expect(jobs).toHaveLength(2));
    jobs[1].end();
    await vi.waitFor(() => expect(jobs).toHaveLength(3));
    jobs[2].end();
    await vi.waitFor(() => expect(jobs).toHaveLength(4));
    jobs[3].end();
    await vi.waitFor(() => expect(jobs).toHaveLength(5));
    jobs[4].end();
    jobs[0].end();
    expect(await finished).toMatchObject({ verdict: "reproduced" });
  });

  it("keeps finished trials when it is interrupted, stops the workers and says how many", async () => {
    const controller = new AbortController();
    const { pool, jobs, isDestroyed } = manualPool();
    const host = await hostWith(pool, { signal: controller.signal });
    const finished = report(host);
    const refused = expect(finished).rejects.toThrow(
      new Interrupted(
        "interrupted before a verdict: what was finished is kept (1 trial); the same command continues",
      ),
    );
    await vi.waitFor(() => expect(jobs).toHaveLength(2));
    jobs[0].end();
    await vi.waitFor(() => expect(jobs).toHaveLength(3));
    controller.abort();
    await refused;
    await expect(finished).rejects.toBeInstanceOf(Interrupted);
    expect(isDestroyed()).toBe(true);
    expect(await storedTrials()).toBe(1);
    const rest = quickPool();
    expect(await report(await hostWith(rest.pool))).toMatchObject({ rows: [{ sum: 55 }] });
    expect(rest.specs).toEqual([2, 3, 4, 5]);
  });

  it("passes on the fault of a trial, and stops the workers", async () => {
    const { pool, jobs, isDestroyed } = manualPool();
    const finished = report(await hostWith(pool));
    const refused = expect(finished).rejects.toThrow(
      new RangeError("tau: expected a finite number, got NaN"),
    );
    await vi.waitFor(() => expect(jobs).toHaveLength(2));
    jobs[1].fail(new RangeError("tau: expected a finite number, got NaN"));
    await refused;
    expect(isDestroyed()).toBe(true);
  });
});
