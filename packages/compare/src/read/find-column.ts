import { didYouMean } from "minimand/engine";
import { type DataError, dataError, listed, quoted } from "../data-error.ts";
import { commaHint } from "../name-list.ts";
import { type Column, columnsByName, type Table } from "./table.ts";

/** Returns the error for a table without some columns: which, and what is there instead. */
export function withoutColumns({ columns, name: file }: Table, lacking: readonly string[]): DataError {
  const names = columns.map(({ name }) => name);
  const which = lacking.length === 1 ? "the column" : `the ${lacking.length} columns`;
  const near = lacking.length === 1 ? didYouMean(lacking[0]!, names) : "";
  const expected = `expected ${which} ${listed(lacking, Number.POSITIVE_INFINITY)}`;
  return dataError({ file }, expected, `only ${listed(names)}${near}`);
}

/** What is said of columns in lists, whose names may have been divided at a comma. */
const lists = new Set(["ignore", "types", "missing"]);

/**
 * Finds columns of a table by their names.
 *
 * @returns the column of a name
 * @throws DataError that names the argument, the columns there are, and the one that may be meant
 */
export function columnFinder(table: Table): (argument: string, name: string) => Column {
  const byName = columnsByName(table);
  return (argument, name) => {
    const column = byName.get(name);
    if (column !== undefined) return column;
    const names = [...byName.keys()];
    const expected = `${argument}: expected a column of the file (${listed(names)})`;
    const hint = (lists.has(argument) && commaHint(name, names)) || didYouMean(name, names);
    throw dataError({ file: table.name }, expected, `${quoted(name)}${hint}`);
  };
}
