import Papa from "papaparse";
import { dataError } from "./data-error.ts";
import { readDecimalCommas } from "./decimal-comma.ts";
import { type Delimiter, findDelimiter } from "./delimiter.ts";
import { checkNames } from "./header.ts";
import type { Column, Table } from "./table.ts";

/**
 * A table from delimiter-separated text (RFC 4180): the first record that is not blank is the header, fields may be quoted and
 * then hold delimiters and line breaks (read as `\n`), blank lines are skipped, spaces around a field are not part of it.
 *
 * @param delimiter found in the text if not given (`,` `;` tab or `|`). Where it is not the comma, decimal commas are read.
 * @throws DataError, with the line: no header, no rows, empty or repeated names, a record with more or fewer fields than the
 *   header, a quote that is never closed or is followed by other text.
 */
export function readCsv(text: string, name: string, delimiter?: Delimiter): Table {
  // One kind of line end: the parser takes only one, and files with mixed ones exist.
  const source = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
  const separator = delimiter ?? findDelimiter(source);
  const { data, errors } = Papa.parse<string[]>(source, { delimiter: separator, newline: "\n" });
  for (const error of errors) {
    if (error.type !== "Quotes") continue;
    const place = { file: name, line: countBreaks(source.slice(0, error.index)) + 1 };
    throw error.code === "InvalidQuotes"
      ? dataError(place, "expected a delimiter or the end of the line after a closing quote", "other text")
      : dataError(
          place,
          "expected a closing quote",
          "the end of the file: the quote opened here is never closed",
        );
  }

  const quotes = source.includes('"');
  const records: string[][] = [];
  const lines: number[] = [];
  let line = 1;
  for (const record of data) {
    if (!isBlank(record)) {
      records.push(record);
      lines.push(line);
    } else if (records[0]?.length === 1) {
      // In a file of one column an empty line is an empty cell, except at the end.
      records.push(record);
      lines.push(line);
    }
    line++;
    if (quotes) for (const cell of record) line += countBreaks(cell);
  }
  while (records.length > 1 && isBlank(records.at(-1)!)) records.pop();

  const header = records[0];
  if (header === undefined) throw dataError({ file: name }, "expected a header and rows", "an empty file");
  const names = header.map((field) => field.trim());
  checkNames(names, { file: name, line: lines[0]! });
  const rows = records.length - 1;
  if (rows === 0) throw dataError({ file: name }, "expected at least one row below the header", "none");

  const columns: Column[] = names.map((columnName) => ({ name: columnName, cells: new Array<string>(rows) }));
  for (let row = 0; row < rows; row++) {
    const record = records[row + 1]!;
    if (record.length !== names.length) {
      const fields = record.length === 1 ? "1 field" : `${record.length}`;
      const place = { file: name, line: lines[row + 1]! };
      throw dataError(place, `expected ${names.length} fields as in the header (line ${lines[0]})`, fields);
    }
    for (let j = 0; j < names.length; j++) columns[j]!.cells[row] = record[j]!.trim();
  }
  const note = separator === "," ? null : readDecimalCommas(columns);
  return {
    name,
    columns,
    rows,
    lines: Int32Array.from(lines.slice(1, rows + 1)),
    unit: "line",
    notes: note === null ? [] : [note],
  };
}

function isBlank(record: readonly string[]): boolean {
  return record.length === 1 && record[0]!.trim() === "";
}

function countBreaks(text: string): number {
  let count = 0;
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) count++;
  return count;
}
