import { quoted } from "../../data-error.ts";
import type { Note } from "../../results.ts";
import { kindOf } from "../cell-kind.ts";
import type { Damaged } from "../damage.ts";
import { info, warning } from "../notes.ts";
import type { Table } from "../table.ts";
import { blocksOf, decodeLines, samplesOf } from "./blocks.ts";
import { cutBytes } from "./cut-bytes.ts";
import { type Dialect, none } from "./dialect.ts";
import { encloses, findDialect } from "./find-dialect.ts";
import { finishTable } from "./finish-table.ts";
import { findLayout, type Layout } from "./layout.ts";
import { cutRecords, type RowShape } from "./records.ts";
import { type RowCollector, rowCollector } from "./row-collector.ts";

export interface ReadCsvOptions {
  /** Found in the text if not given. */
  delimiter?: string;
  damaged?: Damaged;
  /** Columns that the table is known to have. */
  names?: readonly string[];
  /** Called now and then with how many of the bytes are read. */
  progress?: (done: number) => void;
}

/** Bytes of a text that are looked at before it is read. */
const sampleSize = 1 << 18;
const blockSize = 1 << 20;
/** Dialects that are rewritten go in small steps, as a line that swallows others makes the step begin anew. */
const smallBlock = 1 << 16;

/**
 * Returns a table from delimiter-separated text.
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
    notes.push(info(`left out the line ${quoted(declared.line)}, which names the delimiter`));
  const samples = samplesOf(bytes, start, sampleSize);
  const dialect = findDialect(samples, options.delimiter ?? declared?.delimiter);
  notes.push(...dialectNotes(dialect, samples));
  const line = declared === null ? 1 : 2;
  const { head, widths } = lookAt(samples, dialect, line);
  const layout = findLayout(head, widths, name, options.names);
  const { delimiter } = dialect;
  const collector = rowCollector(layout, { delimiter, damaged, bytes: bytes.length });
  await readBody(bytes, start, line, dialect, shapeOf(layout), collector, progress);
  const noted = { ...layout, notes: [...notes, ...layout.notes] };
  return finishTable(name, noted, collector.collected(), { delimiter, damaged });
}

/** Gives all records to a collector, without strings where no quote is. */
async function readBody(
  bytes: Uint8Array,
  start: number,
  first: number,
  dialect: Dialect,
  shape: RowShape,
  collector: RowCollector,
  progress?: (done: number) => void,
): Promise<void> {
  const { delimiter, quote, runs } = dialect;
  const plain = !runs && (quote === '"' || quote === "") && delimiter.charCodeAt(0) < 0x80;
  let line = first;
  let rest = "";
  let waiting: string[] = [];
  let size = 0;
  for (const [from, to] of blocksOf(bytes, start, plain ? blockSize : smallBlock)) {
    const block = bytes.subarray(from, to);
    if (plain && rest === "" && size === 0 && (quote === "" || !block.includes(34)))
      line = cutBytes(block, 0, block.length, line, delimiter.charCodeAt(0), shape.width, collector);
    else {
      waiting.push(decodeLines(block));
      size += to - from;
      // A record that goes on and on is not begun anew with every block.
      if (to === bytes.length || size >= rest.length) {
        const cut = cutRecords(rest + waiting.join(""), line, dialect, shape, to === bytes.length);
        for (const record of cut.records) collector.record(record);
        ({ rest, line } = cut);
        waiting = [];
        size = 0;
      }
    }
    if (progress !== undefined) {
      progress(to);
      // A page stays alive, and a program hears that it is to stop.
      await new Promise<void>((resolve) => setTimeout(resolve));
    }
  }
}

/** What rows look like: where the columns above have numbers or dates, they have such, or nothing. */
function shapeOf({ width, trailing, kinds }: Layout): RowShape {
  return {
    width: trailing ? width + 1 : width,
    isRow: (cells) => {
      let values = 0;
      for (const [j, kind] of kinds.entries()) {
        if (kind !== "number" && kind !== "date") continue;
        const own = kindOf(cells[j] ?? "");
        if (own === kind) values++;
        else if (own !== "missing") return false;
      }
      return values > 0;
    },
  };
}

/** The records of the samples: those of the beginning, and how many have how many cells. */
function lookAt(samples: readonly string[], dialect: Dialect, line: number) {
  const widths = new Map<number, number>();
  const [head, ...others] = samples.map(
    (sample, i) => cutRecords(sample, i === 0 ? line : 1, dialect, null, samples.length === 1).records,
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
  return {
    line: match[0].replace(/[\r\n]{1,2}$/, ""),
    delimiter: match[1]!,
    length: new TextEncoder().encode(match[0]).length,
  };
}

/** What is unusual about a dialect. */
function dialectNotes({ delimiter, quote, backslash, runs }: Dialect, samples: readonly string[]): Note[] {
  const notes: Note[] = [];
  if (runs) notes.push(info("cells are separated by spaces"));
  else if (![none, ",", ";", "\t", "|"].includes(delimiter))
    notes.push(info(`cells are separated by ${quoted(delimiter)}`));
  const likeOthers = "quotes are characters like others";
  if (quote === "")
    notes.push(
      samples.some((text) => encloses(text, delimiter, '"', '"'))
        ? warning(`${likeOthers}, although they enclose some cells`)
        : info(likeOthers),
    );
  else if (quote !== '"') notes.push(info(`${quote} encloses cells`));
  if (backslash) notes.push(info('\\" is a quote inside of a cell'));
  return notes;
}
