import type { Note } from "../../results.ts";
import type { Damaged } from "../damage.ts";
import { quoted } from "../data-error.ts";
import type { Table } from "../table.ts";
import { blocksOf, decodeLines, samplesOf } from "./blocks.ts";
import { cutBytes } from "./cut-bytes.ts";
import type { Dialect } from "./dialect.ts";
import { findDialect } from "./find-dialect.ts";
import { finishTable } from "./finish-table.ts";
import { findLayout } from "./layout.ts";
import { cutRecords } from "./records.ts";
import { type RowCollector, rowCollector } from "./row-collector.ts";

export interface ReadCsvOptions {
  /** Found in the text if not given. */
  delimiter?: string;
  damaged?: Damaged;
  /** Told how many of the bytes are read, now and then. */
  progress?: (done: number) => void;
}

/** Bytes of a text that are looked at before it is read. */
const sampleSize = 1 << 18;
const blockSize = 1 << 20;
/** Dialects that are rewritten go in small steps, as a line that swallows others makes the step begin anew. */
const smallBlock = 1 << 16;

/**
 * A table from delimiter-separated text.
 *
 * How it is written (delimiter, quotes, escapes) and where the table is in it (titles above, several header rows, notes and
 * totals below, other tables) is found by what is consistent; what was repaired or left out is in the notes of the table.
 * Quoted cells hold delimiters and line breaks (read as `\n`); spaces around a cell are not part of it.
 *
 * @param bytes UTF-8
 * @throws DataError in one line: no rows, a header that doesn't fit, more damaged rows than are accepted
 */
export async function readCsv(bytes: Uint8Array, name: string, options: ReadCsvOptions = {}): Promise<Table> {
  const { damaged = "drop", progress } = options;
  const notes: Note[] = [];
  const declared = separatorLine(bytes);
  const start = declared?.length ?? 0;
  if (declared !== null)
    notes.push({
      level: "info",
      text: `left out the line ${quoted(declared.line)}, which names the delimiter`,
    });
  const samples = samplesOf(bytes, start, sampleSize);
  const dialect = findDialect(samples, options.delimiter ?? declared?.delimiter);
  notes.push(...dialectNotes(dialect));
  const line = declared === null ? 1 : 2;
  const { head, widths } = lookAt(samples, dialect, line);
  const layout = findLayout(head, widths, name);
  const { delimiter } = dialect;
  const collector = rowCollector(layout, { delimiter, damaged, bytes: bytes.length });
  const width = layout.trailing ? layout.width + 1 : layout.width;
  await readBody(bytes, start, line, dialect, width, collector, progress);
  const noted = { ...layout, notes: [...notes, ...layout.notes] };
  return finishTable(name, noted, collector.collected(), { delimiter, damaged });
}

/** Gives all records to a collector, without strings where no quote is. */
async function readBody(
  bytes: Uint8Array,
  start: number,
  first: number,
  dialect: Dialect,
  width: number,
  collector: RowCollector,
  progress?: (done: number) => void,
): Promise<void> {
  const { delimiter, quote, runs } = dialect;
  const rewritten = runs || quote !== '"';
  const single =
    delimiter.length === 1 && delimiter.charCodeAt(0) < 0x80 && !rewritten ? delimiter.charCodeAt(0) : null;
  let line = first;
  let rest = "";
  for (const [from, to] of blocksOf(bytes, start, rewritten ? smallBlock : blockSize)) {
    const block = bytes.subarray(from, to);
    if (rest === "" && single !== null && !block.includes(34))
      line = cutBytes(block, 0, block.length, line, single, width, collector);
    else {
      const cut = cutRecords(rest + decodeLines(block), line, dialect, width, to === bytes.length);
      for (const record of cut.records) collector.record(record);
      ({ rest, line } = cut);
    }
    if (progress !== undefined) {
      progress(to);
      // A page stays alive, and a program hears that it is to stop.
      await new Promise<void>((resolve) => setTimeout(resolve));
    }
  }
}

/** The records of the samples: those of the beginning, and how many have how many cells. */
function lookAt(samples: readonly string[], dialect: Dialect, line: number) {
  const widths = new Map<number, number>();
  const [head, ...others] = samples.map(
    (sample, i) => cutRecords(sample, i === 0 ? line : 1, dialect, 0, samples.length === 1).records,
  );
  for (const { cells, broken } of [head!, ...others].flat()) {
    if (!broken && cells.some((cell) => cell !== ""))
      widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1);
  }
  return { head: head!, widths };
}

/** `sep=;`, as Excel writes and reads it. */
function separatorLine(bytes: Uint8Array): { line: string; delimiter: string; length: number } | null {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, 16));
  const match = /^"?sep=(.)"?(\r\n?|\n)/i.exec(text);
  if (match === null) return null;
  return { line: match[0].trim(), delimiter: match[1]!, length: new TextEncoder().encode(match[0]).length };
}

/** What is unusual about a dialect. */
function dialectNotes({ delimiter, quote, backslash, runs }: Dialect): Note[] {
  const found: string[] = [];
  if (runs) found.push("cells are separated by spaces");
  else if (!["", ",", ";", "\t", "|"].includes(delimiter))
    found.push(`cells are separated by ${quoted(delimiter)}`);
  if (quote !== '"') found.push(`${quote} encloses cells`);
  if (backslash) found.push('\\" is a quote inside of a cell');
  return found.map((text) => ({ level: "info", text }));
}
