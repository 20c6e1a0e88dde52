import { type Damaged, readTable, type Table } from "@minimand/compare";
import type { Input } from "./input.ts";
import { mostBytes } from "./read-bytes.ts";

/** How a file is to be read: `--damaged`, `--strict`. */
export interface Reading {
  damaged: Damaged;
  strict: boolean;
}

/** Milliseconds after which a terminal is told how far reading is. */
const patience = 500;

/**
 * The table of an input, whose bytes are gone afterwards: large files would stay in memory until the next collection.
 *
 * @throws DataError in one line
 */
export async function readInputTable({ bytes, source }: Input, { damaged, strict }: Reading): Promise<Table> {
  const { stderr } = process;
  const started = performance.now();
  let shown = false;
  try {
    return await readTable(bytes, {
      ...{ name: source, damaged, strict, maxBytes: Math.max(bytes.length, mostBytes()) },
      progress: (done, total) => {
        if (!stderr.isTTY || performance.now() - started < patience) return;
        stderr.write(
          `\r\u001b[2K${Math.round((100 * done) / total)} % of ${source} read`.slice(0, stderr.columns),
        );
        shown = true;
      },
    });
  } finally {
    if (shown) stderr.write("\r\u001b[2K");
    (bytes.buffer as ArrayBuffer).transfer(0);
  }
}
