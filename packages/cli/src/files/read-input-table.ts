import { getHeapStatistics } from "node:v8";
import { type FileOf, type Reading, readTableOf, type Table } from "@minimand/compare";
import { isQuiet, printable } from "../printable.ts";
import { cutText } from "../terminal/text-width.ts";
import { mostBytes } from "./read-bytes.ts";

/** Milliseconds after which a terminal is told how far reading is. */
const patience = 500;

/** Cells are JavaScript values, and those have a limit of their own, however much memory is free. */
const heapShare = Math.floor(getHeapStatistics().heap_size_limit / 2);

/**
 * {@link readTableOf} with progress on a terminal, for files that the memory suffices for.
 *
 * @throws DataError in one line
 */
export async function readInputTable(file: FileOf, reading: Reading): Promise<Table> {
  const { bytes, source } = file;
  const { stderr } = process;
  const started = performance.now();
  let shown = false;
  try {
    return await readTableOf(file, reading, {
      maxBytes: Math.max(bytes.length, Math.min(mostBytes(), heapShare)),
      progress: (done, total) => {
        if (isQuiet() || !stderr.isTTY || performance.now() - started < patience) return;
        const text = `${Math.round((100 * done) / total)} % of ${printable(source)} read`;
        stderr.write(`\r\u001b[2K${cutText(text, (stderr.columns || 80) - 1)}`);
        shown = true;
      },
    });
  } finally {
    if (shown) stderr.write("\r\u001b[2K");
  }
}
