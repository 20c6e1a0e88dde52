import type { Column } from "../read/table.ts";
import type { ColumnKind } from "../results.ts";
import type { TypedColumn } from "./column-type.ts";

/** Names that people give to identifiers: `id`, `row_id`, `customerID`, `index`, `key`, `client`, `Kundennummer`. */
const identifier =
  /(^|[\s_.:-])(ids?|uuid|index|idx|key|rowid|rownum|rownames?|nr|client|customer|kunde|patient|ticket|user|\p{L}*nummer)$/iu;
const camelIdentifier = /[a-z](Id|ID)$/;

/** Why a column is no input. */
export interface Drop {
  reason: string;
  /** The kind as which it may be an input, where that may be useful. */
  keep?: "numeric" | "text";
}

export interface DropOptions {
  leftOut?: number;
  isCopy?: (row: number, other: number) => boolean;
}

/**
 * Returns why a column can't help a model, or null if it can.
 *
 * Left out are: no value at all; one value in every row; categories with a different value in every row; whole numbers that
 * count the rows (n consecutive ones in order, or 0..n-1 or 1..n in any order), or that differ in every row below a name
 * such as `id`. Copies of rows count once, where at most a tenth of the rows are copies. Other numbers that differ in every row are
 * measurements and stay, and so does what was set to numeric.
 *
 * @param options `leftOut`: how many rows of the file are not among these, since row numbers may have so many gaps. `isCopy`: whether
 *   two rows have equal cells throughout; without it each row stands for itself
 */
export function reasonToDrop(
  column: Column,
  typed: TypedColumn,
  override: ColumnKind | undefined,
  { leftOut = 0, isCopy }: DropOptions = {},
): Drop | null {
  const all = typed.kind === "numeric" ? typed.values : typed.kind === "date" ? typed.instants : typed.codes;
  // Dates before 1970 are negative.
  const ofNumbers = typed.kind === "numeric" || typed.kind === "date";
  const isNone = (value: number) => (ofNumbers ? Number.isNaN(value) : value < 0);
  let [present, constant, whole] = [0, true, true];
  let first = Number.NaN;
  for (const value of all) {
    if (isNone(value)) continue;
    if (present === 0) first = value;
    present++;
    if (value !== first) constant = false;
    if (!Number.isInteger(value)) whole = false;
  }
  if (present === 0) return { reason: "every value is missing" };
  if (constant && present === all.length) return { reason: "it is constant" };
  if (typed.kind === "text" || typed.kind === "date") return null;
  // Numbers that are not whole are measurements, however many of them differ.
  if (present < 3 || !whole || override === "numeric") return null;
  const distinct = distinctRows(all, isNone, isCopy);
  if (distinct === null) return null;
  const copied = distinct.length < all.length ? ", but for copies of whole rows" : "";
  if (typed.kind === "categorical") {
    // Numbers with a stray text end here: say so, for the text is what is wrong then.
    return typed.mixed
      ? { reason: `${different}${copied}, and ${typed.why}` }
      : { reason: `${different}${copied}`, ...(typed.doubt === undefined && { keep: "text" }) };
  }
  const values = Float64Array.from(distinct, (row) => typed.values[row]!);
  if (countsRows(values, leftOut)) return { reason: `it numbers the rows${copied}`, keep: "numeric" };
  const isNamed = identifier.test(column.name) || camelIdentifier.test(column.name);
  return isNamed ? { reason: `${different}${copied}`, keep: "numeric" } : null;
}

/**
 * Whether an input may be a key all the same: whole numbers that differ in every row, copies counted once. Amounts may do so as well, so
 * that only a reader can decide.
 */
export function mayBeKey(values: Float64Array, { isCopy }: DropOptions = {}): boolean {
  if (values.length < fewestOfKey || !values.every(Number.isInteger)) return false;
  return distinctRows(values, Number.isNaN, isCopy) !== null;
}

/** In fewer rows measurements differ by chance. */
const fewestOfKey = 50;

/** Beyond this share of the rows, what comes again isn't a few copies. */
const mostCopies = 0.1;

const different = "every row has a different value";

/** The rows, copies left out, where all of them that have a value have another one; else null. */
function distinctRows(
  all: Float64Array | Int32Array,
  isNone: (value: number) => boolean,
  isCopy: DropOptions["isCopy"],
): number[] | null {
  const seen = new Map<number, number>();
  const rows: number[] = [];
  for (let row = 0; row < all.length; row++) {
    const value = all[row]!;
    const first = isNone(value) ? undefined : seen.get(value);
    if (first === undefined) {
      if (!isNone(value)) seen.set(value, row);
      rows.push(row);
    } else if (isCopy === undefined || row + 1 - rows.length > mostCopies * all.length || !isCopy(row, first))
      return null;
  }
  return rows;
}

/** Whether whole numbers that all differ number the rows, of which some were left out. */
function countsRows(values: Float64Array, leftOut: number): boolean {
  const sorted = values.toSorted();
  const [start, end] = [sorted[0]!, sorted.at(-1)!];
  // NaN, for a missing one, is no end.
  if (!(end - start <= values.length - 1 + leftOut)) return false;
  return (
    (start >= 0 && start <= 1 + leftOut) || values.every((value, i) => i === 0 || value > values[i - 1]!)
  );
}
