import { areUnits, evidenceOf, kindsOf, mostRows } from "./header.ts";
import { commentMark, isRule } from "./odd-records.ts";
import type { TextRecord } from "./records.ts";

/** A record of the beginning of a text with what is known of it. */
export interface Line {
  cells: string[];
  line: number;
  filled: number;
  afterBlank: boolean;
  stray: boolean;
  quoted: boolean;
}

/** Returns the records that hold something. Broken ones have no cells to speak of, lines of dashes no values. */
export function describeLines(records: readonly TextRecord[]): Line[] {
  const lines: Line[] = [];
  let afterBlank = false;
  for (const { cells, line, stray, quoted } of records) {
    if (cells.length === 0) continue;
    const filled = cells.reduce((n, cell) => n + Number(cell !== ""), 0);
    if (filled === 0) afterBlank = true;
    else {
      lines.push({ cells, line, filled, afterBlank, stray, quoted });
      afterBlank = false;
    }
  }
  return lines;
}

/** Returns lines up to a blank one, below which another table may be; all of them where it comes early. */
export function upToBlank(lines: readonly Line[]): readonly Line[] {
  const end = lines.findIndex(({ afterBlank }, i) => i >= 4 && afterBlank);
  return end < 0 ? lines : lines.slice(0, end);
}

/** Header rows above one another; more lines of texts are a preamble of which only the last names columns. */
const mostNames = 3;

/**
 * Returns the first line of the table: its names, or its first row where it has none.
 *
 * Where columns hold numbers or dates, as they do in the longest stretch without a blank line, it is the first row that does so, or
 * the names above that. Where all columns hold texts, it is the first line that can be names or values.
 */
export function topOf(lines: readonly Line[], width: number): number {
  const block = longestBlock(lines, width);
  const middle = block.slice(Math.floor(block.length / 2)).slice(0, mostRows);
  const kinds = kindsOf(
    middle.map((i) => lines[i]!.cells),
    width,
  );
  const typed = kinds.filter((kind) => kind === "number" || kind === "date").length;
  const row = typed === 0 ? -1 : lines.findIndex(isRow);
  if (row < 0) return firstFull(lines, width);
  const names: number[] = [];
  let firstRow = row;
  for (let i = row - 1; i >= 0; i--) {
    // A blank line may part names and rows, but not names and names.
    if (lines[i + 1]!.afterBlank && names.length > 0) break;
    // Lines of dashes and damaged rows may be between names and rows.
    const passed = isRule(lines[i]!.cells) || (names.length === 0 && lines[i]!.cells.length !== width);
    if (passed || namesIndex(i)) continue;
    // Rows may begin above a blank line, and with some that have no value where others have.
    if (names.length === 0 && (isRow(lines[i]!) || hasNothing(lines[i]!))) {
      firstRow = i;
      continue;
    }
    if (!isNames(lines[i]!)) break;
    names.unshift(i);
  }
  if (names.length > mostNames) {
    const last = names.at(-1)!;
    return areUnits(lines[last]!.cells) ? names.at(-2)! : last;
  }
  if (names.length > 0) return names[0]!;
  const before = firstRow - 1;
  const mayName =
    before >= 0 && !lines[firstRow]!.afterBlank && !isAbove(lines[before]!, width, lines[firstRow]);
  return mayName && lines[before]!.cells.length !== width ? before : firstRow;

  function isRow({ cells }: Line): boolean {
    const { names: other, values } = evidenceOf(cells, kinds);
    return cells.length === width && values > other;
  }

  function hasNothing(line: Line): boolean {
    const { names: other, values } = evidenceOf(line.cells, kinds);
    return line.cells.length === width && !isTitle(line) && other + values === 0;
  }

  /** Whether a line names the first column below names that leave it out, as pandas writes several levels. */
  function namesIndex(i: number): boolean {
    return (
      names.length === 0 &&
      i > 0 &&
      isTitle(lines[i]!) &&
      lines[i - 1]!.cells[0] === "" &&
      isNames(lines[i - 1]!)
    );
  }

  function isTitle({ cells, filled }: Line): boolean {
    return filled === 1 && cells[0] !== "" && width > 1;
  }

  function isNames(line: Line): boolean {
    const { cells } = line;
    if (cells.length !== width || isTitle(line)) return false;
    const { names: other, values } = evidenceOf(cells, kinds);
    return other > 0 && other >= values && 2 * other >= typed;
  }
}

/** The longest stretch of full lines without a blank one in it: their places. */
function longestBlock(lines: readonly Line[], width: number): number[] {
  const blocks: number[][] = [[]];
  for (const [i, { cells, afterBlank }] of lines.entries()) {
    if (afterBlank) blocks.push([]);
    if (cells.length === width) blocks.at(-1)!.push(i);
  }
  return blocks.reduce((longest, block) => (block.length > longest.length ? block : longest));
}

/** The first line that can hold names or values, where types don't show it. */
function firstFull(lines: readonly Line[], width: number): number {
  const top = lines.findIndex((line, i) => !isAbove(line, width, lines[i + 1]));
  if (top < 0) return 0;
  if (lines[top]!.cells.length === width) return top;
  // Lines of another width that a blank line separates from the table do not belong to it.
  const full = lines.findIndex(({ cells }, i) => i > top && cells.length === width);
  return full > 0 && lines[full]!.afterBlank ? full : top;
}

/** A title, a comment, a line of dashes, or a note of a few cells: nothing that could name all columns. */
function isAbove({ cells, filled }: Line, width: number, next: Line | undefined): boolean {
  if (isRule(cells)) return true;
  if (next === undefined || width < 2) return false;
  if (commentMark(cells) !== null && cells.length !== width) return true;
  if (width === 2) return cells.length === 1 && next.cells.length <= 2;
  return filled === 1 || (cells.length < width && filled <= width / 3);
}
