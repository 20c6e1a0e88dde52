import type { Note } from "../../results.ts";
import { type CellKind, kindOf } from "../cell-kind.ts";
import { dataError, listed, quoted } from "../data-error.ts";
import { distinctNames } from "../names.ts";
import { evidenceOf, hasHeader, joinHeaders, kindsOf, moreHeaders, mostRows } from "./header.ts";
import { isComment } from "./odd-records.ts";
import type { TextRecord } from "./records.ts";

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
  /** Every row ends with a delimiter, so that its last cell is none. */
  trailing: boolean;
  /** What most values of a column are. */
  kinds: CellKind[];
  notes: Note[];
}

/** A record of the beginning with what is known of it. */
interface Line {
  cells: string[];
  line: number;
  filled: number;
  afterBlank: boolean;
  stray: boolean;
}

/** Lines above a header. */
const mostAbove = 100;

/**
 * Finds the table in the first records of a text.
 *
 * Its width is the most frequent number of cells. What stands above the first full record is a title, a comment or another
 * table. That record is the header, unless it looks like the values below it. More header rows, a row of units and a repeated
 * header may follow.
 *
 * @param widths how many records of the text have how many cells, as far as is known
 * @throws DataError for a header with more or fewer names than rows have cells, if it isn't clear which is missing
 */
export function findLayout(
  records: readonly TextRecord[],
  widths: ReadonlyMap<number, number>,
  file: string,
): Layout {
  const lines = describe(records);
  if (lines.length === 0) throw dataError({ file }, "expected a header and rows", "an empty file");
  const common = modalWidth(widths);
  const notes: Note[] = [];
  const at = headerAt(lines, common) ?? firstFull(lines, common);
  const above = lines.slice(0, at);
  const first = lines[at]!;
  const rows = upToBlank(lines.slice(at + 1)).filter(({ cells }) => cells.length === common);
  const { width, trailing, rowNames } = fitHeader(first, rows, common, file, notes);

  const body = rows.map(({ cells }) =>
    trailing && cells.length === width + 1 ? cells.slice(0, width) : cells,
  );
  const given = rowNames ? ["", ...first.cells] : first.cells.slice(0, width);
  const named = rowNames || hasHeader(given, body.slice(0, mostRows));
  if (!named) refuseSpoiledHeader(records, above, first, width, file);
  noteAbove(above, notes);
  if (!named) {
    notes.push({
      level: "warning",
      text: `the first record (line ${first.line}) looks like the others: the file has no names, columns are named column_1 to column_${width}`,
    });
    return {
      width,
      names: given.map((_, i) => `column_${i + 1}`),
      header: null,
      headerLine: null,
      firstLine: first.line,
      trailing,
      kinds: kindsOf([given, ...body].slice(0, mostRows), width),
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
    notes,
  };
}

function describe(records: readonly TextRecord[]): Line[] {
  const lines: Line[] = [];
  let afterBlank = false;
  for (const { cells, line, stray } of records) {
    const filled = cells.reduce((n, cell) => n + Number(cell !== ""), 0);
    // Broken records have no cells to speak of; the rows will tell.
    if (cells.length === 0) continue;
    if (filled === 0) afterBlank = true;
    else {
      lines.push({ cells, line, filled, afterBlank, stray });
      afterBlank = false;
    }
  }
  return lines;
}

/** Lines up to a blank one, below which another table may be; all of them where it comes early. */
function upToBlank(lines: readonly Line[]): readonly Line[] {
  const end = lines.findIndex(({ afterBlank }, i) => i >= 4 && afterBlank);
  return end < 0 ? lines : lines.slice(0, end);
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

/** A title, a comment, or a note of a few cells: nothing that could be names for so many columns. */
function isAbove({ cells, filled }: Line, width: number, next: Line | undefined): boolean {
  if (next === undefined || width < 2) return false;
  if (isComment(cells) && cells.length !== width) return true;
  if (width === 2) return cells.length === 1 && next.cells.length <= 2;
  return filled === 1 || (cells.length < width && filled <= width / 3);
}

/**
 * The first full line with texts where the lines below have numbers or dates, if nothing that could be a header or a row
 * stands above it.
 */
function headerAt(lines: readonly Line[], width: number): number | null {
  if (width < 2) return null;
  for (const [i, { cells, filled }] of lines.entries()) {
    if (i >= mostAbove) return null;
    if (cells.length !== width || (filled === 1 && cells[0] !== "")) continue;
    const below = lines.slice(i + 1, i + 1 + mostRows).filter((line) => line.cells.length === width);
    const kinds = kindsOf(
      below.map((line) => line.cells),
      width,
    );
    const { names, values } = evidenceOf(cells, kinds);
    const typed = kinds.filter((kind) => kind === "number" || kind === "date").length;
    if (names > 0 && names >= values && 2 * names >= typed) return i <= below.length ? i : null;
    // Titles leave cells empty; a line without an empty one is the header or a row itself.
    if (values > 0 || filled === width) return null;
  }
  return null;
}

/** The first line that can hold names or values, where types don't tell. */
function firstFull(lines: readonly Line[], width: number): number {
  const top = lines.findIndex((line, i) => !isAbove(line, width, lines[i + 1]));
  return top < 0 ? 0 : skipBlock(lines, top, width);
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
    `${got}; mend this line`,
  );
}

/** Goes on behind lines of another width that a blank line separates from the table. */
function skipBlock(lines: readonly Line[], from: number, width: number): number {
  if (lines[from]!.cells.length === width) return from;
  const full = lines.findIndex(({ cells }, i) => i > from && cells.length === width);
  return full > 0 && lines[full]!.afterBlank ? full : from;
}

function noteAbove(above: readonly Line[], notes: Note[]): void {
  if (above.length === 0) return;
  const example = quoted(above[0]!.cells.filter((cell) => cell !== "").join(" "));
  const which =
    above.length === 1
      ? `line ${above[0]!.line}, which stands`
      : `${above.length} lines (${above[0]!.line} to ${above.at(-1)!.line}), which stand`;
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
    `${spoiled}; mend this line`,
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
  if (count === last && hasRowNames(rows)) {
    notes.push(
      info(
        "the header has one name less than rows have cells: the first column holds the names of the rows, as R writes them",
      ),
    );
    return { width: common, trailing: false, rowNames: true };
  }
  throw refused;
}

/** R's names of rows are all different; without names of their own they count the rows from 1. */
function hasRowNames(rows: readonly Line[]): boolean {
  const values = rows.map(({ cells }) => cells[0]!);
  const different = new Set(values).size === values.length && rows.length > 1;
  const counts = values.every((value, i) => value === String(i + 1));
  return different && (counts || values.every((value) => kindOf(value) === "text"));
}

const info = (text: string): Note => ({ level: "info", text });
