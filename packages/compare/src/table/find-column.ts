import { didYouMean } from "minimand/engine";
import { dataError, listed, quoted } from "./data-error.ts";
import type { Column, Table } from "./table.ts";

/**
 * Finds columns of a table by their names.
 *
 * @returns the column of a name
 * @throws DataError that names the argument, the columns there are, and the one that may be meant
 */
export function columnFinder({ columns, name: file }: Table): (argument: string, name: string) => Column {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return (argument, name) => {
    const column = byName.get(name);
    if (column !== undefined) return column;
    const names = [...byName.keys()];
    const expected = `${argument}: expected a column of the file (${listed(names)})`;
    throw dataError({ file }, expected, `${quoted(name)}${didYouMean(name, names)}`);
  };
}
