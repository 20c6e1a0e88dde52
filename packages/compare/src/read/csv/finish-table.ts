import { dataError, quoted } from "../../data-error.ts";
import type { Note } from "../../results.ts";
import { kindOf } from "../cell-kind.ts";
import type { Column } from "../column.ts";
import { checkFaults, type Damaged, type Fault, faultNote, placesOf } from "../damage.ts";
import { formatColumns } from "../format-columns.ts";
import { columns as columnsOf } from "../names.ts";
import { info, warning } from "../notes.ts";
import type { Table } from "../table.ts";
import type { Layout } from "./layout.ts";
import { faultOf, isNote, type OddRecord, sortOdd } from "./odd-records.ts";
import type { Collected } from "./row-collector.ts";
import { totalOf } from "./totals.ts";

/**
 * Makes a table of the rows of a text. Lines below it, other tables and a total are left out, damage is weighed, and the numbers' way of
 * writing is found. Everything has a note.
 *
 * @throws DataError where there are no rows, or more damaged ones than are accepted
 */
export function finishTable(
  name: string,
  layout: Layout,
  taken: Collected,
  { delimiter, damaged }: { delimiter: string; damaged: Damaged },
): Table {
  const { width, headerLine } = layout;
  const { lines, builders } = taken;
  const everyRecord = damaged === "empty" || damaged === "refuse";
  const { faults, comments, footers, tables } = sortOdd(taken.odd, taken, width, everyRecord);
  const notes: Note[] = [...layout.notes];

  // Rows of another table that goes on to the end do not belong to this one.
  let { sound } = taken;
  const endTable = tables.find(({ to }) => sound === 0 || to > lines[sound - 1]!);
  while (sound > 0 && endTable !== undefined && lines[sound - 1]! > endTable.from) sound--;
  const below = everyRecord ? [] : notesBelow(taken, sound);
  sound -= below.length;
  const madeOfFaults = damaged === "pad" || damaged === "empty" ? faults.map(({ row }) => row + 1) : [];
  const rows = Math.max(sound, ...madeOfFaults.slice(-1));
  for (const builder of builders) builder.truncate(rows);

  noteLines(notes, taken.blank, "a blank line", "blank lines");
  noteLines(notes, taken.valueless, "a row without any value", "rows without any value");
  noteLines(notes, taken.rules, "a line of dashes", "lines of dashes");
  const commentLines = comments.map(({ line }) => line);
  noteLines(notes, commentLines, "a comment", "comments");
  noteLines(notes, taken.repeated, "a header that comes again", "headers that come again");
  noteLines(notes, taken.trailing, "delimiters at the end of a row", "delimiters at the end of rows");
  const all = [...below, ...footers.map(({ line, text }) => ({ line, text }))].sort(
    (a, b) => a.line - b.line,
  );
  if (all.length > 0) {
    const where = placesOf(all.map(({ line }) => line));
    notes.push(info(`left out the lines below the table (${where}): ${quoted(all[0]!.text)}`));
  }
  for (const { from, to, cells } of tables)
    notes.push(warning(`left out another table (lines ${from} to ${to}, ${cells} columns)`));
  if (taken.other !== null) {
    const { line, records } = taken.other;
    notes.push(warning(`left out another table from line ${line} on (${records} records)`));
  }
  if (taken.stray.length > 0) {
    const where = placesOf(taken.stray);
    notes.push(
      warning(`took quotes inside of quoted cells as characters (${where}), as the number of cells is right`),
    );
  }
  if (taken.formulas.length > 0)
    notes.push(info(`read ="..." as the text in it (${placesOf(taken.formulas)})`));
  weigh(
    faults.map((one) => faultOf(one, width, headerLine)),
    rows,
    damaged,
    name,
    notes,
  );
  if (rows === 0) throw dataError({ file: name }, "expected at least one row below the header", "none");

  const formatted = formatColumns(
    builders.map((builder, j) => builder.column(layout.names[j]!)),
    delimiter,
  );
  const summed = withoutTotal(formatted.columns, taken, rows, notes);
  const columns = withoutNameless(summed.columns, layout, notes);
  return {
    name,
    columns,
    rows: summed.rows,
    lines: lines.slice(0, summed.rows),
    unit: "line",
    header: headerLine,
    unreadable: Int32Array.from(damaged === "empty" ? faults.map(({ row }) => row) : []),
    ...(damaged === "empty" && { remains: remainsOf(faults, layout.names) }),
    notes: [...notes, ...formatted.notes],
  };
}

/** The cells of damaged rows by the names of their columns. */
function remainsOf(faults: readonly OddRecord[], names: readonly string[]): NonNullable<Table["remains"]> {
  return new Map(
    faults.map(({ row, parts }) => [
      row,
      new Map(parts.slice(0, names.length).map((cell, j) => [names[j]!, cell])),
    ]),
  );
}

/** Lines that can be below a table and are as wide as it. */
const mostBelow = 30;

/**
 * The last rows that hold a text in their first cell and nothing else, as programs for tables write notes: where the first of them reads
 * like one, or is apart.
 */
function notesBelow(
  { builders, lines, rich, valueless, blank }: Collected,
  sound: number,
): { line: number; text: string }[] {
  if (builders.length < 2 || rich === 0 || sound - rich > mostBelow) return [];
  const first = builders[0]!.column("");
  const found: { line: number; text: string }[] = [];
  for (let row = rich; row < sound; row++) {
    const text = String(first.at(row));
    if (kindOf(text) !== "text") return [];
    found.push({ line: lines[row]!, text });
  }
  const [begin] = found;
  if (begin === undefined) return [];
  const before = begin.line - 1;
  return isNote(begin.text) || valueless.includes(before) || blank.includes(before) ? found : [];
}

/** Refuses too much damage, notes the rest. */
function weigh(faults: readonly Fault[], rows: number, damaged: Damaged, name: string, notes: Note[]): void {
  const isPadded = ({ what }: Fault): boolean => damaged === "pad" && what === "too few cells";
  const padded = faults.filter(isPadded);
  const bad = faults.filter((fault) => !isPadded(fault));
  checkFaults(bad, damaged === "empty" ? rows : rows + bad.length, damaged, name);
  if (padded.length > 0) {
    const which = padded.length === 1 ? "1 short row" : `${padded.length} short rows`;
    notes.push(warning(`gave ${which} missing values (${placesOf(padded.map(({ line }) => line))})`));
  }
  if (bad.length > 0) notes.push(faultNote(bad, damaged));
}

/** The columns without a last row that sums them up. */
function withoutTotal(
  columns: Column[],
  { builders, lines }: Collected,
  rows: number,
  notes: Note[],
): { columns: Column[]; rows: number } {
  const total = totalOf(columns, rows);
  if (total === null) return { columns, rows };
  const row = `the row ${quoted(total.label)} (line ${lines[rows - 1]})`;
  if (!total.sums) {
    notes.push(warning(`kept ${row}: its numbers are not the sums of the columns`));
    return { columns, rows };
  }
  notes.push(info(`left out ${row}, whose numbers are the sums of the columns`));
  for (const builder of builders) builder.truncate(rows - 1);
  return { columns: columns.map(({ name, format }, j) => builders[j]!.column(name, format)), rows: rows - 1 };
}

/** The columns without those that have neither a name nor a value, as delimiters at the end of lines make them. */
function withoutNameless(columns: Column[], { header, names }: Layout, notes: Note[]): Column[] {
  const isNone = ({ name, data }: Column, j: number): boolean =>
    header !== null &&
    header[j] === "" &&
    name === names[j] &&
    name === `column_${j + 1}` &&
    data.kind === "texts" &&
    data.bytes.length === 0;
  const none = columns.filter(isNone);
  if (none.length === 0 || none.length === columns.length) return columns;
  notes.push(info(`left out ${columnsOf(none.map(({ name }) => name))} without a name and without values`));
  const gone = new Set(none);
  return columns.filter((column) => !gone.has(column));
}

function noteLines(notes: Note[], lines: readonly number[], one: string, several: string): void {
  if (lines.length === 0) return;
  const what = lines.length === 1 ? one : `${lines.length} ${several}`;
  notes.push(info(`left out ${what} (${placesOf(lines)})`));
}
