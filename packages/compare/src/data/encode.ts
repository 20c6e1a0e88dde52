import { DataError, dataError, listed, quoted } from "../data-error.ts";
import { isMissing, isMissingNumber, parseNumber } from "../read/cells.ts";
import { withoutColumns } from "../read/find-column.ts";
import { describeFormat, looksLikeNumber, type NumberFormat, plainSpelling } from "../read/number-format.ts";
import { type Column, columnsByName, placeOf, type Table } from "../read/table.ts";
import type { Note } from "../results.ts";
import { largest } from "./column-type.ts";
import type { Dataset, DatePart, Feature } from "./dataset.ts";
import { readMoment } from "./dates/date-column.ts";
import type { Moment } from "./dates/parse-date.ts";
import { levelOfPart, partOf } from "./dates/parts.ts";
import { type CategoricalEncoder, checkRows, type Encoder, type NumericEncoder, width } from "./encoder.ts";
import { farOutside } from "./new-rows/far-outside.ts";
import { entriesOf } from "./pairs/entries.ts";
import { classFinder } from "./target.ts";
import { writeNGrams } from "./text/n-gram-encoder.ts";
import { gramsOf } from "./text/n-grams.ts";

/** Encoded rows, row-major: `x[row * inputs + input]`. A pair is two of them, one after the other. */
export interface Encoded {
  x: Float32Array;
  inputs: number;
}

/** Rows of a table that can't be encoded, with what is wrong with the first of their cells that is at fault. */
export type UnreadableRows = Map<number, DataError>;

/** Standardised values are cut here, far outside of any training row, so that float32 never overflows. */
export const mostDeviations = 1e6;

/**
 * Encodes rows of the data set that the encoder was fitted on (or of one with the same inputs in the same order). A level that
 * no training row had is `other`, or no level at all where there is no `other`.
 *
 * @returns `x` [rows, inputs] in row-major order, of pairs [rows, 2, inputs].
 * @throws RangeError if the inputs of the data set are others than the encoder's, or a row is out of range.
 */
export function encode(encoder: Encoder, dataset: Dataset, rows: Int32Array): Encoded {
  checkRows(dataset, rows);
  const same = (feature: Feature, i: number) =>
    feature.name === encoder.features[i]?.name && feature.kind === encoder.features[i]?.kind;
  if (dataset.features.length !== encoder.features.length || !dataset.features.every(same)) {
    throw new RangeError("dataset: expected the inputs that the encoder was fitted on, got others");
  }
  const entries = entriesOf(dataset, rows);
  const x = new Float32Array(entries.length * encoder.inputs);
  let offset = 0;
  for (const [i, fitted] of encoder.features.entries()) {
    const feature = dataset.features[i]!;
    if (fitted.kind === "numeric" && feature.kind === "numeric") {
      writeNumeric(x, encoder.inputs, offset, fitted, (i) => feature.values[entries[i]!]!, entries.length);
    } else if (fitted.kind === "categorical" && feature.kind === "categorical") {
      const position = feature.levels.map((level) => fitted.levels.indexOf(level));
      writeCategorical(
        x,
        encoder.inputs,
        offset,
        fitted,
        (i) => {
          const code = feature.codes[entries[i]!]!;
          return code < 0 ? "missing" : position[code]!;
        },
        entries.length,
      );
    } else if (fitted.kind === "text" && feature.kind === "text") {
      const { codes, grams } = feature;
      writeNGrams(x, encoder.inputs, offset, fitted, grams, (i) => codes[entries[i]!]!, entries.length);
    }
    offset += width(fitted);
  }
  return { x, inputs: encoder.inputs };
}

/**
 * Encodes all rows of a new table, whose columns are found by name (more columns and another order do no harm).
 *
 * @param unreadable takes what is wrong with rows that can't be encoded; without it the first such row is an error
 * @returns `x` [rows, inputs]; `notes` as `readColumns` has them.
 * @throws DataError naming every column that lacks; or line and value of a text, or a number beyond float32, in a numeric column.
 */
export function encodeTable(
  encoder: Encoder,
  table: Table,
  unreadable?: UnreadableRows,
): Encoded & { rows: number; notes: Note[] } {
  const { columns, notes } = readColumns(encoder, table, unreadable);
  const x = new Float32Array(table.rows * encoder.inputs);
  let offset = 0;
  for (const [i, fitted] of encoder.features.entries()) {
    const column = columns[i]!;
    if (fitted.kind === "numeric") {
      const read = (row: number) => column[row] as number;
      writeNumeric(x, encoder.inputs, offset, fitted, read, table.rows);
    } else if (fitted.kind === "text") {
      const codeOf = (row: number) => (column[row] === "" ? -1 : row);
      writeNGrams(
        x,
        encoder.inputs,
        offset,
        fitted,
        gramsOf(column as string[], fitted.rule),
        codeOf,
        table.rows,
      );
    } else {
      const position = new Map(fitted.levels.map((level, k) => [level, k]));
      const read = (row: number) => {
        const text = column[row] as string;
        return text === "" ? "missing" : (position.get(text) ?? -1);
      };
      writeCategorical(x, encoder.inputs, offset, fitted, read, table.rows);
    }
    offset += width(fitted);
  }
  return { x, inputs: encoder.inputs, rows: table.rows, notes };
}

/**
 * Returns what an encoder reads of a new table, in its order: numbers (NaN where missing), or texts ("" where missing, levels spelled as in
 * training). Parts of dates are read from the column of the dates.
 *
 * @param unreadable as for `encodeTable`
 * @returns `notes` count the levels that no training row had, and the numbers far outside of the training rows'.
 * @throws DataError as `encodeTable`
 */
export function readColumns(
  encoder: Encoder,
  table: Table,
  unreadable?: UnreadableRows,
): { columns: (Float64Array | string[])[]; notes: Note[] } {
  const byName = columnsByName(table);
  const lacking = inputColumns(encoder).filter((name) => !byName.has(name));
  if (lacking.length > 0) throw withoutColumns(table, lacking);
  const notes: Note[] = [];
  const columns = encoder.features.map((fitted) => {
    const named = byName.get(columnOf(fitted))!;
    const column = fitted.asMissing === undefined ? named : named.without(fitted.asMissing);
    const valueAt = <T>(row: number, value: T | DataError, missing: T): T => {
      if (!(value instanceof DataError)) return value;
      if (unreadable === undefined) throw value;
      if (!unreadable.has(row)) unreadable.set(row, value);
      return missing;
    };
    if (fitted.kind === "numeric") {
      const { date } = fitted;
      const format = date === undefined ? formatOf(column, fitted.format) : null;
      if (format !== null && format !== fitted.format) {
        const text = `numbers with ${describeFormat(format)}, other than in training`;
        notes.push({ level: "info", column: fitted.name, text });
      }
      const texts: string[] = [];
      const others = fitted.textsAsMissing ? (text: string): void => void texts.push(text) : undefined;
      const values = Float64Array.from({ length: table.rows }, (_, row) =>
        valueAt(
          row,
          date === undefined
            ? numberIn(table, column, row, format, others)
            : dateIn(table, column, row, date, (moment) => partOf(date.part, moment), Number.NaN),
          Number.NaN,
        ),
      );
      if (texts.length > 0) {
        const are = texts.length === 1 ? "value is no number and" : "values are no numbers and";
        const text = `${texts.length} ${are} read as missing, as in training: ${listed([...new Set(texts)])}`;
        notes.push({ level: "warning", column: fitted.name, text });
      }
      notes.push(...farOutside(fitted, columnOf(fitted), values));
      return values;
    }
    if (fitted.kind === "text")
      return Array.from({ length: table.rows }, (_, row) => {
        const cell = column.at(row);
        return isMissing(cell) ? "" : String(cell);
      });
    const { date } = fitted;
    const pooled = new Set(fitted.pooled);
    const unseen = new Map<string, number>();
    const indexOf = classFinder(fitted.levels);
    const texts = Array.from({ length: table.rows }, (_, row) => {
      const cell =
        date === undefined
          ? column.at(row)
          : valueAt(
              row,
              dateIn(table, column, row, date, (moment) => levelOfPart(date.part, moment), ""),
              "",
            );
      if (isMissing(cell)) return "";
      const position = indexOf(cell!);
      if (position >= 0) return fitted.levels[position]!;
      const text = String(cell);
      if (!pooled.has(text)) unseen.set(text, (unseen.get(text) ?? 0) + 1);
      return text;
    });
    if (unseen.size > 0) {
      const cells = [...unseen.values()].reduce((a, b) => a + b, 0);
      const text = `${cells} of ${table.rows} values did not occur in training: ${listed([...unseen.keys()])}`;
      notes.push({ level: "warning", column: fitted.name, text });
    }
    return texts;
  });
  for (const [i, fitted] of encoder.features.entries())
    notes.push(...allMissing(fitted, columns[i]!, unreadable?.size ?? 0));
  return { columns, notes };
}

/** Whether training rows had no value, too, so that the model knows what such rows are like. */
const knowsMissing = (fitted: Encoder["features"][number]): boolean =>
  fitted.kind === "numeric" ? fitted.missingIndicator : fitted.missing;

/** What is said of a column without any value: predictions look as usual, and use nothing of it. */
function allMissing(
  fitted: Encoder["features"][number],
  values: Float64Array | string[],
  unreadable: number,
): Note[] {
  // One note per column of dates, not one per part.
  const isFirst = !("date" in fitted) || fitted.date === undefined || fitted.date.part === "days";
  if (values.length === unreadable || !isFirst) return [];
  for (const value of values) if (value !== "" && !Number.isNaN(value)) return [];
  const known = knowsMissing(fitted)
    ? "the model predicts as for training rows without a value"
    : "every training row has one, so a typical value takes its place";
  const text = `no row has a value in this column: ${known}; check that the file is the right one`;
  return [{ level: "warning", column: columnOf(fitted), text }];
}

/** Returns the column of a file that an input is read from: of a part of a date, the dates'. */
export const columnOf = ({ name, ...rest }: { name: string; date?: DatePart } | { name: string }): string =>
  ("date" in rest ? rest.date?.column : undefined) ?? name;

/** Returns the columns of a file that inputs are read from. */
export const inputColumns = ({ features }: Pick<Encoder, "features">): string[] => [
  ...new Set(features.map(columnOf)),
];

/** What is made of the date in a cell, `missing` where there is none, or what is wrong with the cell. */
function dateIn<T>(
  table: Table,
  column: Column,
  row: number,
  { order }: DatePart,
  make: (moment: Moment) => T,
  missing: T,
): T | DataError {
  const cell = column.at(row);
  const moment = readMoment(cell, order);
  if (moment === "missing") return missing;
  if (moment !== null) return make(moment);
  const subject = `column ${quoted(column.name)}`;
  return dataError(placeOf(table, row), `${subject}: expected a date, as in training`, quoted(cell));
}

/**
 * A cell as a number, or what is wrong with it.
 *
 * @param other takes texts, which are missing then
 */
function numberIn(
  table: Table,
  column: Column,
  row: number,
  format: NumberFormat | null,
  other?: (text: string) => void,
): number | DataError {
  if (format === null) {
    const plain = column.plainNumberAt(row);
    if (Math.abs(plain) <= largest) return plain;
  }
  const cell = column.at(row);
  if (isMissingNumber(cell)) return Number.NaN;
  const parsed = parseNumber(cell, format);
  const subject = `column ${quoted(column.name)}`;
  if (parsed === "text" && other !== undefined) {
    other(String(cell));
    return Number.NaN;
  }
  if (parsed === "text")
    return dataError(placeOf(table, row), `${subject}: expected a number, as in training`, quoted(cell));
  const value = Number(parsed === "leading zero" || parsed === "long digits" ? cell : parsed);
  if (Math.abs(value) > largest) {
    return dataError(
      placeOf(table, row),
      `${subject}: expected a finite number of at most 3.4e38 (float32)`,
      quoted(cell),
    );
  }
  return value;
}

/**
 * How a column of a new table writes its numbers: as that of the training data, unless some of them can't be read so; then
 * as its own cells show. Never in another currency.
 */
function formatOf(column: Column, fitted: NumberFormat | undefined): NumberFormat | null {
  const own = column.format;
  if (fitted === undefined) return own;
  // Where the column has no one way of writing, e.g. for a single cell in another currency, that of training is best.
  if (own === null && readable(column, fitted) > readable(column, null)) return fitted;
  for (let row = 0; row < column.length; row++) {
    const cell = column.at(row);
    const isNumber = typeof cell === "string" && !isMissingNumber(cell) && looksLikeNumber(cell);
    if (!isNumber || plainSpelling(cell, fitted) !== null) continue;
    if (own === null || fitted.currency === undefined) return own;
    return { ...own, currency: fitted.currency };
  }
  return fitted;
}

/** How many cells are numbers in a spelling. */
function readable(column: Column, format: NumberFormat | null): number {
  let count = 0;
  for (let row = 0; row < column.length; row++) {
    const cell = column.at(row);
    if (!isMissingNumber(cell) && parseNumber(cell, format) !== "text") count++;
  }
  return count;
}

function writeNumeric(
  x: Float32Array,
  inputs: number,
  offset: number,
  { median, mean, sd, missingIndicator, edges }: NumericEncoder,
  read: (row: number) => number,
  rows: number,
): void {
  for (let row = 0; row < rows; row++) {
    const value = read(row);
    const missing = Number.isNaN(value);
    const known = missing ? median : value;
    const z = sd === 0 ? 0 : (known - mean) / sd;
    x[row * inputs + offset] = Math.max(-mostDeviations, Math.min(mostDeviations, z));
    if (missingIndicator && missing) x[row * inputs + offset + 1] = 1;
    if (edges !== undefined) writeBins(x, row * inputs + offset + 1 + Number(missingIndicator), edges, known);
  }
}

/**
 * Piecewise-linear encoding: bin k gets (value - lower edge) / width, cut to [0, 1], so that all bins below the value's are 1 and those above are 0
 * (Gorishniy, Rubachev, Babenko 2022, arXiv 2203.05556, equation 1). There the first and the last bin are not cut; here the standardised
 * number beside them says how far outside a value is.
 */
function writeBins(x: Float32Array, first: number, edges: readonly number[], value: number): void {
  for (let k = 0; k + 1 < edges.length && value > edges[k]!; k++)
    x[first + k] = Math.min(1, (value - edges[k]!) / (edges[k + 1]! - edges[k]!));
}

function writeCategorical(
  x: Float32Array,
  inputs: number,
  offset: number,
  { levels, pooled, missing }: CategoricalEncoder,
  read: (row: number) => number | "missing",
  rows: number,
): void {
  const other = pooled.length > 0;
  for (let row = 0; row < rows; row++) {
    const position = read(row);
    let column = -1;
    if (position === "missing") column = missing ? levels.length + Number(other) : -1;
    else if (position >= 0) column = position;
    else if (other) column = levels.length;
    if (column >= 0) x[row * inputs + offset + column] = 1;
  }
}
