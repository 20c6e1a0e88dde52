import { kindOf } from "../cell-kind.ts";
import { ColumnBuilder } from "../column-builder.ts";
import type { Damaged } from "../damage.ts";
import type { LineSink } from "./cut-bytes.ts";
import type { Layout } from "./layout.ts";
import { commentMark, isRule, type OddRecord } from "./odd-records.ts";
import type { TextRecord } from "./records.ts";

/** Takes the records of a text one by one. */
export interface RowCollector extends LineSink {
  record(record: TextRecord): void;
  /** What was taken. */
  collected(): Collected;
}

/** Rows of a text, and everything in it that is not a row. */
export interface Collected {
  builders: ColumnBuilder[];
  /** Where each row begins. */
  lines: Int32Array;
  rows: number;
  /** Rows that have the right number of cells. */
  whole: number;
  /** Rows up to the last whole one, and up to the last that has more than one value. */
  sound: number;
  rich: number;
  odd: OddRecord[];
  /** Marks of comments that whole rows begin with: in this text they are not comments. */
  marks: Set<string>;
  /** Lines of what is no row, or had to be repaired. */
  blank: number[];
  valueless: number[];
  rules: number[];
  repeated: number[];
  stray: number[];
  trailing: number[];
  formulas: number[];
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
  const everyRecord = damaged === "empty";
  const taken: Collected = {
    builders,
    lines: new Int32Array(1024),
    rows: 0,
    whole: 0,
    sound: 0,
    rich: 0,
    odd: [],
    marks: new Set(),
    blank: [],
    valueless: [],
    rules: [],
    repeated: [],
    stray: [],
    trailing: [],
    formulas: [],
    other: null,
  };
  let pendingBlank: number[] = [];
  let pendingValueless: number[] = [];
  /** The line before was blank. */
  let afterBlank = false;
  /** Empty lines of a file of one column, which are cells if something follows. */
  let emptyCells: number[] = [];

  function begin(line: number): void {
    if (taken.rows === taken.lines.length)
      taken.lines = new Int32Array((taken.lines.buffer as ArrayBuffer).transfer(8 * taken.rows));
    taken.lines[taken.rows++] = line;
    // Those that no row follows are below the table.
    if (pendingBlank.length > 0) {
      for (const at of pendingBlank) taken.blank.push(at);
      pendingBlank = [];
    }
    if (pendingValueless.length > 0) {
      for (const at of pendingValueless) taken.valueless.push(at);
      pendingValueless = [];
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
    const cells = broken ? cut : fit(cut, line);
    if (cells === null || broken) takeOdd({ cells: cut, line, broken, afterBlank: separated });
    else if (cells.every((cell) => cell === "") && !everyRecord) {
      pendingValueless.push(line);
      afterBlank = true;
    } else if (isRule(cells)) taken.rules.push(line);
    else if (header !== null && cells.every((cell, j) => cell === header[j])) taken.repeated.push(line);
    else if (separated && !everyRecord && damaged !== "refuse" && namesOthers(cells))
      taken.other = { line, records: 1 };
    else {
      if (stray) taken.stray.push(line);
      const mark = commentMark(cells);
      if (mark !== null) taken.marks.add(mark);
      push(withoutFormulas(cells, line), line);
      tell(cells.reduce((n, cell) => n + Number(cell !== ""), 0));
    }
  }

  /** A whole row has been pushed, with so many values. */
  function tell(filled: number): void {
    taken.whole++;
    taken.sound = taken.rows;
    if (filled > 1 || width === 1) taken.rich = taken.rows;
  }

  /** The cells of a row, or null where there are too few or too many. */
  function fit(cut: readonly string[], line: number): readonly string[] | null {
    if (cut.length === inFile) return !trailing ? cut : cut[width] === "" ? cut.slice(0, width) : null;
    // Delimiters at the end of this line alone: nothing can have moved where the last column is hardly ever empty.
    const over = cut.length > width && cut[width - 1] !== "" && cut.slice(width).every((cell) => cell === "");
    if (!over || trailing || !layout.endsFilled) return null;
    taken.trailing.push(line);
    return cut.slice(0, width);
  }

  /** `="00123"`, as programs write texts that Excel would take for numbers. */
  function withoutFormulas(cells: readonly string[], line: number): readonly string[] {
    if (!cells.some((cell) => formula.test(cell))) return cells;
    taken.formulas.push(line);
    return cells.map(withoutFormula);
  }

  function takeOdd({ cells, line, broken, afterBlank: separated }: OddCandidate): void {
    if (!broken && isRule(cells)) {
      taken.rules.push(line);
      return;
    }
    const texts = cells.filter((cell) => cell !== "");
    taken.odd.push({
      line,
      cells: broken ? 0 : cells.length,
      filled: texts.length,
      text: texts[0] ?? "",
      allText: texts.length > 0 && texts.every((cell) => kindOf(cell) === "text"),
      comment: broken ? null : commentMark(cells),
      afterBlank: separated,
      row: taken.rows,
      parts: everyRecord && !broken ? cells.map(withoutFormula) : [],
      after: taken.whole,
    });
    const padded = damaged === "pad" && !broken && cells.length < width && commentMark(cells) === null;
    if (padded || everyRecord) push(padded ? cells : [], line);
  }

  /** Texts in all of at least two columns that hold numbers or dates: names of another table. */
  function namesOthers(cells: readonly string[]): boolean {
    const typed = cells.filter((_, j) => kinds[j] === "number" || kinds[j] === "date");
    return typed.length >= 2 && typed.every((cell) => kindOf(cell) === "text");
  }

  function row(bytes: Uint8Array, bounds: Int32Array, line: number): void {
    let filled = 0;
    for (let j = 0; j < width; j++) if (bounds[2 * j + 1]! > bounds[2 * j]!) filled++;
    const looksUsual =
      filled > 0 &&
      line >= firstLine &&
      taken.other === null &&
      !afterBlank &&
      !trailing &&
      !mayBeNone(bytes, bounds[0]!) &&
      (firstName === null || !sameBytes(firstName, bytes, bounds[0]!, bounds[1]!));
    if (!looksUsual) {
      const decode = (j: number): string =>
        decoder.decode(bytes.subarray(bounds[2 * j], bounds[2 * j + 1])).trim();
      const cells = Array.from({ length: inFile }, (_, j) => decode(j));
      record({ cells, line, broken: false, stray: false, quoted: false });
      return;
    }
    begin(line);
    for (let j = 0; j < width; j++) builders[j]!.pushBytes(bytes, bounds[2 * j]!, bounds[2 * j + 1]!);
    tell(filled);
  }

  return {
    record,
    row,
    other(bytes, from, to, line) {
      const cells = decoder.decode(bytes.subarray(from, to)).split(delimiter);
      const trimmed = cells.map((cell) => cell.trim());
      record({ cells: trimmed, line, broken: false, stray: false, quoted: false });
    },
    collected: () => ({ ...taken, valueless: [...taken.valueless, ...pendingValueless] }),
  };
}

const formula = /^="(.*)"$/s;
const withoutFormula = (cell: string): string => formula.exec(cell)?.[1] ?? cell;

interface OddCandidate {
  cells: readonly string[];
  line: number;
  broken: boolean;
  afterBlank: boolean;
}

/** Whether a row begins like a comment (`#`, `%`, `//`) or a line of dashes. */
function mayBeNone(bytes: Uint8Array, at: number): boolean {
  const [first, second] = [bytes[at], bytes[at + 1]];
  if (first === 35 || first === 37) return true;
  if (first === 47) return second === 47;
  return (first === 45 || first === 61 || first === 43 || first === 58) && (second === 45 || second === 61);
}

function sameBytes(name: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (name.length !== to - from) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[from + i]) return false;
  return true;
}
