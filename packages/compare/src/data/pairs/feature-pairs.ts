import { dataError, listed, quoted } from "../../data-error.ts";
import { Column, columnsByName, type Table } from "../../read/table.ts";

/** Endings of the names of columns that describe one side of a pair. */
export const sides = { chosen: "_chosen", rejected: "_rejected" } as const;

/** The two columns of what both sides of a pair are described by. */
export interface SidePair {
  name: string;
  chosen: Column;
  rejected: Column;
}

/**
 * Returns the columns `*_chosen` that have a partner `*_rejected`.
 *
 * @throws DataError for a column that has none
 */
export function sidePairs(table: Table): SidePair[] {
  const byName = columnsByName(table);
  const endings = Object.values(sides);
  return table.columns.flatMap((column) => {
    const ending = endings.find((end) => column.name.length > end.length && column.name.endsWith(end));
    if (ending === undefined) return [];
    const name = column.name.slice(0, -ending.length);
    const other = `${name}${ending === sides.chosen ? sides.rejected : sides.chosen}`;
    const partner = byName.get(other);
    if (partner === undefined) {
      const expected = `expected a column ${quoted(other)} in addition to ${quoted(column.name)}`;
      throw dataError({ file: table.name }, expected, "none");
    }
    return ending === sides.chosen ? [{ name, chosen: column, rejected: partner }] : [];
  });
}

/**
 * Returns the tables of both sides: what the columns of each describe, under the same names, and the columns that belong to both.
 *
 * @throws DataError where a column of both sides has the name of one of a side
 */
export function sideTables(
  table: Table,
  pairs: readonly SidePair[],
  shared: readonly Column[],
  rows: Int32Array,
): { chosen: Table; rejected: Table } {
  const paired = new Set(pairs.map((pair) => pair.name));
  const twice = shared.find(({ name }) => paired.has(name));
  if (twice !== undefined) {
    const { name } = twice;
    const expected = `expected either ${quoted(name)} or ${quoted(name + sides.chosen)} and ${quoted(name + sides.rejected)}`;
    throw dataError({ file: table.name }, expected, "all three");
  }
  const lines = rows.map((row) => table.lines[row]!);
  const of = (side: keyof typeof sides): Table => ({
    ...table,
    columns: [
      ...pairs.map((pair) => renamed(pair[side].pick(rows), pair.name)),
      ...shared.map((column) => column.pick(rows)),
    ],
    rows: rows.length,
    lines,
  });
  return { chosen: of("chosen"), rejected: of("rejected") };
}

/** Returns the notes on columns that describe the pair and not a side of it. */
export function sharedNote(shared: readonly Column[]): string[] {
  if (shared.length === 0) return [];
  const which = shared.length === 1 ? "has" : "have";
  return [
    `${listed(shared.map(({ name }) => name))} ${which} no partner and ${shared.length === 1 ? "belongs" : "belong"} to both sides of a pair: what is added to both rewards cancels, so that only a network can use it, together with other columns`,
  ];
}

function renamed(column: Column, name: string): Column {
  return new Column(name, column.data, column.format);
}
