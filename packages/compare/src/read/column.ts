import type { Cell } from "./cell.ts";
import { parseNumber } from "./cells.ts";
import type { NumberFormat } from "./number-format.ts";

export type { Cell } from "./cell.ts";

/**
 * What a column holds, compact: the texts of all its cells as UTF-8, one after the other, `ends[row]` where each ends; or the
 * cells of a typed file.
 */
export type ColumnData =
  | { kind: "texts"; bytes: Uint8Array; ends: Uint32Array }
  | { kind: "cells"; cells: readonly Cell[] };

/** A named column of cells, before any decision about its type. */
export class Column {
  readonly name: string;
  readonly data: ColumnData;
  /** How its numbers are written, where that is not as in a program: `1.234,5`, `$12`, `12.5 %`. */
  readonly format: NumberFormat | null;
  #cells: readonly Cell[] | undefined;

  constructor(name: string, data: ColumnData, format: NumberFormat | null = null) {
    this.name = name;
    this.data = data;
    this.format = format;
  }

  get length(): number {
    return this.data.kind === "texts" ? this.data.ends.length : this.data.cells.length;
  }

  /** The cell of a row, as it is in the file but for spaces around it. */
  at(row: number): Cell {
    if (this.data.kind === "cells") return this.data.cells[row]!;
    const { bytes, ends } = this.data;
    return textOf(bytes, row === 0 ? 0 : ends[row - 1]!, ends[row]!);
  }

  /**
   * The number that a cell spells in the plainest way (sign, at most 15 digits, decimal point), NaN for any other cell: the
   * short way past `parseNumber`, for nearly all cells of nearly all columns.
   */
  plainNumberAt(row: number): number {
    if (this.data.kind === "cells") {
      const cell = this.data.cells[row]!;
      return typeof cell === "number" ? cell : Number.NaN;
    }
    const { bytes, ends } = this.data;
    return plainNumber(bytes, row === 0 ? 0 : ends[row - 1]!, ends[row]!);
  }

  /** The column with some of its rows. */
  pick(rows: Int32Array): Column {
    if (this.data.kind === "cells") {
      const { cells } = this.data;
      return new Column(
        this.name,
        { kind: "cells", cells: Array.from(rows, (row) => cells[row]!) },
        this.format,
      );
    }
    const { bytes, ends } = this.data;
    const startOf = (row: number): number => (row === 0 ? 0 : ends[row - 1]!);
    const picked = new Uint32Array(rows.length);
    let size = 0;
    for (const [i, row] of rows.entries()) {
      size += ends[row]! - startOf(row);
      picked[i] = size;
    }
    const own = new Uint8Array(size);
    for (const [i, row] of rows.entries())
      own.set(bytes.subarray(startOf(row), ends[row]!), i === 0 ? 0 : picked[i - 1]!);
    return new Column(this.name, { kind: "texts", bytes: own, ends: picked }, this.format);
  }

  /**
   * The column with some of its values as missing ones: cells that are such a text, or spell the same number, each in the
   * way of the column or the plain one.
   *
   * @returns the same column where it has none of them
   */
  without(values: readonly string[]): Column {
    const texts = new Set(values);
    const numberOf = (cell: Cell): number => {
      const parsed = parseNumber(cell, this.format);
      return typeof parsed === "number" ? parsed : Number.NaN;
    };
    // A code such as 007 is the number 7 among numbers.
    const numbers = new Set(values.flatMap((value) => [numberOf(value), Number(value)]));
    numbers.delete(Number.NaN);
    const isOne = (row: number): boolean => {
      const plain = this.format === null ? this.plainNumberAt(row) : Number.NaN;
      if (!Number.isNaN(plain)) return numbers.has(plain);
      const cell = this.at(row);
      return texts.has(String(cell)) || numbers.has(numberOf(cell));
    };
    const rows = Array.from({ length: this.length }, (_, row) => row);
    const gone = new Set(rows.filter(isOne));
    if (gone.size === 0) return this;
    const { data } = this;
    if (data.kind === "cells") {
      const cells = data.cells.map((cell, row) => (gone.has(row) ? null : cell));
      return new Column(this.name, { kind: "cells", cells }, this.format);
    }
    const ends = new Uint32Array(this.length);
    const bytes = new Uint8Array(data.bytes.length);
    let size = 0;
    for (const row of rows) {
      const own = gone.has(row)
        ? empty
        : data.bytes.subarray(row === 0 ? 0 : data.ends[row - 1]!, data.ends[row]);
      bytes.set(own, size);
      size += own.length;
      ends[row] = size;
    }
    return new Column(this.name, { kind: "texts", bytes: bytes.slice(0, size), ends }, this.format);
  }

  /** All cells, as an array that is made when it is first asked for; `at` needs no memory. */
  get cells(): readonly Cell[] {
    this.#cells ??=
      this.data.kind === "cells"
        ? this.data.cells
        : Array.from({ length: this.length }, (_, row) => this.at(row));
    return this.#cells;
  }
}

const empty = new Uint8Array(0);
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function textOf(bytes: Uint8Array, from: number, to: number): string {
  if (to - from <= 24) {
    // Most cells are short; the platform's decoder costs more than they do.
    let text = "";
    let at = from;
    for (; at < to && bytes[at]! < 0x80; at++) text += String.fromCharCode(bytes[at]!);
    if (at === to) return text;
  }
  return decoder.decode(bytes.subarray(from, to));
}

const powers = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/**
 * Returns the number that ASCII spells, or NaN. At most 15 digits, so that digits and power of ten are exact and their quotient is the
 * nearest number. No leading zero: those are codes.
 */
export function plainNumber(bytes: Uint8Array, from: number, to: number): number {
  if (to - from > 17) return Number.NaN;
  let at = from;
  const sign = bytes[at];
  if (sign === 45 || sign === 43) at++;
  if (bytes[at] === 48 && at + 1 < to && bytes[at + 1] !== 46) return Number.NaN;
  let digits = 0;
  let value = 0;
  let point = -1;
  for (; at < to; at++) {
    const byte = bytes[at]!;
    if (byte >= 48 && byte <= 57) {
      value = 10 * value + (byte - 48);
      digits++;
    } else if (byte === 46 && point < 0) point = at;
    else return Number.NaN;
  }
  if (digits === 0 || digits > 15) return Number.NaN;
  if (point >= 0) value /= powers[to - point - 1]!;
  return sign === 45 ? -value : value;
}
