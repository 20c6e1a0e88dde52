import type { Dataset } from "../../packages/compare/src/data/dataset.ts";
import { type MakeDatasetOptions, makeDataset } from "../../packages/compare/src/data/make-dataset.ts";
import { defaultSettings } from "../../packages/compare/src/plan/settings.ts";
import type { Settings } from "../../packages/compare/src/results.ts";
import { tableOf } from "./tables.ts";

/** A data set from CSV text, for tests. Without options, `y` is the target. */
export async function datasetOf(text: string, options: Partial<MakeDatasetOptions> = {}): Promise<Dataset> {
  return makeDataset(await tableOf(text), { target: "y", ...options });
}

/** The message that `makeDataset` ends with; fails if it does not. */
export async function datasetRefusal(
  text: string,
  options: Partial<MakeDatasetOptions> = {},
): Promise<string> {
  const outcome = await datasetOf(text, options).then(
    () => null,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error("expected the data to be refused");
  return `${outcome.name}: ${outcome.message}`;
}

/** A CSV text from a list of columns. */
export function csv(columns: Record<string, readonly (string | number)[]>): string {
  const names = Object.keys(columns);
  const rows = columns[names[0]!]!.map((_, i) => names.map((name) => columns[name]![i]).join(","));
  return [names.join(","), ...rows].join("\n");
}

/** So many rows of two inputs, by number. */
export function twoInputs(length: number): { rows: number[]; a: number[]; b: number[] } {
  const rows = Array.from({ length }, (_, i) => i);
  return {
    rows,
    a: rows.map((i) => Math.sin(i * i) + (i % 3)),
    b: rows.map((i) => Math.cos(3 * i * i)),
  };
}

/** Settings of a comparison whose trials take no time. */
export const quick: Settings = {
  ...defaultSettings,
  target: "y",
  folds: 2,
  seeds: 1,
  configurations: 2,
  references: [],
  maxEpochs: 3,
  hidden: [4],
  batchSize: 16,
  bins: 0,
  members: 1,
};

/** Texts that repeat, one a row. */
export function repeat(values: readonly string[], rows: number): string[] {
  return Array.from({ length: rows }, (_, i) => values[i % values.length]!);
}

/** A data set with nothing but labels (and groups), for the tests of splits. */
export function labelled(
  labels: readonly number[],
  classes: number,
  groups: readonly number[] | null = null,
): Dataset {
  return {
    name: "labels",
    task: classes === 2 ? "binary" : "multiclass",
    target: "y",
    classes: Array.from({ length: classes }, (_, k) => `class ${k}`),
    features: [],
    labels: Int32Array.from(labels),
    targets: new Float64Array(0),
    groups: groups === null ? null : Int32Array.from(groups),
    rows: labels.length,
    notes: [],
  };
}

/** A data set with nothing but numbers to predict (and groups). */
export function measured(targets: readonly number[], groups: readonly number[] | null = null): Dataset {
  return {
    ...labelled([], 0, groups),
    task: "regression",
    targets: Float64Array.from(targets),
    rows: targets.length,
  };
}
