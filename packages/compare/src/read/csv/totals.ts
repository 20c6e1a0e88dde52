import { kindOf } from "../cell-kind.ts";
import { isMissingNumber, parseNumber } from "../cells.ts";
import type { Column } from "../column.ts";
import { plainSpelling } from "../number-format.ts";

const label =
  /^(?:grand[ -])?(?:totals?|sums?)\b.{0,20}$|^(?:gesamt(?:summe)?|summe|insgesamt|totaux|somme|total général|suma|totale|somma|totaal|razem|celkem|totalt|итого|всего|合计|总计|合計)\s*:?$/i;

/**
 * Whether the last row of a table is a total: its first word is one for it, and it has numbers.
 *
 * @returns `sums`: whether each of its numbers is the sum of its column, up to the rounding of what is written; null where the row is no
 *   total by its words
 */
export function totalOf(columns: readonly Column[], rows: number): { label: string; sums: boolean } | null {
  if (rows < 3) return null;
  const last = columns.map((column) => column.at(rows - 1));
  const first = last.find((cell) => typeof cell === "string" && kindOf(cell) === "text");
  if (typeof first !== "string" || !label.test(first)) return null;
  let numbers = 0;
  let nothing = true;
  let sums = true;
  for (const [j, column] of columns.entries()) {
    const written = last[j] as string;
    const value = numberOf(column, rows - 1);
    if (value === null) continue;
    numbers++;
    if (value !== 0) nothing = false;
    let sum = 0;
    let size = 0;
    for (let row = 0; row < rows - 1; row++) {
      const part = numberOf(column, row) ?? 0;
      sum += part;
      size += Math.abs(part);
    }
    const decimals = /[.,](\d{1,2}|\d{4,})\D*$/.exec(written)?.[1]?.length ?? 0;
    // Its parts are rounded, too, where they have decimals: sums of so many errors.
    const rounded = decimals === 0 ? 1 : 1 + 2 * Math.sqrt(rows);
    if (Math.abs(sum - value) > 0.51 * 10 ** -decimals * rounded + 1e-9 * size) sums = false;
  }
  return numbers === 0 || nothing ? null : { label: first, sums };
}

function numberOf(column: Column, row: number): number | null {
  const plain = column.plainNumberAt(row);
  if (!Number.isNaN(plain)) return plain;
  const cell = column.at(row);
  if (isMissingNumber(cell)) return null;
  const spelled =
    column.format === null || typeof cell !== "string" ? cell : (plainSpelling(cell, column.format) ?? cell);
  const value = parseNumber(spelled);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
