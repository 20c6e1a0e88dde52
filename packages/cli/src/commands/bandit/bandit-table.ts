import {
  encode,
  fitEncoder,
  leaks,
  type MakeDatasetOptions,
  makeDataset,
  missingCodes,
  type Note,
  type Reading,
  releaseTable,
} from "@minimand/compare";
import { UsageError } from "../../failure.ts";
import type { Input } from "../../files/input.ts";
import { readInputTable } from "../../files/read-input-table.ts";

/** A table of classes as contexts and right arms. */
export interface BanditTable {
  /** `[rows, features]`: the encoded inputs and a 1. */
  x: Float64Array;
  features: number;
  labels: Int32Array;
  classes: readonly string[];
  /** On how the table was read, and what a careful reader of it would say. */
  notes: readonly Note[];
}

/**
 * Reads a table; numbers are standardised and categories one-hot over all of its rows, without a look at the target.
 *
 * @throws DataError, UsageError in one line
 */
export async function banditTable(
  input: Input,
  reading: Reading,
  options: Pick<Required<MakeDatasetOptions>, "target" | "types" | "ignore" | "missing">,
): Promise<BanditTable> {
  const table = await readInputTable(input, reading);
  const dataset = makeDataset(table, options);
  releaseTable(table);
  if (dataset.task === "regression")
    throw new UsageError(
      `--target: expected classes, which become the arms, got the numbers of '${options.target}'`,
    );
  const rows = Int32Array.from({ length: dataset.rows }, (_, row) => row);
  const { x, inputs } = encode(fitEncoder(dataset, rows), dataset, rows);
  const features = inputs + 1;
  const all = new Float64Array(dataset.rows * features).fill(1);
  for (let row = 0; row < dataset.rows; row++)
    all.set(x.subarray(row * inputs, (row + 1) * inputs), row * features);
  return {
    x: all,
    features,
    labels: Int32Array.from(dataset.labels),
    classes: dataset.classes,
    notes: [...dataset.notes, ...leaks(dataset), ...missingCodes(dataset)],
  };
}
