import { didYouMean } from "minimand/engine";
import Papa from "papaparse";
import { listed, quoted } from "../data-error.ts";
import { commaHint, namesAmong } from "../name-list.ts";
import type { Cell, Table } from "../read/table.ts";
import { givesNumbers } from "../task.ts";
import { UsageError } from "../usage-error.ts";
import type { ModelDescription } from "./description.ts";
import type { predictTable } from "./saved-model.ts";

/** Predictions as columns of cells; a cell is null if its row has no prediction. */
export interface Answer {
  columns: readonly string[];
  rows: readonly (readonly Cell[])[];
  /** The number of columns in front that are of the file. */
  ids: number;
}

/**
 * Returns a line for each row of a table: the columns of the file that were asked for, the prediction, and the probability of each class
 * (`probability yes`). Rows that could not be read have no prediction, and of the file's columns what remains of them.
 *
 * @param asked names of columns, or lists of them
 * @throws UsageError in one line for a name that is no column, or that the answer has itself
 */
export function answerOf(
  { prediction, rows, unreadable }: Awaited<ReturnType<typeof predictTable>>,
  { classes, task }: ModelDescription,
  table: Table,
  asked: readonly string[],
): Answer {
  const ofPairs = task === "preference" && prediction.predicted.length > 0;
  const number = givesNumbers(task) && !ofPairs;
  const shares = number ? [] : classes;
  const own = [
    task === "preference" && number ? "reward" : "prediction",
    ...shares.map((name) => `probability ${name}`),
  ];
  const ids = idColumns(table, asked, own);
  const none = new Set(unreadable);
  const valuesOf = (row: number): Cell[] => {
    if (none.has(row)) return own.map(() => null);
    if (number) return [prediction.predictions[row]];
    return [
      classes[prediction.predicted[row]],
      ...shares.map((_, k) => Number(prediction.probabilities[row * shares.length + k].toPrecision(7))),
    ];
  };
  return {
    columns: [...ids.map(({ name }) => name), ...own],
    rows: Array.from({ length: rows }, (_, row) => [
      ...ids.map((column) => table.remains?.get(row)?.get(column.name) ?? column.at(row)),
      ...valuesOf(row),
    ]),
    ids: ids.length,
  };
}

function idColumns(table: Table, asked: readonly string[], own: readonly string[]): Table["columns"] {
  const names = table.columns.map(({ name }) => name);
  return [...new Set(namesAmong("--id", asked, names))].map((name) => {
    const column = table.columns.find((one) => one.name === name);
    if (column === undefined)
      throw new UsageError(
        `--id: expected columns of ${table.name} (${listed(names)}), got ${quoted(name)}${commaHint(name, names) || didYouMean(name, names)}`,
      );
    if (own.includes(name))
      throw new UsageError(
        `--id: expected a column with another name than those of the answer, got ${quoted(name)}`,
      );
    return column;
  });
}

/**
 * Texts that a spreadsheet takes for formulas, blanks and fullwidth forms included; plain numbers are not formulas. Behind a blank or a
 * tab, programs differ.
 */
const formulas = /^(?![-+]?[\d.,]+(?:[eE][-+]?\d+)?%?$)(?:\s*[=+\-@\uff0b\uff0d\uff1d\uff20]|[\t\r\n])/;

/**
 * Returns an answer as CSV.
 *
 * @param spreadsheet puts a `'` in front of texts that a spreadsheet would take for formulas, and quotes all texts, so that a program that
 *   expects another separator doesn't begin a cell within one
 */
export function answerCsv({ columns, rows }: Answer, { spreadsheet = false } = {}): string {
  const safe = { escapeFormulae: formulas, quotes: (value: unknown) => typeof value === "string" };
  const config = { newline: "\n", ...(spreadsheet && safe) };
  return `${Papa.unparse({ fields: [...columns], data: rows.map((row) => [...row]) }, config)}\n`;
}
