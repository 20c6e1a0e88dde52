import { constants } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { type CsrMatrix, csrMatrix, readMatrixMarket } from "@minimand/lab/solvers";
import { textLines } from "minimand/engine";
import { UsageError } from "../../failure.ts";
import { readBytes } from "../../files/read-bytes.ts";

/** A matrix or a right-hand side as it was read. */
export interface Source {
  source: string;
  sha256: string | null;
}

/** Rows that a file may state without entries for them. */
const mostEmptyRows = 1_000_000;

/**
 * Reads a symmetric matrix of a Matrix Market file.
 *
 * @param path a file, also compressed by gzip; `-` for stdin
 * @throws RangeError saying what is wrong with the file or the matrix, UsageError for more than fits into memory
 */
export async function readMatrix(path: string): Promise<{ A: CsrMatrix; stored: number } & Source> {
  const { text, ...source } = await readText(path);
  return named(source.source, () => {
    const entries = readMatrixMarket(text);
    // There is memory for each row, and a row that is solved for has an entry.
    const most = Math.max(mostEmptyRows, entries.value.length);
    if (entries.rows > most)
      throw new RangeError(
        `expected at most ${most} rows (as many as entries, or ${mostEmptyRows}), got ${entries.rows}`,
      );
    if (entries.rows !== entries.columns)
      throw new RangeError(
        `expected a square matrix, got ${entries.rows} rows and ${entries.columns} columns`,
      );
    const A = csrMatrix(entries);
    return { A, stored: A.values.length, ...source };
  });
}

/**
 * Reads a right-hand side: a Matrix Market file of one column, or one number a line.
 *
 * @param path a file, also compressed by gzip; `ones` for a vector of ones
 * @param size number of rows of the matrix
 * @throws RangeError saying what is wrong with the file, UsageError for another number of rows
 */
export async function readRightHandSide(path: string, size: number): Promise<{ b: Float64Array } & Source> {
  if (path === "ones") return { b: new Float64Array(size).fill(1), source: path, sha256: null };
  const { text, ...source } = await readText(path);
  const b = named(source.source, () => (text.startsWith("%%") ? columnOf(text, size) : numbersOf(text)));
  if (b.length !== size) throw new UsageError(`${source.source}: ${countFault(size, b.length)}`);
  return { b, ...source };
}

async function readText(path: string): Promise<{ text: string; source: string; sha256: string }> {
  const source = path === "-" ? "stdin" : path;
  const { bytes, sha256 } = await readBytes(path === "-" ? process.stdin : path, source);
  return { text: textOf(bytes, source), source, sha256 };
}

/**
 * The text of a file that may be compressed by gzip, without a byte order mark.
 *
 * @param most bytes of text; default: what a string holds
 * @throws UsageError for more than that, and for a damaged file
 */
export function textOf(bytes: Uint8Array, source: string, most = constants.MAX_STRING_LENGTH): string {
  const tooMuch = () =>
    new UsageError(`${source}: expected a text of at most ${Math.floor(most / 1e6)} MB, got more`);
  let plain = bytes;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    try {
      plain = gunzipSync(bytes, { maxOutputLength: most });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "ERR_BUFFER_TOO_LARGE") throw tooMuch();
      throw new UsageError(`${source}: expected a text, or one compressed by gzip, got ${message}`);
    }
  const hasMark = plain[0] === 0xef && plain[1] === 0xbb && plain[2] === 0xbf;
  const text = hasMark ? plain.subarray(3) : plain;
  if (text.length > most) throw tooMuch();
  return new TextDecoder("latin1").decode(text);
}

/** Says of which file an error is. */
function named<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${source}: ${error.message}`);
    throw error;
  }
}

function countFault(size: number, got: number): string {
  return `expected ${size} numbers, one a row of the matrix, got ${got}`;
}

function columnOf(text: string, size: number): Float64Array {
  const { rows, columns, row, value } = readMatrixMarket(text);
  if (columns !== 1) throw new RangeError(`expected one column, got ${columns}`);
  if (rows !== size) throw new RangeError(countFault(size, rows));
  const b = new Float64Array(rows);
  for (let k = 0; k < value.length; k++) b[row[k]] += value[k];
  const at = b.findIndex((sum) => !Number.isFinite(sum));
  if (at >= 0) throw new RangeError(`row ${at + 1}: expected entries with a finite sum, got ${b[at]}`);
  return b;
}

/** One number a line; empty lines and those that begin with % or # are left out. */
function numbersOf(text: string): Float64Array {
  const values: number[] = [];
  for (const { text: whole, number } of textLines(text)) {
    const line = whole.trim();
    if (line === "" || /^[%#]/.test(line)) continue;
    const value = Number(line);
    if (!Number.isFinite(value))
      throw new RangeError(`line ${number}: expected a number, got ${JSON.stringify(line.slice(0, 40))}`);
    values.push(value);
  }
  return Float64Array.from(values);
}
