import { kindOf } from "../cell-kind.ts";
import { ColumnBuilder } from "../column-builder.ts";
import type { Damaged } from "../damage.ts";
import type { LineSink } from "./cut-bytes.ts";
import type { Layout } from "./layout.ts";
import { isComment, type OddRecord } from "./odd-records.ts";
import type { TextRecord } from "./records.ts";

/** Takes the records of a text one by one. */
export interface RowCollector extends LineSink {
  record(record: TextRecord): void;
  /** What was taken. */
  collected(): Collected;
}

/** Rows of a text, and all that is none. */
export interface Collected {
  builders: ColumnBuilder[];
  /** Where each row begins. */
  lines: Int32Array;
  rows: number;
  /** Rows up to the last that is whole and has a value. */
  sound: number;
  /** Rows that have the right number of cells. */
  whole: number;
  odd: OddRecord[];
  /** Lines of blank lines between rows, of comments, of headers that come again, of rows with quotes as characters. */
  blank: number[];
  comments: number[];
  repeated: number[];
  stray: number[];
  /** Where another table of the same width begins, and how many records it has. */
  other: { line: number; records: number } | null;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * @param delimiter to cut lines that are not rows
 * @param bytes of the whole text, from which the memory that columns need is guessed
 */
export function rowCollector(
  layout: Layout,
  { delimiter, damaged, bytes: size }: { delimiter: string; damaged: Damaged; bytes: number },
): RowCollector {
  const { width, header, firstLine, trailing, kinds } = layout;
  const builders = layout.names.map(() => new ColumnBuilder(Math.ceil(size / width / 8)));
  const inFile = trailing ? width + 1 : width;
  const firstName = header === null ? null : new TextEncoder().encode(header[0]);
  const taken: Collected = {
    builders,
    lines: new Int32Array(1024),
    rows: 0,
    sound: 0,
    whole: 0,
    odd: [],
    blank: [],
    comments: [],
    repeated: [],
    stray: [],
    other: null,
  };
  let pendingBlank: number[] = [];
  /** The line before was blank. */
  let afterBlank = false;
  /** Empty lines of a file of one column, which are cells if something follows. */
  let emptyCells: number[] = [];

  function begin(line: number): void {
    if (taken.rows === taken.lines.length)
      taken.lines = new Int32Array((taken.lines.buffer as ArrayBuffer).transfer(8 * taken.rows));
    taken.lines[taken.rows++] = line;
    // Those that no row follows stand below the table.
    if (pendingBlank.length > 0) {
      taken.blank.push(...pendingBlank);
      pendingBlank = [];
    }
  }

  function push(cells: readonly string[], line: number): void {
    begin(line);
    for (let j = 0; j < width; j++) builders[j]!.push(cells[j] ?? "");
  }

  function record({ cells: cut, line, broken, stray }: TextRecord): void {
    if (line < firstLine) return;
    if (taken.other !== null) {
      taken.other.records++;
      return;
    }
    if (cut.length === 1 && cut[0] === "" && !broken) {
      (width === 1 ? emptyCells : pendingBlank).push(line);
      afterBlank = true;
      return;
    }
    const separated = afterBlank;
    afterBlank = false;
    for (const at of emptyCells) push([""], at);
    emptyCells = [];
    const right = !broken && cut.length === inFile && (!trailing || cut[width] === "");
    const cells = trailing && right ? cut.slice(0, width) : cut;
    const filled = cells.reduce((n, cell) => n + Number(cell !== ""), 0);
    if (!right) {
      if (!broken && isComment(cells)) taken.comments.push(line);
      else takeOdd({ cells, line, broken, filled, afterBlank: separated });
    } else if (header !== null && cells.every((cell, j) => cell === header[j])) taken.repeated.push(line);
    else if (separated && namesOthers(cells)) taken.other = { line, records: 1 };
    else {
      if (stray) taken.stray.push(line);
      push(cells, line);
      taken.whole++;
      if (filled > 0) taken.sound = taken.rows;
    }
  }

  function takeOdd(one: {
    cells: readonly string[];
    line: number;
    broken: boolean;
    filled: number;
    afterBlank: boolean;
  }): void {
    const { cells, line, broken, filled } = one;
    taken.odd.push({
      line,
      cells: broken ? 0 : cells.length,
      filled,
      text: cells.find((cell) => cell !== "") ?? "",
      afterBlank: one.afterBlank,
      row: taken.rows,
      after: taken.whole,
    });
    const padded = damaged === "pad" && !broken && cells.length < width;
    if (padded || damaged === "empty") push(padded ? cells : [], line);
  }

  /** Texts in most of the columns that hold numbers or dates, and no such value: names of another table. */
  function namesOthers(cells: readonly string[]): boolean {
    let [typed, texts] = [0, 0];
    for (const [j, cell] of cells.entries()) {
      if (kinds[j] !== "number" && kinds[j] !== "date") continue;
      typed++;
      const kind = kindOf(cell);
      if (kind === "number" || kind === "date") return false;
      if (kind === "text") texts++;
    }
    return texts > 0 && 2 * texts > typed;
  }

  function row(bytes: Uint8Array, bounds: Int32Array, line: number): void {
    const looksUsual =
      line >= firstLine &&
      taken.other === null &&
      !afterBlank &&
      !trailing &&
      (firstName === null || !sameBytes(firstName, bytes, bounds[0]!, bounds[1]!));
    if (!looksUsual) {
      const decode = (j: number): string =>
        decoder.decode(bytes.subarray(bounds[2 * j], bounds[2 * j + 1])).trim();
      const cells = Array.from({ length: inFile }, (_, j) => decode(j));
      record({ cells, line, broken: false, stray: false });
      return;
    }
    begin(line);
    taken.whole++;
    let characters = 0;
    for (let j = 0; j < width; j++) {
      const [from, to] = [bounds[2 * j]!, bounds[2 * j + 1]!];
      builders[j]!.pushBytes(bytes, from, to);
      characters += to - from;
    }
    if (characters > 0) taken.sound = taken.rows;
  }

  return {
    record,
    row,
    other(bytes, from, to, line) {
      const text = decoder.decode(bytes.subarray(from, to));
      const cells = (delimiter === "" ? [text] : text.split(delimiter)).map((cell) => cell.trim());
      record({ cells, line, broken: false, stray: false });
    },
    collected: () => taken,
  };
}

function sameBytes(name: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (name.length !== to - from) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[from + i]) return false;
  return true;
}
