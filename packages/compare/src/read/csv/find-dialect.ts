import { kindOf } from "../cell-kind.ts";
import { type Dialect, none, standard } from "./dialect.ts";
import { cutRecords, type TextRecord } from "./records.ts";

/** Delimiters that need no further sign that they are one. */
const usual = [",", ";", "\t", "|"];
const unusual = [":", "^", "~", "¦", "¬", "§", "\u0001", "\u001c", "\u001e", "\u001f", " "];
const mostLines = 200;

/** A dialect with what speaks for it. */
interface Judged {
  dialect: Dialect;
  /** See {@link judge}. */
  score: number;
  /** Share of the records that have the most frequent number of cells, which is at least two. */
  agreement: number;
  /** Share of the cells that look like one. */
  cleanness: number;
  /** Whether some column of these records holds numbers or dates throughout, or nearly all records have quoted cells. */
  evident: boolean;
  /** Whether the first record has as many cells, or R's one less. */
  named: boolean;
}

/**
 * Returns how a text is written, by what cuts its lines most evenly into cells that look like values.
 *
 * @param samples stretches of the text, each beginning where a line begins, line ends `\n`; the first is its beginning
 * @param given the delimiter, where it is known
 */
export function findDialect(samples: readonly string[], given?: string): Dialect {
  const parts = samples.map((sample, i) => firstLines(sample, i === 0 ? mostLines : mostLines / 4));
  const whole = parts.join("\n");
  const judged = (delimiters: readonly string[]): Judged[] =>
    delimiters.flatMap((delimiter) => dialectsOf(delimiter, whole)).map((dialect) => judge(dialect, parts));
  if (given !== undefined) {
    const way = bestOf(judged([given]));
    return way === null || way.score === 0 ? { ...standard, delimiter: given } : way.dialect;
  }
  if (isOneColumn(parts[0]!)) return { ...standard, delimiter: none };
  const present = usual.filter((delimiter) => whole.includes(delimiter));
  const best = bestOf(judged(present));
  if (best !== null && best.agreement >= 0.9 && best.cleanness >= 0.9) return best.dialect;
  // Spaces and other characters are in texts, too: all lines have to agree on them, and values have to come out.
  const lines = whole.split("\n").length;
  const rival = bestOf(
    judged(unusual.filter((delimiter) => countOf(whole, delimiter) >= lines / 2)).filter(
      ({ agreement, evident, named }) => agreement >= 0.9 && evident && named,
    ),
  );
  if (rival !== null && rival.score > 1.1 * (best?.score ?? 0)) return rival.dialect;
  if (best !== null && best.score > 0) return best.dialect;
  if (present.length > 0) return { ...standard, delimiter: "," };
  return { ...standard, delimiter: none, quote: goesOnAfterQuotes(whole, none) ? "" : '"' };
}

function bestOf(all: readonly Judged[]): Judged | null {
  return all.reduce<Judged | null>(
    (best, one) => (best === null || one.score > best.score ? one : best),
    null,
  );
}

/** Whether all lines but the first are single values, as they are, and the first one has nothing that could delimit. */
function isOneColumn(text: string): boolean {
  const [first = "", ...rest] = text.split("\n").filter((line) => line.trim() !== "");
  if (rest.length === 0 || /[,;\t|"]/.test(first)) return false;
  const isValue = (line: string): boolean => kindOf(line.trim()) !== "text";
  // Without a name above, `1,10` may as well be two numbers.
  if (isValue(first) && rest.some((line) => /[,;\t|]/.test(line))) return false;
  return rest.filter(isValue).length >= 0.9 * rest.length;
}

/** The ways of quoting that a text shows next to a delimiter, the usual one first. */
function dialectsOf(delimiter: string, text: string): Dialect[] {
  const ways: Dialect[] = [{ ...standard, delimiter }];
  if (text.includes('\\"')) ways.push({ ...standard, delimiter, backslash: true });
  if (goesOnAfterQuotes(text, delimiter)) ways.push({ ...standard, delimiter, quote: "" });
  if (encloses(text, delimiter, "'", "'")) {
    ways.push({ ...standard, delimiter, quote: "'" });
    if (text.includes("\\'")) ways.push({ ...standard, delimiter, quote: "'", backslash: true });
  }
  if (encloses(text, delimiter, "“", "”")) ways.push({ ...standard, delimiter, quote: "“" });
  return delimiter === " " ? ways.flatMap((way) => [way, { ...way, runs: true }]) : ways;
}

/** Whether some cell begins with quoted words and goes on after them, as in `"Best" of 7`. */
function goesOnAfterQuotes(text: string, delimiter: string): boolean {
  const edge = (at: number): boolean => at < 0 || text[at] === "\n" || text[at] === delimiter;
  let at = -1;
  for (let i = 0; i < mostPlaces; i++) {
    at = text.indexOf('"', at + 1);
    if (at < 0) return false;
    if (!edge(at - 1)) continue;
    const end = text.indexOf('"', at + 1);
    if (end < 0) return false;
    const inside = text.slice(at + 1, end);
    const after = text.slice(end + 1, end + 3);
    if (
      inside !== "" &&
      !/[\n]/.test(inside) &&
      !inside.includes(delimiter) &&
      /^ ?[^\s"]/.test(after) &&
      !edge(end + 1)
    )
      return !after.trimStart().startsWith(delimiter);
    at = end;
  }
  return false;
}

/** Places that are looked at for a quote. */
const mostPlaces = 1000;

/** Whether some cell begins and ends with these quotes. */
export function encloses(text: string, delimiter: string, opening: string, closing: string): boolean {
  const isEdge = (at: number): boolean =>
    at < 0 || at >= text.length || text[at] === "\n" || text[at] === delimiter;
  let at = -1;
  for (let i = 0; i < mostPlaces; i++) {
    at = text.indexOf(opening, at + 1);
    if (at < 0) return false;
    let before = at - 1;
    while (text[before] === " " && delimiter !== " ") before--;
    if (!isEdge(before)) continue;
    for (
      let end = text.indexOf(closing, at + 1), j = 0;
      end > 0 && j < 8;
      end = text.indexOf(closing, end + 1), j++
    )
      if (isEdge(end + 1)) return true;
  }
  return false;
}

/**
 * The score of a dialect: among the records, the share that has the most frequent number of cells, squared, times
 * (cells - 1) / cells, times the share of the cells that look like one. After the consistency measure of van den Burg, Nazábal and
 * Sutton, "Wrangling messy CSV files by detecting row and type patterns" (2019), section 3, which averages over patterns where
 * one odd record would halve it.
 */
function judge(dialect: Dialect, samples: readonly string[]): Judged {
  const records: TextRecord[] = [];
  for (const sample of samples) {
    const cut = cutRecords(sample, 1, dialect, null, true).records;
    // A sample ends anywhere.
    const complete = samples.length > 1 && cut.length > 1 ? cut.slice(0, -1) : cut;
    for (const record of complete)
      if (record.broken || record.cells.some((cell) => cell !== "")) records.push(record);
  }
  const widths = new Map<number, number>();
  for (const { cells, broken } of records)
    if (!broken) widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1);
  let [modal, most] = [1, 0];
  for (const [width, times] of widths) if (width > 1 && times > most) [modal, most] = [width, times];
  const modals = records.filter(({ cells, broken }) => !broken && cells.length === modal);
  const clean = modals.reduce(
    (n, { cells }) => n + cells.reduce((m, cell) => m + cleannessOf(cell, dialect), 0),
    0,
  );
  const cleanness = most === 0 ? 0 : clean / (most * modal);
  // A stray quote is a little sign that quotes mean something else.
  const strays = modals.filter(({ stray }) => stray).length;
  const [first] = records;
  // R leaves out the name of the names of rows.
  const lessOne = first !== undefined && first.cells.length === modal - 1 && first.quoted;
  const counted = records.length - Number(lessOne);
  const agreement = counted === 0 ? 0 : (most - 0.1 * strays) / counted;
  const typed = Array.from({ length: modal }).some((_, j) =>
    isTyped(modals.slice(1).map(({ cells }) => cells[j]!)),
  );
  const quoted = records.filter(({ quoted: isQuoted }) => isQuoted).length;
  return {
    dialect,
    score: agreement ** 2 * (1 - 1 / modal) * cleanness,
    agreement,
    cleanness,
    evident: typed || (dialect.quote !== "" && quoted >= 0.9 * records.length),
    named: lessOne || first?.cells.length === modal,
  };
}

/** Whether there are values, all of them numbers or dates. */
function isTyped(cells: readonly string[]): boolean {
  let values = 0;
  for (const cell of cells) {
    const kind = kindOf(cell);
    if (kind === "text") return false;
    if (kind !== "missing") values++;
  }
  return values > 0;
}

/** How much a cell looks like one: 1 for a value or a plain text, less where a better cut seems to be inside. */
function cleannessOf(text: string, { delimiter, runs }: Dialect): number {
  if (delimiter === " " && !runs && text === "") return 0.5;
  if (kindOf(text) !== "text") return 1;
  if (/^["'“”]|["'“”]$/.test(text)) return 0.1;
  if (delimiter === " " && /^[,;|]|[,;|]$/.test(text)) return 0;
  // Another delimiter between two values or words without a space: `3,14;2`, `a|b`.
  if (/\d[;|\t^~]-?\d/.test(text)) return 0;
  if (/\S[;|\t^]\S/.test(text) || /[\d"'],[\d"']|[;|\t]$|^[;|\t,]/.test(text)) return 0.3;
  return /^-?\d[\d.,]*[ :]+-?\d/.test(text) ? 0.3 : 1;
}

function countOf(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) count++;
  return count;
}

function firstLines(text: string, most: number): string {
  let at = -1;
  for (let i = 0; i < most; i++) {
    at = text.indexOf("\n", at + 1);
    if (at < 0) return text;
  }
  return text.slice(0, at);
}
