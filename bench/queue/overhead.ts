/* What the queue adds to trials of 100 ms, beside the folder of a run without a store. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openStore } from "../../packages/cli/src/files/store.ts";
import type { TestPostgres } from "../../test/support/postgres.ts";
import { median } from "../adam-step.ts";
import { isKept, keptOf } from "./bench-run.ts";
import { begin, computed, openSession, startCrew } from "./crew.ts";

const milliseconds = 100;
/** Trials at a time. */
const concurrency = 2;

export interface Overhead {
  /** Milliseconds a trial and slot, of a folder and of a store: medians. */
  folder: number;
  store: number;
  /** Of the time on a folder, what a store adds: the median of the rounds. */
  share: number;
  /** The same of processor time, in milliseconds a trial. */
  folderProcessor: number;
  storeProcessor: number;
  /** Statements a trial of the worker. */
  statements: number;
}

/** Rounds of so many trials, on a folder and on a store in turn. */
export async function overhead(server: TestPostgres, trials: number, rounds: number): Promise<Overhead> {
  const { url } = await server.createDatabase();
  await using session = await openSession("postgres:", { DATABASE_URL: url });
  await using crew = await startCrew(url, 1, concurrency);
  const onStore = async (round: number) => {
    const run = await begin(session, { name: `round ${round}`, trials, milliseconds });
    const [before] = await crew.stats();
    for await (const _ of computed(session, run));
    const [{ ends, processor, statements }] = await crew.stats();
    return {
      time: perTrial(ends.map(([, at]) => at)),
      processor: (processor - before.processor) / trials,
      statements: (statements - before.statements) / trials,
    };
  };
  await onStore(-1);
  await onFolder(trials);
  const found = [];
  for (let round = 0; round < rounds; round++)
    found.push({ folder: await onFolder(trials), store: await onStore(round) });
  return {
    folder: median(found.map(({ folder }) => folder.time)),
    store: median(found.map(({ store }) => store.time)),
    share: median(found.map(({ folder, store }) => store.time / folder.time - 1)),
    folderProcessor: median(found.map(({ folder }) => folder.processor)),
    storeProcessor: median(found.map(({ store }) => store.processor)),
    statements: median(found.map(({ store }) => store.statements)),
  };
}

/** The slots of a run without a store: each keeps its trial before the next. */
async function onFolder(trials: number) {
  const folder = mkdtempSync(join(tmpdir(), "minimand-bench-"));
  try {
    const store = await openStore(folder, isKept);
    const before = process.cpuUsage();
    const ends: number[] = [];
    let next = 0;
    const slot = async (): Promise<void> => {
      while (next < trials) {
        const trial = next++;
        await sleep(milliseconds);
        ends.push(performance.now());
        await store.put({ bench: "folder", trial }, keptOf(trial));
      }
    };
    await Promise.all(Array.from({ length: concurrency }, slot));
    const { user, system } = process.cpuUsage(before);
    return { time: perTrial(ends), processor: (user + system) / 1000 / trials };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Milliseconds a trial and slot, once all slots are at work. */
function perTrial(ends: readonly number[]): number {
  const sorted = ends.toSorted((a, b) => a - b);
  const first = concurrency - 1;
  return (concurrency * (sorted[sorted.length - 1] - sorted[first])) / (sorted.length - 1 - first);
}
