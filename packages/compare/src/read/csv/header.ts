import { listed, quoted } from "../../data-error.ts";
import type { Note } from "../../results.ts";
import { type CellKind, kindOf } from "../cell-kind.ts";
import { isRule } from "./odd-records.ts";

/** Rows that are looked at to distinguish a header from a row. */
export const mostRows = 200;
const mostHeaders = 6;

/**
 * Whether a record names the columns of the rows below it. It does if most of its cells are of another kind than the numbers or dates of
 * their columns. If they are numbers themselves, they have to go up or down as no row does (years, wavelengths, 0, 1, 2), or count on next to
 * texts (2, 3, 4, target). If all columns hold texts, most of the cells must not occur again in their columns.
 */
export function hasHeader(first: readonly string[], rows: readonly string[][]): boolean {
  if (rows.length === 0) return true;
  const below = rows.filter((row) => row.some((cell, j) => cell !== first[j]));
  const again = rows.length - below.length;
  const kinds = kindsOf(below, first.length);
  const { names, values } = evidenceOf(first, kinds);
  if (names > 0 && names >= values) return true;
  if (again > 0 && names === 0 && (values > 0 || first.length === 1)) return false;
  if (names + values > 0) return numbersName(first, below, kinds);
  const filled = first.filter((cell) => cell !== "");
  if (filled.length === 0 || below.length < 2) return true;
  const known = first.filter((cell, j) => cell !== "" && below.some((row) => row[j] === cell)).length;
  if (again > 0 && known > 0) return false;
  return below.length < 4 || known <= filled.length / 2;
}

/** Returns how many cells differ from the kind of their column, and how many don't, among those that hold numbers or dates. */
export function evidenceOf(
  cells: readonly string[],
  kinds: readonly CellKind[],
): { names: number; values: number } {
  let [names, values] = [0, 0];
  for (const [j, cell] of cells.entries()) {
    if (kinds[j] !== "number" && kinds[j] !== "date") continue;
    const kind = kindOf(cell);
    if (kind === "missing") continue;
    if (kind === kinds[j]) values++;
    else names++;
  }
  return { names, values };
}

/** Whether numbers above columns of numbers are their names. */
function numbersName(
  first: readonly string[],
  rows: readonly (readonly string[])[],
  kinds: readonly CellKind[],
): boolean {
  const all = first.map(Number);
  const counted =
    all.length > 2 && (all[0] === 0 || all[0] === 1) && all.every((value, i) => value === all[0]! + i);
  if (counted || (countsOn(first) && !rows.some(countsOn))) return true;
  const columns = kinds.flatMap((kind, j) => (kind === "number" && first[j] !== "" ? [j] : []));
  const numbers = columns.map((j) => Number(first[j]));
  if (numbers.length < 2 || numbers.some(Number.isNaN)) return false;
  const steps = numbers.slice(1).map((value, i) => value - numbers[i]!);
  if (!steps.every((step) => step > 0) && !steps.every((step) => step < 0)) return false;
  if (numbers.every(isYear)) return !columns.every((j) => rows.every((row) => isYear(Number(row[j]))));
  const strange = columns.filter((j, i) => {
    const values = rows.map((row) => Number(row[j])).filter((value) => !Number.isNaN(value));
    return numbers[i]! < Math.min(...values) || numbers[i]! > Math.max(...values);
  });
  return rows.length >= 3 && numbers.length >= 4 && strange.length >= 0.8 * columns.length;
}

/** Whether a record has at least three numbers in a row, each one more than the one before, and otherwise texts: `2, 3, 4, target`. */
function countsOn(cells: readonly string[]): boolean {
  const numbers = cells.filter((cell) => kindOf(cell) === "number").map(Number);
  const texts = cells.filter((cell) => kindOf(cell) === "text").length;
  return (
    numbers.length >= 3 &&
    texts > 0 &&
    numbers.length + texts === cells.length &&
    numbers.every((value, i) => value === numbers[0]! + i)
  );
}

function isYear(value: number): boolean {
  return Number.isInteger(value) && value >= 1800 && value <= 2100;
}

/** Returns what nine in ten of the values of each column are. */
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

/** Returns rows below the header that belong to it: how many, and those whose cells are names. */
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
    const say = (text: string): void => void notes.push({ level: "info", text: `${text} (line ${line})` });
    if (isRule(cells)) {
      say("left out a line of dashes");
      continue;
    }
    if (cells.length !== width) break;
    if (cells.every((cell, j) => cell === first[j])) {
      say("left out a header that comes again");
      continue;
    }
    const filled = cells.filter((cell) => cell !== "");
    if (filled.length === 1 && cells[0] !== "" && first[0] === "" && rows.length === 0) {
      rows.push(cells);
      say(`took ${quoted(cells[0]!)} as the name of the first column`);
      continue;
    }
    const below = lines
      .slice(count + 1, count + 1 + mostRows)
      .map((l) => l.cells)
      .filter((row) => row.length === width);
    if (!namesBelow(cells, first, below, width)) break;
    if (areUnits(cells)) say(`left out a row of units: ${listed(filled, 4)}`);
    else {
      rows.push(cells);
      say("joined the names below those above");
    }
  }
  return { count, rows };
}

/**
 * Whether a row below names is one of names, too: texts where the rows below have numbers or dates, in all of several columns, or in
 * half of them and at least two with the others empty; or texts or years below names that go over several columns. In one
 * column alone a text may be there by mistake.
 */
function namesBelow(
  cells: readonly string[],
  first: readonly string[],
  below: readonly string[][],
  width: number,
): boolean {
  const kinds = kindsOf(below, width);
  const typed = kinds.flatMap((kind, j) => (kind === "number" || kind === "date" ? [j] : []));
  const texts = typed.filter((j) => kindOf(cells[j]!) === "text");
  const empty = typed.filter((j) => cells[j] === "");
  if (areUnits(cells)) return texts.length > 0 && texts.length + empty.length === typed.length;
  if (texts.length + empty.length === typed.length && empty.every((j) => first[j] !== ""))
    return texts.length > 1 && 2 * texts.length >= typed.length;
  const merged = typed.filter((j) => first[j] === "");
  const named = (j: number): boolean => kindOf(cells[j]!) === "text" || isYear(Number(cells[j] || "x"));
  return merged.length > 0 && merged.every(named) && typed.every((j) => named(j) || cells[j] === "");
}

const unit =
  /^(?:[[(].{1,12}[\])]|%|‰|°[CF]?|[µmckM]?(?:m|g|s|l|L|A|V|W|Hz|Pa|J|N|K|mol|t|B)(?:[²³]|\^?[23])?|km\/h|m\/s|min|h|hours?|days?|years?|yrs?|kg|ha|cm|mm|km|mi|ft|in|lbs?|oz|deg|rad|bar|psi|ppm|ppb|kWh|MWh|USD|EUR|GBP|[€$£]|units?|count|n|-)$/;

export function areUnits(cells: readonly string[]): boolean {
  const filled = cells.filter((cell) => cell !== "");
  return filled.length > 0 && 2 * filled.filter((cell) => unit.test(cell)).length > filled.length;
}

/** Joins names from several rows; a name above goes on over empty cells next to it, as merged cells do. */
export function joinHeaders(rows: readonly (readonly string[])[]): string[] {
  const filled = rows.map((row, i) => {
    if (i === rows.length - 1) return row;
    let last = "";
    return row.map((cell, j) => {
      if (cell !== "") last = cell;
      // A name goes on only where there is one below it.
      return cell !== "" || rows.slice(i + 1).some((lower) => lower[j] !== "") ? last : "";
    });
  });
  return rows[0]!.map((_, j) =>
    filled
      .map((row) => row[j]!)
      .filter((cell) => cell !== "")
      .join(" "),
  );
}
