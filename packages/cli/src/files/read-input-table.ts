import { type Damaged, readTable, type Table } from "@minimand/compare";
import { isQuiet, printable } from "../printable.ts";
import { cutText } from "../terminal/text-width.ts";
import type { Input } from "./input.ts";
import { mostBytes } from "./read-bytes.ts";

/** How a file is to be read: `--damaged`, `--strict`. */
export interface Reading {
  damaged: Damaged;
  strict: boolean;
  /** Responses may be lists of messages. */
  task?: string;
}

/** Milliseconds after which a terminal is told how far reading is. */
const patience = 500;

/**
 * The table of an input, whose bytes are gone afterwards, with the whole buffer that they lie in: large files would stay in memory until
 * the next collection.
 *
 * @throws DataError in one line
 */
export async function readInputTable(
  { bytes, source }: Pick<Input, "bytes" | "source">,
  { damaged, strict, task }: Reading,
): Promise<Table> {
  const { stderr } = process;
  const started = performance.now();
  let shown = false;
  try {
    return await readTable(bytes, {
      ...{
        name: source,
        damaged,
        strict,
        ...(task === "preference" && { nested: "json" as const }),
        maxBytes: Math.max(bytes.length, mostBytes()),
      },
      progress: (done, total) => {
        if (isQuiet() || !stderr.isTTY || performance.now() - started < patience) return;
        const text = `${Math.round((100 * done) / total)} % of ${printable(source)} read`;
        stderr.write(`\r\u001b[2K${cutText(text, (stderr.columns || 80) - 1)}`);
        shown = true;
      },
    });
  } finally {
    if (shown) stderr.write("\r\u001b[2K");
    (bytes.buffer as ArrayBuffer).transfer(0);
  }
}
