import { isMissingNumber } from "../../read/cells.ts";
import { type Column, cellAt, type Table } from "../../read/table.ts";
import { type DayOrder, dateOfNumber, isZeroDate, type Moment, parseDate } from "./parse-date.ts";

/** A column of dates. */
export interface DateColumn {
  kind: "date";
  /** In milliseconds, NaN where missing; see `Moment`. */
  walls: Float64Array;
  instants: Float64Array;
  hasDay: boolean;
  hasTime: boolean;
  /** The order of day and month, where the column has it. */
  order: DayOrder | null;
  /** Whether some cells have a time zone, and others none. */
  mixedZones: boolean;
  missing: number;
  why: string;
}

/** Why a column with dates isn't read as one. */
export interface DateDoubt {
  kind: "doubt";
  text: string;
  /** True where another column of the file may show the order of day and month. */
  order: boolean;
}

/** What the cells of a column say of dates. */
interface Seen {
  dates: number;
  others: number;
  other: number;
  /** Cells with two numbers before the year, and rows where the first or the second of them can be no month. */
  undecided: number;
  firstIsDay: number;
  secondIsDay: number;
  dots: number;
}

/** Columns of other things are known after this many cells. */
const patience = 20;

/**
 * Reads a column as dates, if it is one: every cell that is not missing spells a date (`parseDate`). `0000-00-00` is missing.
 *
 * Where day and month are numbers before the year, a number above 12 decides their order. Without one, day comes before month between dots,
 * as no country has it otherwise. Else it is the order in which the rows are in order of time, if only one of the two is.
 *
 * @returns null for a column of other things
 */
export function readDates(table: Table, column: Column): DateColumn | DateDoubt | null {
  const seen = look(column);
  const { dates, others, other, undecided } = seen;
  if (dates === 0 || others > dates) return null;
  const doubt = (text: string, order = false): DateDoubt => ({ kind: "doubt", text, order });
  if (others > 0) {
    const many = others === 1 ? "1 is not" : `${others} are not`;
    return doubt(`${dates} of ${dates + others} values are dates, ${many}: ${cellAt(table, column, other)}`);
  }
  if (undecided === 0) return dateColumn(column, null, "all values are dates");
  if (seen.firstIsDay >= 0 && seen.secondIsDay >= 0) {
    const [a, b] = [seen.firstIsDay, seen.secondIsDay].map((row) => cellAt(table, column, row));
    return doubt(`dates with the day first (${a}) and with the month first (${b})`);
  }
  if (seen.firstIsDay >= 0)
    return dateColumn(column, "dmy", `day first as in ${cellAt(table, column, seen.firstIsDay)}`);
  if (seen.secondIsDay >= 0)
    return dateColumn(column, "mdy", `month first as in ${cellAt(table, column, seen.secondIsDay)}`);
  if (seen.dots === undecided) return dateColumn(column, "dmy", "day first, as between dots");
  const [dayFirst, monthFirst] = (["dmy", "mdy"] as const).map((order) =>
    dateColumn(column, order, `${words[order]}: so the rows are sorted`),
  );
  if (isSorted(dayFirst.instants) !== isSorted(monthFirst.instants))
    return isSorted(dayFirst.instants) ? dayFirst : monthFirst;
  return doubt(
    `an ambiguous order of day and month, e.g. in ${cellAt(table, column, firstOf(column))}`,
    true,
  );
}

const words: Record<DayOrder, string> = { dmy: "day first", mdy: "month first" };

/**
 * Returns a column that is said to hold dates: numbers such as `20210312` or seconds since 1970 are dates as well. Null for a cell without
 * a date.
 */
export function readMoment(cell: string | number | null, order: DayOrder | null): Moment | null | "missing" {
  if (cell === null || isMissingNumber(cell)) return "missing";
  if (typeof cell === "number") return dateOfNumber(cell);
  if (isZeroDate(cell)) return "missing";
  const moment = parseDate(cell, order ?? "dmy");
  if (moment !== null && "wall" in moment) return moment;
  return /^\d+(?:\.\d+)?$/.test(cell) ? dateOfNumber(Number(cell)) : null;
}

/** Returns the dates of a column, NaN where missing or none. */
export function dateColumn(column: Column, order: DayOrder | null, why: string): DateColumn {
  const walls = new Float64Array(column.length).fill(Number.NaN);
  const instants = walls.slice();
  let [missing, zoned, hasDay, hasTime] = [0, 0, false, false];
  for (let row = 0; row < walls.length; row++) {
    const moment = readMoment(column.at(row), order);
    if (moment === "missing") missing++;
    if (moment === "missing" || moment === null) continue;
    walls[row] = moment.wall;
    instants[row] = moment.instant;
    if (moment.hasDay) hasDay = true;
    if (moment.hasZone) zoned++;
    // Midnight everywhere is no time.
    if (moment.hasTime && moment.wall % 86_400_000 !== 0) hasTime = true;
  }
  const mixedZones = zoned > 0 && zoned < walls.length - missing;
  return { kind: "date", walls, instants, hasDay, hasTime, order, mixedZones, missing, why };
}

function look(column: Column): Seen {
  const seen: Seen = {
    dates: 0,
    others: 0,
    other: -1,
    undecided: 0,
    firstIsDay: -1,
    secondIsDay: -1,
    dots: 0,
  };
  for (let row = 0; row < column.length; row++) {
    const cell = column.at(row);
    if (isMissingNumber(cell) || (typeof cell === "string" && isZeroDate(cell))) continue;
    const moment = typeof cell === "string" ? parseDate(cell, null) : null;
    if (moment === null || !("first" in moment)) {
      if (moment !== null) seen.dates++;
      else if (seen.others++ === 0) seen.other = row;
      if (seen.others > patience && seen.others > seen.dates) break;
      continue;
    }
    const { first, second, mark } = moment;
    const possible = (["dmy", "mdy"] as const).filter((order) => parseDate(cell as string, order) !== null);
    if (possible.length === 0) {
      if (seen.others++ === 0) seen.other = row;
      continue;
    }
    seen.dates++;
    seen.undecided++;
    if (mark === ".") seen.dots++;
    if (first > 12 && seen.firstIsDay < 0) seen.firstIsDay = row;
    if (second > 12 && seen.secondIsDay < 0) seen.secondIsDay = row;
  }
  return seen;
}

function firstOf(column: Column): number {
  for (let row = 0; row < column.length; row++) if (!isMissingNumber(column.at(row))) return row;
  return 0;
}

/** Whether dates never go back, or never forth, and are not all the same. */
function isSorted(instants: Float64Array): boolean {
  const known = instants.filter((instant) => !Number.isNaN(instant));
  const rises = known.every((instant, i) => i === 0 || instant >= known[i - 1]!);
  const falls = known.every((instant, i) => i === 0 || instant <= known[i - 1]!);
  return rises !== falls;
}

/** `2019-01-02 to 2021-12-30`: the first and the last of dates that aren't all missing. */
export function spanOf(instants: Float64Array): string {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const instant of instants) {
    if (instant < first) first = instant;
    if (instant > last) last = instant;
  }
  const dayOf = (instant: number): string => new Date(instant).toISOString().slice(0, 10);
  return `${dayOf(first)} to ${dayOf(last)}`;
}
