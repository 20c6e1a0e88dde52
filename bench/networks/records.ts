import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { keepPrediction, predictionKept } from "../../packages/compare/src/train/kept-predictions.ts";
import type { Arm, Made } from "./arm.ts";
import type { Plan } from "./plans.ts";

/** What decides a result: a table, an arm with its version, a plan, a seed and a fold. */
export interface Job {
  table: string;
  /** The first 8 digits of the table's SHA-256. */
  sha256: string;
  arm: string;
  /** Versions of the arm and of those that it combines. */
  version: string;
  plan: Plan["name"];
  seed: number;
  fold: number;
}

/** A result; each is a line of the file. */
export interface BenchRecord extends Job {
  score: number;
  /** Rows of the table that are used, which are drawn where it has more. */
  rows: number;
  /** Processor seconds. */
  seconds: number;
  diverged?: true;
}

/** The values of a line, in this order: with their names the file would be twice as long. */
const names = [
  ...["table", "sha256", "arm", "version", "plan", "seed", "fold"],
  ...["score", "rows", "seconds", "diverged"],
] as (keyof BenchRecord)[];

const lineOf = (record: BenchRecord): string =>
  JSON.stringify(names.map((name) => record[name]).filter((value) => value !== undefined));

function recordOf(line: string): BenchRecord {
  const values: unknown[] = JSON.parse(line);
  return Object.fromEntries(values.map((value, i) => [names[i], value])) as unknown as BenchRecord;
}

export const keyOf = ({ table, sha256, arm, version, plan, seed, fold }: Job): string =>
  [table, sha256, arm, version, plan, seed, fold].join(" ");

/** The version of an arm in keys: it changes also when an arm that it combines does. */
export const versionOf = ({ version, combines }: Arm, all: readonly Arm[]): string =>
  [version, ...(combines?.arms ?? []).map((name) => all.find((other) => other.name === name)!.version)].join(
    ".",
  );

/** Reads the records of a file, one of each job; a line that was cut off at the end is taken away. */
export function readRecords(file: string): BenchRecord[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  if (whole !== text) writeFileSync(file, whole);
  const records = whole.split("\n").filter(Boolean).map(recordOf);
  // Two runs at once may have done the same job.
  return [...new Map(records.map((record) => [keyOf(record), record])).values()];
}

/** Adds a record by a single write. */
export function appendRecord(file: string, record: BenchRecord): void {
  appendFileSync(file, `${lineOf(record)}\n`);
}

const pathOf = (folder: string, job: Job): string => `${folder}/${keyOf(job).replaceAll(" ", "/")}.json`;

/** Keeps the predictions of a job for arms that combine them. */
export function storePrediction(folder: string, job: Job, rows: Int32Array, made: Made): void {
  const path = pathOf(folder, job);
  mkdirSync(dirname(path), { recursive: true });
  const { prediction, ...other } = made;
  writeFileSync(`${path}.part`, JSON.stringify({ ...other, ...keepPrediction(rows, prediction) }));
  renameSync(`${path}.part`, path);
}

/** Reads them; null where there are none. */
export function storedPrediction(folder: string, job: Job): Made | null {
  const path = pathOf(folder, job);
  if (!existsSync(path)) return null;
  const { seconds, ...kept } = JSON.parse(readFileSync(path, "utf8"));
  return { seconds, prediction: predictionKept(kept).prediction };
}
