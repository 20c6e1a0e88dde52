import { dataError, listed, quoted } from "../data-error.ts";
import { isMissing, isMissingNumber } from "../read/cells.ts";
import { withoutColumns } from "../read/find-column.ts";
import { placeOf, type Table } from "../read/table.ts";
import { readNumbers } from "./column-type.ts";
import type { Dataset } from "./dataset.ts";
import { classFinder } from "./target.ts";
import { missingOption } from "./target-reading.ts";

/** The target of a second file (`--test`), in the classes of the first. */
export interface EncodedTarget {
  /** The rows of the table that have a target, in rising order. */
  rows: Int32Array;
  /** One class id for each of `rows`; empty for regression. */
  labels: Int32Array;
  /** One number for each of `rows`; empty for classification. */
  targets: Float64Array;
}

/**
 * Reads the target column of another table with the task and the classes of a data set.
 *
 * @throws DataError: no such column, a class (names its line) or a text among numbers that the data set does not have, no row with a target.
 */
export function encodeTarget(
  dataset: Pick<Dataset, "target" | "task" | "classes" | "targetReading">,
  table: Table,
): EncodedTarget {
  const subject = `target ${quoted(dataset.target)}`;
  const { asMissing, mergeLabels } = dataset.targetReading ?? {};
  const named = table.columns.find(({ name }) => name === dataset.target);
  if (named === undefined) throw withoutColumns(table, [dataset.target]);
  const column = asMissing === undefined ? named : named.without(asMissing);
  const regression = dataset.task === "regression";
  const missing =
    regression || dataset.classes.every((name) => Number.isFinite(Number(name)))
      ? isMissingNumber
      : isMissing;
  const rows = Int32Array.from({ length: table.rows }, (_, row) => row).filter(
    (row) => !missing(column.at(row)),
  );
  if (rows.length === 0)
    throw dataError({ file: table.name }, `${subject}: expected values`, "none: all cells are missing");
  if (regression) {
    const { values } = readNumbers(table, column, subject, {
      expected: "expected a number for the task regression",
      remedy: (cell) => `; ${missingOption(column.name, [String(cell)])} leaves out such rows`,
    });
    return { rows, labels: new Int32Array(0), targets: Float64Array.from(rows, (row) => values[row]!) };
  }
  const indexOf = classFinder(dataset.classes, { format: column.format, mergeLabels });
  const labels = rows.map((row) => {
    const label = indexOf(column.at(row)!);
    if (label >= 0) return label;
    const expected = `${subject}: expected one of the classes ${listed(dataset.classes)}`;
    throw dataError(placeOf(table, row), expected, quoted(column.at(row)));
  });
  return { rows, labels, targets: new Float64Array(0) };
}
