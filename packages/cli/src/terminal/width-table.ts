import { printable } from "../printable.ts";
import { textWidth, wrapText } from "./text-width.ts";

/** A column of a {@link widthTable}. */
export interface WidthColumn {
  head: string;
  align: "left" | "right";
  /** Where there is no room for all, columns with the least go first, of equal ones the last; those with the most stay. */
  keep: number;
}

/** Blanks between columns. */
const gap = 2;

/** A head has at most so many lines, a cell so many. */
const [headLines, cellLines] = [6, 3];

/** Texts wrap in columns no narrower than this, as long as there is another way. */
const leastText = 12;

/**
 * A table that is at most so many columns of a terminal wide. Where there is no room heads wrap, then columns drop out by their
 * `keep` (a last line names them), then texts wrap, and what is still too long ends with an ellipsis. No line is
 * wider than asked.
 *
 * @param rows plain texts, a cell a column; control characters in them are shown as in JSON
 * @param width as {@link terminalWidth} tells; with Infinity everything is shown, a row a line
 * @param paint colours the text of a cell in a row, counted from 0; the head isn't painted
 * @returns lines without a line feed at the end
 *
 * @example
 * widthTable([{ head: "loss", align: "left", keep: 1 }], [["focal"]], terminalWidth());
 */
export function widthTable(
  columns: readonly WidthColumn[],
  rows: readonly (readonly string[])[],
  width: number,
  paint: (text: string, row: number) => string = (text) => text,
): string {
  const heads = columns.map(({ head }) => printable(head));
  const cells = rows.map((row) => columns.map((_, i) => printable(row[i] ?? "")));
  const longest = columns.map((_, i) => Math.max(0, ...cells.map((row) => textWidth(row[i]))));
  const headWords = heads.map((head) => Math.max(0, ...head.split(" ").map(textWidth)));
  const snug = columns.map((_, i) => Math.max(headWords[i], longest[i]));
  const full = heads.map((head, i) => Math.max(textWidth(head), longest[i]));
  const shown = widen(shrink(columns, snug, kept(columns, snug, width), width), full, width);
  const wrapped = [heads, ...cells].map((row, i) =>
    shown.map(({ index, room }) => wrapText(row[index], room, i === 0 ? headLines : cellLines)),
  );
  const rooms = shown.map((_, i) => Math.max(...wrapped.flatMap((row) => row[i].map(textWidth))));
  const linesOf = (row: readonly string[][], colour: (text: string) => string): string[] =>
    Array.from({ length: Math.max(...row.map((lines) => lines.length)) }, (_, k) =>
      row
        .map((lines, i) => {
          const text = lines[k] ?? "";
          const blanks = " ".repeat(rooms[i] - textWidth(text));
          const coloured = text === "" ? "" : colour(text);
          return columns[shown[i].index].align === "right" ? blanks + coloured : coloured + blanks;
        })
        .join(" ".repeat(gap))
        .trimEnd(),
    );
  const lines = wrapped.flatMap((row, i) =>
    linesOf(row, i === 0 ? (text) => text : (text) => paint(text, i - 1)),
  );
  const gone = heads.filter((_, i) => shown.every(({ index }) => index !== i));
  if (gone.length > 0) lines.push(...wrapText(`(a wider terminal also shows: ${gone.join(", ")})`, width));
  return lines.join("\n");
}

interface Shown {
  /** Of the column. */
  index: number;
  room: number;
}

const total = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, gap * (widths.length - 1));

/** The columns that stay, by their places: while there is no room those that are kept least go. */
function kept(columns: readonly WidthColumn[], widths: readonly number[], width: number): number[] {
  const top = Math.max(...columns.map(({ keep }) => keep));
  let indexes = columns.map((_, i) => i);
  while (total(indexes.map((i) => widths[i])) > width) {
    const least = Math.min(...indexes.map((i) => columns[i].keep));
    if (least === top) break;
    const last = indexes.findLast((i) => columns[i].keep === least);
    indexes = indexes.filter((i) => i !== last);
  }
  return indexes;
}

/** Makes the widest texts narrower until there is room, then any column; at last only the first ones stay. */
function shrink(
  columns: readonly WidthColumn[],
  widths: readonly number[],
  indexes: readonly number[],
  width: number,
): Shown[] {
  let shown = indexes.map((index) => ({ index, room: widths[index] }));
  const excess = (): number => total(shown.map(({ room }) => room)) - width;
  const narrow = (those: Shown[], least: number): void => {
    while (excess() > 0) {
      const widest = those.reduce((a, b) => (b.room > a.room ? b : a), { index: -1, room: least });
      if (widest.index < 0) return;
      widest.room--;
    }
  };
  narrow(
    shown.filter(({ index }) => columns[index].align === "left"),
    leastText,
  );
  narrow(shown, 4);
  while (excess() > 0 && shown.length > 1) shown = shown.slice(0, -1);
  narrow(shown, 1);
  return shown;
}

/** Gives what room there is to columns whose heads would wrap, from the left. */
function widen(shown: readonly Shown[], wanted: readonly number[], width: number): Shown[] {
  let spare = width - total(shown.map(({ room }) => room));
  return shown.map(({ index, room }) => {
    const more = Math.max(0, Math.min(spare, wanted[index] - room));
    spare -= more;
    return { index, room: room + more };
  });
}
