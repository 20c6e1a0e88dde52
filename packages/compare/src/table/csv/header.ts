import type { Note } from "../../results.ts";
import { type CellKind, kindOf } from "../cell-kind.ts";
import { listed } from "../data-error.ts";

/** Rows that are looked at to tell a header from a row. */
export const mostRows = 200;
const mostHeaders = 6;

/**
 * Whether a record names columns: where columns hold numbers or dates below it, most of its cells there are texts; where all
 * are texts, most of its cells don't come again in their columns. Years and counted columns (`0, 1, 2`) are names, too.
 */
export function hasHeader(first: readonly string[], rows: readonly string[][]): boolean {
  if (rows.length === 0) return true;
  const below = rows.filter((row) => row.some((cell, j) => cell !== first[j]));
  const kinds = kindsOf(below, first.length);
  const { names, values, numbers } = evidenceOf(first, kinds);
  if (names + values > 0) return (names > 0 && names >= values) || countsOn(numbers);
  const filled = first.filter((cell) => cell !== "");
  if (filled.length === 0 || below.length < 4) return true;
  const again = first.filter((cell, j) => cell !== "" && below.some((row) => row[j] === cell));
  return again.length <= filled.length / 2;
}

/** Texts and values among the cells of columns that hold numbers or dates. */
export function evidenceOf(
  cells: readonly string[],
  kinds: readonly CellKind[],
): { names: number; values: number; numbers: string[] } {
  let names = 0;
  const numbers: string[] = [];
  for (const [j, cell] of cells.entries()) {
    if (kinds[j] !== "number" && kinds[j] !== "date") continue;
    const kind = kindOf(cell);
    if (kind === "text") names++;
    else if (kind !== "missing") numbers.push(cell);
  }
  return { names, values: numbers.length, numbers };
}

/** Consecutive years, or whole numbers from 0 or 1 on. */
function countsOn(cells: readonly string[]): boolean {
  if (cells.length < 2 || !cells.every((cell) => /^\d{1,4}$/.test(cell))) return false;
  const numbers = cells.map(Number);
  const start = numbers[0]!;
  const fits = start === 0 || (start === 1 && cells.length > 2) || (start >= 1800 && start <= 2100);
  return fits && numbers.every((value, i) => value === start + i);
}

/** What nine in ten of the values of each column are. */
export function kindsOf(rows: readonly (readonly string[])[], width: number): CellKind[] {
  return Array.from({ length: width }, (_, j) => {
    const counts = { missing: 0, number: 0, date: 0, text: 0 };
    for (const row of rows) counts[kindOf(row[j] ?? "")]++;
    const values = rows.length - counts.missing;
    if (values === 0) return "missing";
    if (counts.number >= 0.9 * values) return "number";
    return counts.date >= 0.9 * values ? "date" : "text";
  });
}

/** Rows below the header that belong to it. */
export function moreHeaders(
  first: readonly string[],
  lines: readonly { cells: string[]; line: number }[],
  width: number,
  notes: Note[],
): { count: number; rows: string[][] } {
  const rows: string[][] = [];
  let count = 0;
  for (; count < mostHeaders && lines.length > count + 1; count++) {
    const { cells, line } = lines[count]!;
    if (cells.length !== width) break;
    if (cells.every((cell, j) => cell === first[j])) {
      notes.push(info(`left out a header that comes again (line ${line})`));
      continue;
    }
    const below = lines
      .slice(count + 1, count + 1 + mostRows)
      .map((l) => l.cells)
      .filter((row) => row.length === width);
    if (!namesTyped(cells, below, width)) break;
    if (areUnits(cells))
      notes.push(
        info(
          `left out a row of units (line ${line}): ${listed(
            cells.filter((c) => c !== ""),
            4,
          )}`,
        ),
      );
    else {
      rows.push(cells);
      notes.push(info(`joined the names in line ${line} to those above`));
    }
  }
  return { count, rows };
}

/**
 * Whether the cells are texts in all columns in which the rows below have numbers or dates. One such column is not enough: its
 * first value may be a text by mistake.
 */
function namesTyped(cells: readonly string[], below: readonly string[][], width: number): boolean {
  const kinds = kindsOf(below, width);
  const typed = cells.filter((_, j) => kinds[j] === "number" || kinds[j] === "date");
  return typed.length > (areUnits(cells) ? 0 : 1) && typed.every((cell) => kindOf(cell) === "text");
}

const unit =
  /^(?:[[(].{1,12}[\])]|%|‰|°[CF]?|[µmckM]?(?:m|g|s|l|L|A|V|W|Hz|Pa|J|N|K|mol|t|B)(?:[²³]|\^?[23])?|km\/h|m\/s|min|h|hours?|days?|years?|yrs?|kg|ha|cm|mm|km|mi|ft|in|lbs?|oz|deg|rad|bar|psi|ppm|ppb|kWh|MWh|USD|EUR|GBP|[€$£]|units?|count|n|-)$/;

function areUnits(cells: readonly string[]): boolean {
  const filled = cells.filter((cell) => cell !== "");
  return filled.length > 0 && 2 * filled.filter((cell) => unit.test(cell)).length > filled.length;
}

/** Names from several rows; a name above goes on over empty cells beside it, as merged cells do. */
export function joinHeaders(rows: readonly (readonly string[])[]): string[] {
  const filled = rows.map((row, i) => {
    if (i === rows.length - 1) return row;
    let last = "";
    return row.map((cell) => {
      if (cell !== "") last = cell;
      return last;
    });
  });
  return rows[0]!.map((_, j) =>
    filled
      .map((row) => row[j]!)
      .filter((cell) => cell !== "")
      .join(" "),
  );
}

const info = (text: string): Note => ({ level: "info", text });
