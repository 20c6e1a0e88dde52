import { dataError, quoted } from "../data-error.ts";
import { nameInList } from "../name-list.ts";
import { isMissing, isMissingNumber, parseNumber } from "../read/cells.ts";
import { areMostlyNumbers } from "../read/mostly-numbers.ts";
import { type Cell, type Column, cellAt, placeOf, type Table } from "../read/table.ts";
import type { ColumnKind } from "../results.ts";
import { columnsWord } from "../shell-words.ts";
import { type DateColumn, type DateDoubt, dateColumn, readDates, readMoment } from "./dates/date-column.ts";
import type { DayOrder } from "./dates/parse-date.ts";
import { isFreeText } from "./text/free-text.ts";

/** A column read as numbers (NaN where missing), as levels or different texts (-1 where missing), or as dates, with the reason. */
export type TypedColumn =
  | {
      kind: "numeric";
      values: Float64Array;
      missing: number;
      why: string;
      /** Cells that are no numbers and read as missing, and their different texts. */
      others?: { cells: number; texts: string[] };
    }
  | {
      kind: "categorical";
      codes: Int32Array;
      levels: string[];
      missing: number;
      why: string;
      mixed: boolean;
      /** Where it holds dates that can't be read. */
      doubt?: DateDoubt;
    }
  | { kind: "text"; codes: Int32Array; texts: string[]; missing: number; why: string }
  | DateColumn;

/** Returns the number of a cell that is written plainly, where the column has no other way of writing them; else NaN. */
export function plainNumberAt(column: Column, row: number): number {
  return column.format === null ? column.plainNumberAt(row) : Number.NaN;
}

/** The largest finite float32: training runs in float32, where more is infinite. */
export const largest = 3.4028234663852886e38;

/** What a whole column holds. */
interface Scan {
  /** NaN where there is no number. */
  values: Float64Array;
  numbers: number;
  /** Cells that hold no value in any column, and those that hold none among numbers. */
  missing: number;
  missingAmongNumbers: number;
  /** The first cell that is neither a number nor missing among numbers, and why; -1 if there is none. */
  other: number;
  why: "text" | "leading zero" | "long digits";
}

function scan(column: Column): Scan {
  const values = new Float64Array(column.length).fill(Number.NaN);
  const result: Scan = { values, numbers: 0, missing: 0, missingAmongNumbers: 0, other: -1, why: "text" };
  for (let row = 0; row < values.length; row++) {
    const plain = plainNumberAt(column, row);
    if (!Number.isNaN(plain)) {
      values[row] = plain;
      result.numbers++;
      continue;
    }
    const cell = column.at(row);
    if (isMissingNumber(cell)) {
      result.missingAmongNumbers++;
      if (isMissing(cell)) result.missing++;
      continue;
    }
    const value = parseNumber(cell, column.format);
    if (typeof value === "number") {
      values[row] = value;
      result.numbers++;
    } else if (result.other < 0 || (result.why === "text" && value !== "text")) {
      // A code is the better explanation than a text, so it replaces the first text.
      result.other = row;
      result.why = value;
    }
  }
  return result;
}

/** Whether cells are numbers but for a few texts. Codes such as `007` are no numbers that were mistyped. */
function isNumbersAndTexts(column: Column, { numbers, missingAmongNumbers, other, why }: Scan): boolean {
  const texts = column.length - missingAmongNumbers - numbers;
  return other >= 0 && why === "text" && areMostlyNumbers(numbers, texts);
}

/**
 * Returns the type of a column, from all of its cells. It is numeric if every cell that is not missing spells a number (`parseNumber`), or
 * if at least 90 % of them do and the others are read as missing. It is dates if every one spells a date (`readDates`), free text if it is
 * plainly some (`isFreeText`), else categorical.
 *
 * @param override the kind that the user asks for. Codes such as `007` are numbers then, and numbers may be dates.
 * @throws DataError, naming column, line and value: an infinite number or one beyond float32 in a numeric column; a text in a column that
 *   `override` says is numeric, or one that is no date in a column of dates; dates in which day and month can be in either order.
 */
export function typeColumn(table: Table, column: Column, override?: ColumnKind): TypedColumn {
  if (override === "date" || override === "date-dmy" || override === "date-mdy")
    return asDates(table, column, override);
  const seen = scan(column);
  const others =
    override === undefined && isNumbersAndTexts(column, seen) ? textsIn(column, seen) : undefined;
  const numeric =
    others !== undefined ||
    (override === undefined ? seen.other < 0 && seen.numbers > 0 : override === "numeric");
  if (!numeric) {
    const dates = override === undefined && seen.numbers === 0 ? readDates(table, column) : null;
    return dates?.kind === "date" ? dates : asLevels(table, column, seen, override, dates);
  }
  const subject = `column ${quoted(column.name)}`;
  const { values, missing } = asNumbers(table, column, seen, subject, {
    expected: "expected a number, as its type was set to numeric",
    remedy: (cell) =>
      `; --missing ${columnsWord([column.name], `=${nameInList(String(cell))}`)} reads it as missing`,
    textsAsMissing: others !== undefined,
  });
  if (others !== undefined) {
    const why = `${seen.numbers} of ${seen.numbers + others.cells} values are numbers, the others read as missing`;
    return { kind: "numeric", values, missing: missing + others.cells, why, others };
  }
  const why =
    override === undefined
      ? `all ${seen.numbers} values are numbers${missing > 0 ? `, ${missing} missing` : ""}`
      : "--types";
  return { kind: "numeric", values, missing, why };
}

/** The cells that are neither numbers nor missing. */
function textsIn(column: Column, { values }: Scan): { cells: number; texts: string[] } {
  let cells = 0;
  const texts = new Set<string>();
  for (let row = 0; row < values.length; row++) {
    if (!Number.isNaN(values[row]!)) continue;
    const cell = column.at(row);
    if (isMissingNumber(cell)) continue;
    cells++;
    texts.add(String(cell));
  }
  return { cells, texts: [...texts] };
}

/** What a column of numbers may hold in addition to them. */
interface NumbersExpected {
  /** Why it has to be numeric, for messages. */
  expected: string;
  /** What helps against a cell. */
  remedy?: (cell: Cell) => string;
  textsAsMissing?: boolean;
}

/**
 * Returns a column that has to hold numbers, codes such as `007` included; NaN where missing.
 *
 * @param subject what the column is, for the message
 * @throws DataError, naming line and value, for a text and for a number that is not finite in float32.
 */
export function readNumbers(table: Table, column: Column, subject: string, expecting: NumbersExpected) {
  return asNumbers(table, column, scan(column), subject, expecting);
}

function asNumbers(
  table: Table,
  column: Column,
  seen: Scan,
  subject: string,
  { expected, remedy = () => "", textsAsMissing = false }: NumbersExpected,
) {
  const { values } = seen;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Math.abs(value) <= largest) continue;
    const cell = column.at(row);
    if (Number.isNaN(value) && !isMissingNumber(cell)) {
      if (parseNumber(cell, column.format) === "text") {
        if (textsAsMissing) continue;
        throw dataError(placeOf(table, row), `${subject}: ${expected}`, `${quoted(cell)}${remedy(cell)}`);
      }
      values[row] = Number(cell);
    }
    if (Math.abs(values[row]!) > largest) {
      throw dataError(
        placeOf(table, row),
        `${subject}: expected a finite number of at most 3.4e38 (float32)`,
        `${quoted(cell)}${remedy(cell)}`,
      );
    }
  }
  return { values, missing: seen.missingAmongNumbers };
}

/** Returns the options, one of which gives the order of day and month. */
export function dayOrderOption(name: string): string {
  const [day, month] = ["dmy", "mdy"].map((order) => columnsWord([name], `=date-${order}`));
  return `--types ${day} or ${month}`;
}

/** A column that is said to hold dates. */
function asDates(table: Table, column: Column, kind: "date" | "date-dmy" | "date-mdy"): DateColumn {
  const asked: DayOrder | null = kind === "date" ? null : kind === "date-dmy" ? "dmy" : "mdy";
  const found = asked === null ? readDates(table, column) : null;
  if (found?.kind === "doubt" && found.order) {
    const subject = `column ${quoted(column.name)}: expected dates in one order`;
    throw dataError({ file: table.name }, subject, `${found.text}; ${dayOrderOption(column.name)} says it`);
  }
  const order = asked ?? (found?.kind === "date" ? found.order : null);
  const why = found?.kind === "date" ? found.why : "--types";
  for (let row = 0; row < column.length; row++) {
    if (readMoment(column.at(row), order) !== null) continue;
    const expected = `column ${quoted(column.name)}: expected a date, as its type was set to ${kind}`;
    throw dataError(placeOf(table, row), expected, quoted(column.at(row)));
  }
  return dateColumn(column, order, why);
}

function asLevels(
  table: Table,
  column: Column,
  seen: Scan,
  override?: ColumnKind,
  doubt: DateDoubt | null = null,
): TypedColumn {
  // Where all values are numbers, 1 and 1.0 are the same level.
  const byNumber = seen.other < 0 && seen.missingAmongNumbers === seen.missing;
  const index = new Map<string, number>();
  const codes = new Int32Array(column.length).fill(-1);
  for (let row = 0; row < codes.length; row++) {
    const cell = column.at(row);
    if (isMissing(cell)) continue;
    const value = seen.values[row]!;
    const key = byNumber && !Number.isNaN(value) ? String(value) : String(cell);
    const known = index.get(key);
    codes[row] = known ?? index.size;
    if (known === undefined) index.set(key, index.size);
  }
  const mostlyNumbers = seen.numbers > (column.length - seen.missing) / 2;
  const texts = [...index.keys()];
  const isText = override === undefined && doubt === null && !mostlyNumbers;
  if (override === "text" || (isText && isFreeText(texts, column.length - seen.missing))) {
    const rows = column.length - seen.missing;
    const why =
      override === undefined
        ? `free text: ${texts.length} different ones in ${rows} rows, most of three words or more`
        : "--types";
    return { kind: "text", codes, texts, missing: seen.missing, why };
  }
  const levels = sortLevels(texts, byNumber);
  const rank = new Int32Array(levels.length);
  for (const [position, level] of levels.entries()) rank[index.get(level)!] = position;
  for (let row = 0; row < codes.length; row++) if (codes[row]! >= 0) codes[row] = rank[codes[row]!]!;
  const count = column.length - seen.missing;
  const why = override === undefined ? whyText(table, column, seen, count) : "--types";
  const mixed = seen.why === "text" && mostlyNumbers;
  return {
    kind: "categorical",
    codes,
    levels,
    missing: seen.missing,
    why,
    mixed,
    ...(doubt !== null && { doubt }),
  };
}

/** Returns levels in a fixed order that depends on no locale: numbers by size, texts by code unit. */
export function sortLevels(levels: string[], byNumber: boolean): string[] {
  return byNumber ? levels.sort((a, b) => Number(a) - Number(b)) : levels.sort();
}

function whyText(table: Table, column: Column, seen: Scan, count: number): string {
  if (count === 0) return "all values are missing";
  if (seen.other < 0) return "no value is a number";
  const example = cellAt(table, column, seen.other);
  if (seen.why === "leading zero") return `${example} has a leading zero: codes`;
  if (seen.why === "long digits") return `${example} has more digits than a number keeps: identifiers`;
  if (seen.numbers === 0) return `no value is a number, e.g. ${example}`;
  const texts = count - seen.numbers;
  return `${texts} of ${count} values ${texts === 1 ? "is" : "are"} text: ${example}`;
}
