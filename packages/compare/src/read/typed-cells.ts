import { listed } from "../data-error.ts";
import type { Note } from "../results.ts";
import type { Cell } from "./column.ts";

/** What becomes of lists and objects: their columns are left out, or each is a text, as JSON writes it. */
export type Nested = "drop" | "json";

/**
 * Returns a cell from a value of a typed file: text is trimmed, booleans become the words `true` and `false`, dates ISO 8601, whole numbers
 * beyond 2^53 their digits. `undefined` for what fits no cell: lists and objects without `nested`, bytes.
 */
export function cellOf(value: unknown, nested: Nested = "drop"): Cell | undefined {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") return value;
  if (typeof value === "string") return value.trim();
  if (typeof value === "boolean") return String(value);
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? null : value.toISOString().replace("T00:00:00.000Z", "");
  if (nested === "json" && typeof value === "object" && !ArrayBuffer.isView(value))
    return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part));
  return undefined;
}

/** Returns the note on columns that hold lists or objects and were left out; none if there are none. */
export function nestedNote(names: readonly string[]): Note[] {
  if (names.length === 0) return [];
  const which = names.length === 1 ? "column" : `${names.length} columns`;
  return [{ level: "warning", text: `left out ${which} of lists, objects or bytes: ${listed(names)}` }];
}
