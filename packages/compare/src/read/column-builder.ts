import { Column } from "./column.ts";
import type { NumberFormat } from "./number-format.ts";

const encoder = new TextEncoder();

/** Takes the texts of a column one by one and keeps them compact. A class, as it is called for every cell of a file. */
export class ColumnBuilder {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;
  #ends = new Uint32Array(16);
  #rows = 0;

  /** @param capacity bytes that are likely needed; more are taken when they are */
  constructor(capacity = 1024) {
    // A file may have very many columns.
    this.#bytes = new Uint8Array(Math.max(16, capacity));
  }

  /** Adds a cell from bytes of UTF-8 that have no spaces around them. */
  pushBytes(source: Uint8Array, from: number, to: number): void {
    if (this.#length + to - from > this.#bytes.length) this.#grow(to - from);
    const bytes = this.#bytes;
    let length = this.#length;
    if (to - from < 48) for (let i = from; i < to; i++) bytes[length++] = source[i]!;
    else {
      bytes.set(source.subarray(from, to), length);
      length += to - from;
    }
    this.#length = length;
    this.#end();
  }

  /** Adds a cell. */
  push(text: string): void {
    // A character of UTF-16 is at most three bytes of UTF-8.
    if (this.#length + 3 * text.length > this.#bytes.length) this.#grow(3 * text.length);
    const bytes = this.#bytes;
    let at = 0;
    // Most cells are short and ASCII; the platform's encoder costs more than they do.
    if (text.length < 48) {
      for (; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code > 127) break;
        bytes[this.#length + at] = code;
      }
    }
    if (at === text.length) this.#length += at;
    else this.#length += encoder.encodeInto(text, bytes.subarray(this.#length)).written;
    this.#end();
  }

  /** The column as it is so far; more may follow. */
  column(name: string, format: NumberFormat | null = null): Column {
    const bytes = this.#bytes.subarray(0, this.#length);
    return new Column(name, { kind: "texts", bytes, ends: this.#ends.subarray(0, this.#rows) }, format);
  }

  /** Forgets all rows from this one on. */
  truncate(rows: number): void {
    this.#rows = Math.min(this.#rows, rows);
    this.#length = this.#rows === 0 ? 0 : this.#ends[this.#rows - 1]!;
  }

  #end(): void {
    if (this.#rows === this.#ends.length)
      this.#ends = new Uint32Array(this.#ends.buffer.transfer(8 * this.#rows));
    this.#ends[this.#rows++] = this.#length;
  }

  #grow(more: number): void {
    const needed = this.#length + more;
    if (needed > 0xffffffff)
      throw new RangeError("column: expected at most 4 GB of text in one column, got more");
    this.#bytes = new Uint8Array(
      this.#bytes.buffer.transfer(Math.max(needed, Math.ceil(1.5 * this.#bytes.length))),
    );
  }
}
