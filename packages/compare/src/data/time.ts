import { dataError, quoted } from "../data-error.ts";
import { isMissingNumber } from "../read/cells.ts";
import { type Column, placeOf, type Table } from "../read/table.ts";
import type { ColumnKind, Note } from "../results.ts";
import { dayOrderOption, typeColumn } from "./column-type.ts";
import { spanOf } from "./dates/date-column.ts";

/**
 * Returns when each row was: the numbers of a column of numbers, or the milliseconds of one of dates.
 *
 * @throws DataError for a column of neither, and for a row without a value
 */
export function readTime(
  table: Table,
  named: Column,
  { kind, missing = [] }: { kind?: ColumnKind | undefined; missing?: readonly string[] | undefined },
): { values: Float64Array; note: Note } {
  const column = missing.length === 0 ? named : named.without(missing);
  const subject = `time ${quoted(column.name)}`;
  const typed = typeColumn(table, column, kind);
  if (typed.kind === "categorical" || typed.kind === "text") {
    const doubt = typed.kind === "categorical" ? typed.doubt : undefined;
    const hint = doubt?.order ? `: ${dayOrderOption(column.name)} says it` : "";
    const got = doubt === undefined ? typed.why : `${doubt.text}${hint}`;
    throw dataError({ file: table.name }, `${subject}: expected a column of dates or numbers`, got);
  }
  const values = typed.kind === "date" ? typed.instants : typed.values;
  const none = values.findIndex(Number.isNaN);
  if (none >= 0) {
    const cell = column.at(none);
    const got = isMissingNumber(cell) ? "none" : quoted(cell);
    throw dataError(placeOf(table, none), `${subject}: expected a value in every row`, got);
  }
  const span =
    typed.kind === "date"
      ? spanOf(values)
      : `${values.reduce((a, b) => Math.min(a, b))} to ${values.reduce((a, b) => Math.max(a, b))}`;
  const text = `orders the rows from ${span}: each fold trains on earlier rows and tests on later ones`;
  return { values, note: { level: "info", about: "settings", column: column.name, text } };
}
