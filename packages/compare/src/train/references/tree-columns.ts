import type { Dataset } from "../../data/dataset.ts";
import { listed } from "../../data-error.ts";
import type { DatasetReport, Note } from "../../results.ts";

/**
 * Inputs as trees take them, one list per feature: numbers (NaN where missing), or texts (empty where missing). `readColumns` gives the
 * same for another table.
 */
export type TreeColumns = readonly (Float64Array | readonly string[])[];

/** Returns a data set without its free text, which trees don't take: the library's own words of a text would need another reader. */
export function withoutText(dataset: Dataset): Dataset {
  return { ...dataset, features: dataset.features.filter(({ kind }) => kind !== "text") };
}

/** Says which columns trees are without, where they are not without any. */
export function leftOutByTrees({
  features,
}: Pick<Dataset, "features"> | Pick<DatasetReport, "features">): Note[] {
  const texts = features.filter(({ kind }) => kind === "text").map(({ name }) => name);
  if (texts.length === 0 || texts.length === features.length) return [];
  const text = `Gradient-boosted trees: without the free text ${listed(texts)}, which they don't take`;
  return [{ level: "info", text }];
}

/**
 * Returns the inputs of some rows of a data set, but for free text.
 *
 * @throws Error where all inputs are free text
 */
export function treeColumns({ features }: Dataset, rows: Int32Array): TreeColumns {
  const columns = features.flatMap((feature): TreeColumns => {
    if (feature.kind === "text") return [];
    return [
      feature.kind === "numeric"
        ? Float64Array.from(rows, (row) => feature.values[row])
        : Array.from(rows, (row) => feature.levels[feature.codes[row]] ?? ""),
    ];
  });
  if (columns.length === 0) throw new Error("trees take no free text, and there are no other inputs");
  return columns;
}

/** Returns some rows of inputs. */
export function rowsOfColumns(columns: TreeColumns, rows: Int32Array): TreeColumns {
  return columns.map((column) =>
    column instanceof Float64Array
      ? Float64Array.from(rows, (row) => column[row])
      : Array.from(rows, (row) => column[row]),
  );
}

/** Standardised values are cut here, so that float32 never overflows. */
export const farthest = 1e30;

/** Scales values within float32. NaN stays. */
export const scaled = (value: number, { mean, sd }: { mean: number; sd: number }): number =>
  Math.max(-farthest, Math.min(farthest, (value - mean) / sd));

/** Returns names and levels that can't clash: with each other, with what the library keeps for itself, or with a missing value. */
export const featureName = (feature: number): string => `x${feature}`;
export const labelName = "y";
export const levelName = (text: string): string => `=${text}`;
