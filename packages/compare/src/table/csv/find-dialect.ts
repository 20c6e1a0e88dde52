import Papa from "papaparse";
import { kindOf } from "../cell-kind.ts";
import { type Dialect, standard, standardize } from "./dialect.ts";

/** Delimiters that need no further sign that they are one. */
const usual = [",", ";", "\t", "|"];
const unusual = [
  ":",
  "^",
  "~",
  "¦",
  "¬",
  "§",
  "\u0001",
  "\u001c",
  "\u001e",
  "\u001f",
  "/",
  "&",
  "*",
  "#",
  "!",
];
const mostRecords = 200;

/** A dialect with what speaks for it. */
interface Judged {
  dialect: Dialect;
  /** See {@link judge}. */
  score: number;
  /** Share of the records that have the most frequent number of cells, which is at least two. */
  agreement: number;
  /** Whether some column of these records holds numbers or dates throughout. */
  typed: boolean;
}

/**
 * How a text is written, by what cuts its lines most evenly into cells that look like values.
 *
 * @param samples stretches of the text, each beginning where a line begins, line ends `\n`; the first is its beginning
 * @param given the delimiter, where it is known
 */
export function findDialect(samples: readonly string[], given?: string): Dialect {
  const whole = samples.join("\n");
  if (given !== undefined) {
    const ways = bestOf(dialectsOf(given, whole).map((dialect) => judge(dialect, samples)));
    return ways === null || ways.score === 0 ? { ...standard, delimiter: given } : ways.dialect;
  }
  const present = usual.filter((delimiter) => whole.includes(delimiter));
  const best = bestOf(
    present.flatMap((delimiter) => dialectsOf(delimiter, whole)).map((d) => judge(d, samples)),
  );
  // Spaces and other characters stand in texts, too: all lines have to agree on them, and values have to come out.
  const others = [...unusual, " "].filter(
    (delimiter) => count(whole, delimiter) >= samples[0]!.split("\n").length / 2,
  );
  const rival = bestOf(
    others
      .flatMap((delimiter) => dialectsOf(delimiter, whole))
      .map((d) => judge(d, samples))
      .filter(({ agreement, typed }) => agreement >= 0.9 && typed),
  );
  if (rival !== null && rival.score > 1.1 * (best?.score ?? 0)) return rival.dialect;
  if (best !== null && best.score > 0) return best.dialect;
  return { ...standard, delimiter: present.length === 0 ? "" : "," };
}

function bestOf(all: readonly Judged[]): Judged | null {
  return all.reduce<Judged | null>(
    (best, one) => (best === null || one.score > best.score ? one : best),
    null,
  );
}

/** The ways of quoting that a text shows beside a delimiter, the usual one first. */
function dialectsOf(delimiter: string, text: string): Dialect[] {
  const at = escapeRegExp(delimiter);
  const shows = (quote: string, closing: string): boolean =>
    new RegExp(`(?:^|${at})[ ]*${quote}(?:[^\\n]*?[^\\n${at}])?${closing}[ ]*(?:$|${at})`, "m").test(text);
  const ways: Dialect[] = [{ ...standard, delimiter }];
  if (text.includes('\\"')) ways.push({ ...standard, delimiter, backslash: true });
  if (shows("'", "'")) {
    ways.push({ ...standard, delimiter, quote: "'" });
    if (text.includes("\\'")) ways.push({ ...standard, delimiter, quote: "'", backslash: true });
  }
  if (shows("“", "”")) ways.push({ ...standard, delimiter, quote: "“" });
  return delimiter === " " ? ways.flatMap((way) => [way, { ...way, runs: true }]) : ways;
}

/**
 * The score of a dialect: records with the same number of cells form a pattern; the sum over patterns of
 * records * (cells - 1) / cells, divided by the number of patterns, times the share of the cells that look like a value.
 * After the consistency measure of van den Burg, Nazábal and Sutton, "Wrangling messy CSV files by detecting row and type
 * patterns" (2019), section 3, with simpler patterns.
 */
function judge(dialect: Dialect, samples: readonly string[]): Judged {
  const records: string[][] = [];
  for (const [i, sample] of samples.entries()) {
    const { data } = Papa.parse<string[]>(standardize(sample, dialect), {
      delimiter: dialect.delimiter,
      newline: "\n",
      quoteChar: '"',
      preview: i === 0 ? mostRecords : mostRecords / 4,
    });
    // A sample ends anywhere.
    const complete = samples.length > 1 && data.length > 1 ? data.slice(0, -1) : data;
    for (const record of complete) if (record.some((cell) => cell.trim() !== "")) records.push(record);
  }
  const widths = new Map<number, number>();
  for (const { length } of records) widths.set(length, (widths.get(length) ?? 0) + 1);
  let pattern = 0;
  for (const [width, times] of widths) pattern += (times * (width - 1)) / width;
  let [modal, most] = [1, 0];
  for (const [width, times] of widths) if (width > 1 && times > most) [modal, most] = [width, times];
  const modals = records.filter(({ length }) => length === modal);
  const clean = modals.reduce(
    (n, record) => n + record.reduce((m, cell) => m + cleanness(cell, dialect), 0),
    0,
  );
  const cells = modals.length * modal;
  return {
    dialect,
    score: cells === 0 ? 0 : ((pattern / widths.size) * clean) / cells,
    agreement: records.length === 0 ? 0 : most / records.length,
    typed: Array.from({ length: modal }).some((_, j) => isTyped(modals.slice(1).map((record) => record[j]!))),
  };
}

/** Whether there are values, all of them numbers or dates. */
function isTyped(cells: readonly string[]): boolean {
  let values = 0;
  for (const cell of cells) {
    const kind = kindOf(cell.trim());
    if (kind === "text") return false;
    if (kind !== "missing") values++;
  }
  return values > 0;
}

/** How much a cell looks like one: 1 for a value or a plain text, less where a better cut seems to be inside. */
function cleanness(cell: string, { delimiter, quote, runs }: Dialect): number {
  const text = cell.trim();
  if (delimiter === " " && !runs && text === "") return 0.5;
  if (kindOf(text) !== "text") return 1;
  if (/^["'“”]|["'“”]$/.test(text)) return 0.1;
  if (delimiter === " " && /^[,;|]|[,;|]$/.test(text)) return 0;
  if (quote !== '"' && text.includes('"')) return 0.5;
  // Another delimiter between two values or words without a space: `3,14;2`, `a|b`.
  if (/\S[;|\t^]\S/.test(text) || /[\d"'],[\d"']|[;|\t]$|^[;|\t,]/.test(text)) return 0.3;
  return /^\d[\d.,]*[ :]\d/.test(text) ? 0.5 : 1;
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
