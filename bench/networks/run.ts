import type { Arm, Made } from "./arm.ts";
import { type Plan, type Split, splitsOf } from "./plans.ts";
import type { BenchTable } from "./read.ts";
import {
  appendRecord,
  type Job,
  keyOf,
  readRecords,
  storedPrediction,
  storePrediction,
  versionOf,
} from "./records.ts";
import { scoreOf } from "./score.ts";

/** A table as it is planned with. */
export interface Planned {
  id: string;
  sha256: string;
  /** Rows that are used. */
  used: number;
}

/** Where results go. */
export interface Places {
  /** The file of records. */
  file: string;
  /** The folder of predictions. */
  predictions: string;
}

const digits = 8;

/** All jobs in their order: seed by seed, table by table, arm by arm. Arms that need all seeds come with the last one. */
export function jobsOf(tables: readonly Planned[], arms: readonly Arm[], plan: Plan, all = arms): Job[] {
  const seeds = Array.from({ length: plan.seeds }, (_, seed) => seed);
  const last = plan.seeds - 1;
  return seeds.flatMap((turn) =>
    tables.flatMap(({ id, sha256 }) =>
      arms.flatMap((arm) => {
        const own = !arm.combines?.allSeeds ? [turn] : turn === last ? seeds : [];
        const of = { table: id, sha256: sha256.slice(0, digits), arm: arm.name };
        return own.flatMap((seed) =>
          Array.from({ length: plan.folds }, (_, fold): Job => {
            return { ...of, version: versionOf(arm, all), plan: plan.name, seed, fold };
          }),
        );
      }),
    ),
  );
}

/**
 * Runs the jobs that have no record, one after the other.
 *
 * @param options `hasTime`: asked before each job. `read`: reads a table by its id
 * @returns how many jobs ran
 */
export async function runMissing(
  jobs: readonly Job[],
  options: {
    arms: readonly Arm[];
    plan: Plan;
    places: Places;
    read(id: string): Promise<BenchTable>;
    hasTime(): boolean;
  },
): Promise<number> {
  const { arms, plan, places, read, hasTime } = options;
  const done = new Set(readRecords(places.file).map(keyOf));
  let open = null as { table: BenchTable; splits: Map<number, Split[]> } | null;
  let count = 0;
  for (const job of jobs) {
    if (done.has(keyOf(job))) continue;
    if (!hasTime()) break;
    const arm = arms.find(({ name }) => name === job.arm)!;
    if (open?.table.id !== job.table) open = { table: await read(job.table), splits: new Map() };
    const { table, splits } = open;
    if (!splits.has(job.seed)) splits.set(job.seed, splitsOf(table, plan, job.seed));
    const split = splits.get(job.seed)![job.fold];
    const made = await madeBy(arm, { job, table, split, arms, places });
    if (made === null) continue;
    storePrediction(places.predictions, job, split.test, made);
    const rows = table.used;
    const score = Number(scoreOf(table.dataset, split.test, made.prediction).toPrecision(5));
    const seconds = Number(made.seconds.toPrecision(2));
    appendRecord(places.file, {
      ...job,
      ...{ score, rows, seconds },
      ...(made.diverged && { diverged: true }),
    });
    done.add(keyOf(job));
    count++;
  }
  return count;
}

class Missing extends Error {}

/** Null where predictions that the arm combines are missing. */
async function madeBy(
  arm: Arm,
  of: { job: Job; table: BenchTable; split: Split; arms: readonly Arm[]; places: Places },
): Promise<Made | null> {
  const { job, table, split, arms, places } = of;
  const earlier = (name: string, seed: number, fold: number): Made => {
    const other = arms.find((one) => one.name === name)!;
    const asked = { ...job, arm: name, version: versionOf(other, arms), seed, fold };
    const found = storedPrediction(places.predictions, asked);
    if (found === null) throw new Missing();
    return found;
  };
  try {
    return await arm.run(table, split, job.seed, earlier);
  } catch (error) {
    if (error instanceof Missing) return null;
    throw error;
  }
}
