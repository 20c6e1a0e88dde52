import { dataError, listed, quoted } from "../../data-error.ts";
import type { Note } from "../../results.ts";
import { type CellKind, kindOf } from "../cell-kind.ts";
import { distinctNames } from "../names.ts";
import { info } from "../notes.ts";
import { hasHeader, joinHeaders, kindsOf, moreHeaders, mostRows } from "./header.ts";
import type { TextRecord } from "./records.ts";
import { describeLines, type Line, topOf, upToBlank } from "./top.ts";

/** Where in a text the table is, as its first records show. */
export interface Layout {
  /** Cells of a row in the file. */
  width: number;
  names: string[];
  /** Names as the file has them, to know a header that comes again; null where it has none. */
  header: readonly string[] | null;
  headerLine: number | null;
  /** Records that begin here or later are rows, or damaged ones. */
  firstLine: number;
  /** Every row ends with a delimiter, so that its last cell doesn't count. */
  trailing: boolean;
  /** What most values of a column are. */
  kinds: CellKind[];
  /** Nearly all rows have a value in their last column. */
  endsFilled: boolean;
  notes: Note[];
}

/**
 * Finds the table in the first records of a text.
 *
 * Its width is the most frequent number of cells. What is above the first full record is a title, a comment or another table. That record
 * is the header, unless it looks like the values below it and lacks a column that the table is known to have. More header rows, a row of
 * units and a repeated header may follow.
 *
 * @param widths how many records of the text have how many cells, as far as is known
 * @param known columns that the table is known to have
 * @throws DataError for a header with more or fewer names than rows have cells, if it isn't clear which is missing
 */
export function findLayout(
  records: readonly TextRecord[],
  widths: ReadonlyMap<number, number>,
  file: string,
  known: readonly string[] = [],
): Layout {
  const lines = describeLines(records);
  if (lines.length === 0) throw dataError({ file }, "expected a header and rows", "an empty file");
  const common = modalWidth(widths);
  const notes: Note[] = [];
  const at = topOf(lines, common);
  const above = lines.slice(0, at);
  const first = lines[at]!;
  const rows = upToBlank(lines.slice(at + 1)).filter(({ cells }) => cells.length === common);
  const { width, trailing, rowNames } = fitHeader(first, rows, common, file, notes);

  const body = rows.map(({ cells }) =>
    trailing && cells.length === width + 1 ? cells.slice(0, width) : cells,
  );
  const given = rowNames ? ["", ...first.cells] : first.cells.slice(0, width);
  const named = rowNames || isOf(given, known) || hasHeader(given, body.slice(0, mostRows));
  if (!named) refuseSpoiledHeader(records, above, first, width, file);
  noteAbove(above, notes);
  if (!named) {
    notes.push({
      level: "warning",
      text: `the first record (line ${first.line}) looks like the others: the file has no names, ${width === 1 ? "its column is" : "columns are"} named column_1${width === 1 ? "" : ` to column_${width}`}`,
    });
    return {
      width,
      names: given.map((_, i) => `column_${i + 1}`),
      header: null,
      headerLine: null,
      firstLine: first.line,
      trailing,
      kinds: kindsOf([given, ...body].slice(0, mostRows), width),
      endsFilled: endsFilled(body, width),
      notes,
    };
  }
  const headers = moreHeaders(given, lines.slice(at + 1), width, notes);
  const rest = body.slice(headers.count);
  const joined = joinHeaders([given, ...headers.rows]);
  if (joined[0] === "" && rest.length > 0 && rest.every((row, i) => row[0] === String(i))) {
    joined[0] = joined.includes("index") ? "" : "index";
    if (joined[0] !== "")
      notes.push(
        info("the first column has no name and counts the rows from 0 (pandas' index): named 'index'"),
      );
  }
  const { names, notes: renamed } = distinctNames(joined);
  notes.push(...renamed);
  const lastHeader = lines[at + headers.count]!;
  return {
    width,
    names,
    header: given,
    headerLine: first.line,
    firstLine: lastHeader.line + 1,
    trailing,
    kinds: kindsOf(rest.slice(0, mostRows), width),
    endsFilled: endsFilled(rest, width),
    notes,
  };
}

/** Whether a record holds the names of columns. Numbers alone may be values. */
function isOf(record: readonly string[], names: readonly string[]): boolean {
  return names.some((name) => kindOf(name) === "text") && names.every((name) => record.includes(name));
}

function endsFilled(rows: readonly (readonly string[])[], width: number): boolean {
  return rows.filter((row) => row[width - 1] !== "").length >= 0.9 * rows.length;
}

/** The most frequent number of cells; one cell only where no record has more. */
function modalWidth(widths: ReadonlyMap<number, number>): number {
  let [best, most] = [1, 0];
  for (const [width, times] of widths) {
    if (width < 2) continue;
    if (times > most || (times === most && width > best)) [best, most] = [width, times];
  }
  return best;
}

/** Where rows begin without a header, a line above that may have been one is not to be passed over. */
function refuseSpoiledHeader(
  records: readonly TextRecord[],
  above: readonly Line[],
  first: Line,
  width: number,
  file: string,
): void {
  const broken = records.find(({ line, broken: isBroken }) => isBroken && line < first.line);
  const spoiled = above.find(
    ({ cells }) =>
      width > 2 &&
      (Math.abs(cells.join(",").split(/[,;\t|]/).length - width) <= 1 ||
        cells.join(" ").split(/\s+/).length === width),
  );
  const line = broken?.line ?? spoiled?.line;
  if (line === undefined) return;
  const got = broken !== undefined ? "a broken quote" : listed(spoiled!.cells, 4);
  throw dataError(
    { file, line },
    `expected ${width} names, as most rows have ${width} cells`,
    `${got}; fix this line`,
  );
}

function noteAbove(above: readonly Line[], notes: Note[]): void {
  if (above.length === 0) return;
  const example = quoted(above[0]!.cells.filter((cell) => cell !== "").join(" "));
  const which =
    above.length === 1
      ? `line ${above[0]!.line}`
      : `${above.length} lines (${above[0]!.line} to ${above.at(-1)!.line})`;
  notes.push(info(`left out ${which} above the table: ${example}`));
}

/** Whether the header has as many names as rows have cells; where it hasn't, what is the one way in which it fits. */
function fitHeader(
  first: Line,
  rows: readonly Line[],
  common: number,
  file: string,
  notes: Note[],
): { width: number; trailing: boolean; rowNames: boolean } {
  const count = first.cells.length;
  const emptyFrom = (cells: readonly string[], from: number): boolean =>
    cells.slice(from).every((cell) => cell === "");
  const last = common - 1;
  if (count === common || rows.length === 0) return { width: count, trailing: false, rowNames: false };
  const spoiled = first.stray ? "a quote inside of a name" : `${count}: ${listed(first.cells, 4)}`;
  const refused = dataError(
    { file, line: first.line },
    `expected ${common} names, as most rows have ${common} cells`,
    `${spoiled}; fix this line`,
  );
  if (first.stray) throw refused;
  if (count > common && emptyFrom(first.cells, common)) {
    notes.push(info(`left out a delimiter at the end of the header (line ${first.line})`));
    return { width: common, trailing: false, rowNames: false };
  }
  if (count === last && rows.every(({ cells }) => cells[last] === "")) {
    const text = `the header has ${last} names, rows have ${common} cells of which the last is empty: read as a delimiter at the end of every row`;
    notes.push({ level: "warning", text });
    return { width: last, trailing: true, rowNames: false };
  }
  if (count === last && hasRowNames(first, rows)) {
    notes.push(
      info(
        "the header has one name less than rows have cells: the first column holds the names of the rows, as R writes them",
      ),
    );
    return { width: common, trailing: false, rowNames: true };
  }
  throw refused;
}

/** R's names of rows are quoted and all different; without names of their own they count the rows from 1. */
function hasRowNames(first: Line, rows: readonly Line[]): boolean {
  if (!first.quoted || !rows.every(({ quoted: isQuoted }) => isQuoted)) return false;
  const values = rows.map(({ cells }) => cells[0]!);
  const different = new Set(values).size === values.length && rows.length > 1;
  const counts = values.every((value, i) => value === String(i + 1));
  return different && (counts || values.every((value) => kindOf(value) === "text"));
}
