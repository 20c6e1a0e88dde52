import Papa from "papaparse";
import { type Dialect, standardize } from "./dialect.ts";

/** A record of a text as it was cut. */
export interface TextRecord {
  /** Without spaces around them. */
  cells: string[];
  /** Where it begins, counted from 1. */
  line: number;
  /** A quote makes it unclear where its cells end. */
  broken: boolean;
  /** A quote inside a quoted cell is neither doubled nor escaped; the number of cells is right all the same. */
  stray: boolean;
  /** Its first cell is quoted. */
  quoted: boolean;
}

/** What was cut from a text, and what has to wait for more of it. */
export interface Cut {
  records: TextRecord[];
  /** The beginning of a record whose quote is not closed yet. */
  rest: string;
  /** The line after the last record. */
  line: number;
}

/** What is known of the rows that are to come. */
export interface RowShape {
  width: number;
  /** Whether cells look like a row: values of the right kind in every column that has one. */
  isRow(cells: readonly string[]): boolean;
}

/** A quoted cell that goes on for longer than this is a quote that nobody closed. */
const mostCharacters = 1 << 26;
/**
 * Where a quote has swallowed lines, the text that follows is cut in stretches, which grow while nothing is wrong: what comes
 * behind a fault is not cut again and again. Where there are many, a quote that isn't closed within the first stretch is given up.
 */
const [firstStretch, fewFaults] = [1 << 7, 20];

/**
 * Cuts text into records with Papa Parse and checks in each that has quotes whether these can be trusted.
 *
 * Where a quote that is not closed has swallowed lines, the first of them is broken and reading goes on with the next.
 *
 * @param text begins where a record begins; line ends `\n`
 * @param line of its beginning
 * @param shape of a row, null if it isn't known yet
 * @param last nothing follows
 */
export function cutRecords(
  text: string,
  line: number,
  dialect: Dialect,
  shape: RowShape | null,
  last: boolean,
): Cut {
  const records: TextRecord[] = [];
  let from = 0;
  let at = line;
  let faults = 0;
  let stretch = Number.POSITIVE_INFINITY;
  while (from < text.length) {
    const end = lineEnd(text, from + stretch);
    const whole = end === text.length;
    const source = text.slice(from, end);
    const standard = needsRewriting(source, dialect) ? standardize(source, dialect) : source;
    const cut = cutUntilSwallowed(
      standard,
      at,
      dialect,
      shape,
      whole ? (last ? "end" : "more") : "line",
      records,
    );
    at += cut.lines;
    // Both have the same lines, if not the same characters.
    const consumed = standard === source ? cut.taken : afterLines(source, cut.lines);
    from += consumed;
    const waiting = text.length - from;
    if (waiting === 0) break;
    const given = whole
      ? !last && waiting > mostCharacters
      : consumed === 0 && faults > fewFaults + records.length / 50;
    if (!cut.swallowed && !given) {
      if (whole) break;
      stretch *= 2;
      continue;
    }
    stretch = firstStretch;
    // The first of the swallowed lines is what is broken.
    const next = text.indexOf("\n", from);
    if (next < 0 && !last) break;
    records.push({ cells: [], line: at, broken: true, stray: false, quoted: false });
    faults++;
    at++;
    from = next < 0 ? text.length : next + 1;
  }
  return { records, rest: text.slice(from), line: at };
}

/** Spaces of any kind, or a byte-order mark, in front of a quote that begins a line. */
const indented = /(?:^|\n)[^\S\n]+"/;

function needsRewriting(text: string, { delimiter, quote, backslash, runs }: Dialect): boolean {
  if (runs || quote !== '"') return true;
  if (!text.includes('"')) return false;
  if (backslash) return true;
  return delimiter !== " " && (text.includes(`${delimiter} "`) || indented.test(text));
}

/**
 * Cuts records up to the first whose quote has swallowed lines, or to the end.
 *
 * @param after what comes behind the text: nothing, whole lines, or anything
 */
function cutUntilSwallowed(
  text: string,
  line: number,
  { delimiter, backslash }: Dialect,
  shape: RowShape | null,
  after: "end" | "line" | "more",
  records: TextRecord[],
): { taken: number; lines: number; swallowed: boolean } {
  let taken = 0;
  let lines = 0;
  let swallowed = false;
  const quotes = text.includes('"');
  const parser = new Papa.Parser({
    delimiter,
    newline: "\n",
    quoteChar: '"',
    step: ({ data: [cells], errors, meta }: Papa.ParseResult<string[]>) => {
      const raw = text.slice(taken, meta.cursor);
      // The parser gives one empty record after the last line end.
      if (raw === "") return;
      const breaks = quotes ? countBreaks(raw) : 1;
      const found = quotes && raw.includes('"') ? judge(raw, cells!, errors, delimiter, shape) : "whole";
      // It may be closed in a line that is not here, if nothing else is wrong with it.
      const waits = after === "line" && errors.length > 0 && errors.every(isOpen);
      if (found === "swallowed" || waits) {
        swallowed = !waits;
        parser.abort();
        return;
      }
      records.push({
        cells: cells!.map((cell) => cell.trim()),
        line: line + lines,
        broken: found === "broken",
        stray: found === "stray" && !backslash,
        quoted: raw[0] === '"',
      });
      taken = meta.cursor;
      lines += raw.endsWith("\n") ? breaks : breaks + 1;
    },
  } as Papa.ParseConfig) as unknown as {
    parse(text: string, base: number, more: boolean): void;
    abort(): void;
  };
  parser.parse(text, 0, after === "more");
  return { taken, lines, swallowed };
}

/** What the quotes of a record say of it. */
function judge(
  raw: string,
  cells: readonly string[],
  errors: readonly Papa.ParseError[],
  delimiter: string,
  shape: RowShape | null,
): "whole" | "stray" | "broken" | "swallowed" {
  const stray = errors.length > 0;
  const open = errors.some(isOpen);
  const wrong = shape !== null && cells.length !== shape.width;
  if (raw.indexOf("\n") < raw.length - 1 && raw.includes("\n")) {
    if (stray || open) return "swallowed";
    return shape !== null && holdsRows(cells, delimiter, wrong, shape) ? "swallowed" : "whole";
  }
  if (open || (stray && wrong) || splitsQuoted(raw, delimiter)) return "broken";
  return stray ? "stray" : "whole";
}

/**
 * Whether a cell holds whole lines that look like rows themselves: all of them, and at least two.
 *
 * @param sure the record has the wrong number of cells itself, so that a single such line is enough
 */
function holdsRows(
  cells: readonly string[],
  delimiter: string,
  sure: boolean,
  { width, isRow }: RowShape,
): boolean {
  if (width < 2) return false;
  return cells.some((cell) => {
    const lines = cell.split("\n").slice(1, -1);
    const rows = lines.filter((line) => line.trim() !== "");
    return (
      rows.length >= (sure ? 1 : 2) &&
      rows.every((line) => {
        const inner = Papa.parse<string[]>(line, { delimiter, newline: "\n" }).data[0] ?? [];
        return inner.length === width && isRow(inner.map((one) => one.trim()));
      })
    );
  });
}

/**
 * Whether a cell that doesn't begin with a quote has one in front of a word, which is closed at the end of a later cell:
 * `1.50"Table, Round"`, where a delimiter is missing and the cut is inside of the quotes.
 */
function splitsQuoted(raw: string, delimiter: string): boolean {
  const text = raw.replace(/\n$/, "");
  let at = 0;
  while (at < text.length) {
    if (text[at] === '"') {
      at = closingOf(text, at + 1, delimiter) + 1;
      const next = text.indexOf(delimiter, at);
      if (next < 0) return false;
      at = next + delimiter.length;
      continue;
    }
    const next = text.indexOf(delimiter, at);
    if (next < 0) return false;
    const quote = text.indexOf('"', at);
    if (quote >= 0 && quote < next && /[^\s"]/.test(text[quote + 1]!)) {
      const odd = (text.slice(at, next).split('"').length - 1) % 2 === 1;
      if (odd && closesLater(text, next, delimiter)) return true;
    }
    at = next + delimiter.length;
  }
  return false;
}

/** Whether the next quote, doubled ones apart, ends a cell that it doesn't begin. */
function closesLater(text: string, from: number, delimiter: string): boolean {
  let at = text.indexOf('"', from);
  // A doubled one is a character, unless it is a cell of its own.
  while (
    at >= 0 &&
    text[at + 1] === '"' &&
    !(atCellStart(text, at, delimiter) && endsCell(text, at + 2, delimiter))
  )
    at = text.indexOf('"', at + 2);
  return at >= 0 && !atCellStart(text, at, delimiter) && endsCell(text, at + 1, delimiter);
}

/** The place of the quote that closes a cell, or the end. */
function closingOf(text: string, from: number, delimiter: string): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1)) {
    if (text[at + 1] === '"') at++;
    else if (endsCell(text, at + 1, delimiter)) return at;
  }
  return text.length;
}

function endsCell(text: string, at: number, delimiter: string): boolean {
  let after = at;
  while (text[after] === " " && delimiter !== " ") after++;
  return after >= text.length || text.startsWith(delimiter, after);
}

function atCellStart(text: string, at: number, delimiter: string): boolean {
  let before = at;
  while (before > 0 && text[before - 1] === " " && delimiter !== " ") before--;
  return text.endsWith(delimiter, before) || text.endsWith(delimiter, at);
}

function isOpen({ code }: Papa.ParseError): boolean {
  return code === "MissingQuotes";
}

function countBreaks(text: string): number {
  let count = 0;
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) count++;
  return count;
}

/** Where the line ends that a place is in. */
function lineEnd(text: string, at: number): number {
  const next = at < text.length ? text.indexOf("\n", at) : -1;
  return next < 0 ? text.length : next + 1;
}

/** Where the text goes on after a number of lines. */
function afterLines(text: string, lines: number): number {
  let at = 0;
  for (let i = 0; i < lines; i++) {
    const next = text.indexOf("\n", at);
    if (next < 0) return text.length;
    at = next + 1;
  }
  return at;
}
