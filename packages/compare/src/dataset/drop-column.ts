import type { ColumnKind } from "../results.ts";
import type { Column } from "../table/table.ts";
import type { TypedColumn } from "./column-type.ts";

/** Names that people give to identifiers: `id`, `row_id`, `customerID`, `index`, `key`. */
const identifier = /(^|[\s_.:-])(id|ids|uuid|index|idx|key|rowid|rownum|rownames?)$/i;
const camelIdentifier = /[a-z](Id|ID)$/;

/** Why a column is no input. */
export interface Drop {
  reason: string;
  /** As which kind it may be one, where people may want that. */
  keep?: "numeric" | "text";
}

/**
 * Why a column can't help a model, or null if it can.
 *
 * Left out are: no value at all; one value in every row; categories with a different value in every row; whole numbers that
 * count the rows (n consecutive ones in order, or 0..n-1 or 1..n in any order), or that differ in every row below a name
 * such as `id`. Other numbers that differ in every row are measurements and stay, and so does what was set to numeric.
 *
 * @param leftOut how many rows of the file are not: row numbers may have so many gaps
 */
export function reasonToDrop(
  column: Column,
  typed: TypedColumn,
  override?: ColumnKind,
  leftOut = 0,
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
  if (present < 3 || !whole || override === "numeric" || !allDifferent(all, isNone)) return null;
  if (typed.kind === "categorical") {
    // Numbers with a stray text end here: say so, for the text is what is wrong then.
    return typed.mixed
      ? { reason: `${different}, and ${typed.why}` }
      : { reason: different, ...(typed.doubt === undefined && { keep: "text" }) };
  }
  if (countsRows(typed.values, leftOut)) return { reason: "it numbers the rows", keep: "numeric" };
  const isNamed = identifier.test(column.name) || camelIdentifier.test(column.name);
  return isNamed ? { reason: different, keep: "numeric" } : null;
}

const different = "every row has a different value";

function allDifferent(all: Float64Array | Int32Array, isNone: (value: number) => boolean): boolean {
  const seen = new Set<number>();
  for (const value of all) {
    if (isNone(value)) continue;
    if (seen.has(value)) return false;
    seen.add(value);
  }
  return true;
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
