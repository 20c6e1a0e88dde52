import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import {
  type Dataset,
  type Fold,
  innerSplit,
  makeDataset,
  pickRows,
  readTable,
  sampleRows,
} from "@minimand/compare";
import type { Source } from "./sources.ts";

/** At most so many rows of a table are used. */
const mostRows = 5000;
/** Classes with fewer of these rows are left out: each of five folds of 70 % has at least two. */
const leastOfClass = 15;
const seed = 37;

/** A table as the bench uses it. */
export interface BenchTable {
  id: string;
  sha256: string;
  /** Rows that the bench uses. */
  used: number;
  /** Those that arms train and are tested on. */
  dataset: Dataset;
}

/** Reads a table as the product does, with all of its rows. */
export async function readSource({ id, file, target, task, sha256 }: Source): Promise<Dataset> {
  const bytes = readFileSync(file);
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== sha256) throw new Error(`${id}: expected SHA-256 ${sha256}, got ${found}`);
  const name = file.slice(file.lastIndexOf("/") + 1);
  const table = await readTable(new Uint8Array(gunzipSync(bytes)), { name: name.replace(/\.gz$/, "") });
  return makeDataset(table, { target, task });
}

/** Draws rows, and leaves out classes that have few of them. */
export function prepare(all: Dataset): Dataset {
  return withoutRareClasses(all.rows > mostRows ? sampleRows(all, mostRows, seed) : all);
}

/** Draws the outer 70/30 split, within classes or along the target. */
export function outerSplit(dataset: Dataset): Fold {
  const all = Int32Array.from({ length: dataset.rows }, (_, row) => row);
  const { fit, validation } = innerSplit(dataset, all, { fraction: 0.3, seed });
  return { train: fit, test: validation };
}

/** Reads the table of a source: all of its rows, or the 70 % alone. */
export async function readBenchTable(source: Source, rows: "all" | "seen"): Promise<BenchTable> {
  const { id, sha256 } = source;
  const all = prepare(await readSource(source));
  const dataset = rows === "all" ? all : pickRows(all, outerSplit(all).train);
  return { id, sha256, used: all.rows, dataset };
}

function withoutRareClasses(dataset: Dataset): Dataset {
  if (dataset.task === "regression") return dataset;
  const counts = dataset.classes.map(() => 0);
  for (const label of dataset.labels) counts[label]++;
  const kept = dataset.classes.flatMap((_, k) => (counts[k] >= leastOfClass ? [k] : []));
  if (kept.length === dataset.classes.length) return dataset;
  if (kept.length < 2) throw new RangeError(`${dataset.name}: expected two classes of ${leastOfClass} rows`);
  // Of two classes the rarer one is the positive one.
  if (kept.length === 2 && counts[kept[0]] < counts[kept[1]]) kept.reverse();
  const rows = Int32Array.from(dataset.labels.keys()).filter((row) => kept.includes(dataset.labels[row]));
  const picked = pickRows(dataset, rows);
  return {
    ...picked,
    task: kept.length === 2 ? "binary" : "multiclass",
    classes: kept.map((k) => dataset.classes[k]),
    labels: picked.labels.map((label) => kept.indexOf(label)),
  };
}
