import { rangeError, type TextLine, textLines, typeError } from "minimand/engine";
import type { CsrMatrix } from "./csr.ts";
import type { Entries } from "./sparse-rows.ts";

/**
 * Reads a matrix in the Matrix Market format: real or integer, general or symmetric, coordinate or array. Of a symmetric one both
 * halves are given; entries at the same place are listed each, for {@link csrMatrix} to add up.
 *
 * @param text of the file
 * @returns sizes, and row, column (counted from 0) and value of each entry; of an array of every place, column after column
 * @throws TypeError for what is no text; RangeError naming the line, for complex numbers, patterns and skew matrices, which aren't read,
 *   for places outside, invalid numbers, and another number of entries than the file says
 * @example
 * const text = "%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n1 1 2.5\n2 1 -1\n"
 * readMatrixMarket(text).value // [2.5, -1, -1]
 * readMatrixMarket("%%MatrixMarket matrix array real general\n2 1\n3\n4\n").value // [3, 4]
 * readMatrixMarket("2 2 1") // throws: line 1: expected %%MatrixMarket matrix ..., got "2 2 1"
 * @see Boisvert, Pozo, Remington 1996, "The Matrix Market exchange formats", NISTIR 5935
 */
export function readMatrixMarket(text: string): Entries {
  if (typeof text !== "string") throw typeError("text", "the text of a Matrix Market file", text);
  const lines = linesOf(text);
  const first = lines.next();
  const { layout, symmetry } = headerOf(first.done === true ? "" : first.value.text);
  const sizes = nextOf(lines, layout === "coordinate" ? "rows, columns and entries" : "rows and columns");
  const [rows, columns, stored] = numbersOf(sizes, layout === "coordinate" ? 3 : 2, [0, 1, 2]);
  for (const [name, size] of Object.entries({ rows, columns }))
    if (size < 1 || size > most) throw rangeError(`line ${sizes.number}`, `1 to ${most} ${name}`, size);
  // What can't be there is refused before there is memory for it.
  const needed =
    layout === "coordinate" ? stored : symmetry === "general" ? rows * columns : (rows * (rows + 1)) / 2;
  const shortest = layout === "coordinate" ? "1 1 1\n" : "1\n";
  if (!(needed >= 0 && needed * shortest.length <= text.length + 1))
    throw rangeError(`line ${sizes.number}`, "no more entries than the file has room for", needed);
  if (symmetry === "symmetric" && rows !== columns)
    throw rangeError(`line ${sizes.number}`, "as many rows as columns of a symmetric matrix", sizes.text);
  return layout === "coordinate"
    ? coordinates(lines, rows, columns, stored, symmetry)
    : places(lines, rows, columns, symmetry);
}

/** Rows are counted by numbers of 32 bits. */
const most = 2 ** 31 - 2;

type Symmetry = "general" | "symmetric";

/** The lines of a text that aren't empty and no comment; the first one as it is. */
function* linesOf(text: string): Generator<TextLine, undefined> {
  for (const { text: whole, number } of textLines(text)) {
    const line = whole.trim();
    if (number === 1 || (line !== "" && !line.startsWith("%"))) yield { text: line, number };
  }
  return undefined;
}

function headerOf(line: string): { layout: "coordinate" | "array"; symmetry: Symmetry } {
  const [banner, object, layout, field, symmetry, ...more] = line.toLowerCase().split(/\s+/, 6);
  const refuse = (expected: string, got: string | undefined): never => {
    throw rangeError("line 1", expected, got);
  };
  if (banner !== "%%matrixmarket" || more.length > 0) refuse("%%MatrixMarket matrix ...", line.slice(0, 60));
  if (object !== "matrix") refuse("a matrix", object);
  if (layout !== "coordinate" && layout !== "array") return refuse("the format coordinate or array", layout);
  if (field !== "real" && field !== "integer") refuse("real or integer numbers", field);
  if (symmetry !== "general" && symmetry !== "symmetric")
    return refuse("a general or symmetric matrix", symmetry);
  return { layout, symmetry };
}

function nextOf(lines: Generator<TextLine, undefined>, what: string): TextLine {
  const { value } = lines.next();
  if (value !== undefined) return value;
  throw new RangeError(`Matrix Market: expected a line with ${what}, got the end of the file`);
}

/** The numbers of a line; whole ones at the places that are named. */
function numbersOf({ text, number }: TextLine, count: number, whole: readonly number[]): number[] {
  // One more than there may be shows that there are too many.
  const parts = text.split(/\s+/, count + 1);
  if (parts.length !== count) throw rangeError(`line ${number}`, `${count} numbers`, text.slice(0, 60));
  return parts.map((part, i) => {
    const value = Number(part);
    const isWhole = whole.includes(i);
    if (Number.isFinite(value) && part !== "" && (!isWhole || Number.isInteger(value))) return value;
    throw rangeError(`line ${number}`, isWhole ? "a whole number" : "a finite number", part);
  });
}

function coordinates(
  lines: Generator<TextLine, undefined>,
  rows: number,
  columns: number,
  stored: number,
  symmetry: Symmetry,
): Entries {
  const most = symmetry === "symmetric" ? 2 * stored : stored;
  const row = new Int32Array(most);
  const column = new Int32Array(most);
  const value = new Float64Array(most);
  let length = 0;
  const put = (i: number, j: number, v: number): void => {
    row[length] = i;
    column[length] = j;
    value[length++] = v;
  };
  /** On which side of the diagonal the entries of a symmetric matrix are. */
  let side = 0;
  for (let k = 0; k < stored; k++) {
    const line = nextOf(lines, `entry ${k + 1} of ${stored}`);
    const [i, j, v] = numbersOf(line, 3, [0, 1]);
    if (!(i >= 1 && i <= rows && j >= 1 && j <= columns))
      throw rangeError(
        `line ${line.number}`,
        `a row from 1 to ${rows} and a column from 1 to ${columns}`,
        `${i} ${j}`,
      );
    put(i - 1, j - 1, v);
    if (symmetry === "general" || i === j) continue;
    side ||= Math.sign(i - j);
    if (Math.sign(i - j) !== side)
      throw rangeError(
        `line ${line.number}`,
        "entries of a symmetric matrix on one side of the diagonal alone",
        line.text,
      );
    put(j - 1, i - 1, v);
  }
  checkEnd(lines, stored);
  return {
    rows,
    columns,
    row: row.subarray(0, length),
    column: column.subarray(0, length),
    value: value.subarray(0, length),
  };
}

/** Every place of a matrix, column after column; of a symmetric one the lower half is there. */
function places(
  lines: Generator<TextLine, undefined>,
  rows: number,
  columns: number,
  symmetry: Symmetry,
): Entries {
  const size = rows * columns;
  const [row, column, value] = [new Int32Array(size), new Int32Array(size), new Float64Array(size)];
  const stored = symmetry === "symmetric" ? (rows * (rows + 1)) / 2 : size;
  let k = 0;
  for (let j = 0; j < columns; j++)
    for (let i = 0; i < rows; i++) {
      const at = j * rows + i;
      row[at] = i;
      column[at] = j;
      if (symmetry === "symmetric" && i < j) {
        value[at] = value[i * rows + j];
        continue;
      }
      [value[at]] = numbersOf(nextOf(lines, `number ${++k} of ${stored}`), 1, []);
    }
  checkEnd(lines, stored);
  return { rows, columns, row, column, value };
}

function checkEnd(lines: Generator<TextLine, undefined>, stored: number): void {
  const { value } = lines.next();
  if (value !== undefined)
    throw rangeError(
      `line ${value.number}`,
      `the end of the file after ${stored} entries`,
      value.text.slice(0, 60),
    );
}

/**
 * Writes a vector (as an array of one column) or a symmetric sparse matrix (the lower half by coordinates) in the Matrix Market format.
 * Numbers are written with the digits that they need to be read as the same ones.
 *
 * @param content a vector or a matrix
 * @param comment lines for the head of the file
 * @returns the text of the file
 * @throws TypeError for what is neither
 * @example
 * writeMatrixMarket(Float64Array.of(0.1, 2), "made here") // "%%MatrixMarket matrix array real general\n% made here\n2 1\n0.1\n2\n"
 * @see Boisvert, Pozo, Remington 1996, "The Matrix Market exchange formats", NISTIR 5935
 */
export function writeMatrixMarket(content: Float64Array | CsrMatrix, comment = ""): string {
  const comments = comment === "" ? [] : comment.split("\n").map((line) => `% ${line}`);
  if (content instanceof Float64Array)
    return text(["%%MatrixMarket matrix array real general", ...comments, `${content.length} 1`], content);
  if (!(content?.pointers instanceof Int32Array))
    throw typeError("content", "a Float64Array or a sparse matrix", content);
  const { rows, pointers, indices, values } = content;
  const entries: string[] = [];
  for (let i = 0; i < rows; i++)
    for (let at = pointers[i]; at < pointers[i + 1] && indices[at] <= i; at++)
      entries.push(`${i + 1} ${indices[at] + 1} ${values[at]}`);
  const header = "%%MatrixMarket matrix coordinate real symmetric";
  return text([header, ...comments, `${rows} ${rows} ${entries.length}`], entries);
}

function text(head: readonly string[], entries: Float64Array | readonly string[]): string {
  return `${head.join("\n")}\n${entries.join("\n")}\n`;
}
