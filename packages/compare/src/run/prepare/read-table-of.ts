import { type ReadTableOptions, readTable } from "../../read/read-table.ts";
import type { Table } from "../../read/table.ts";
import type { Settings } from "../../results.ts";

/** How a file is to be read: `--damaged`, `--strict`, its known columns, and `--task preference`, whose responses may be lists of messages. */
export type Reading = Pick<Settings, "strict"> &
  Pick<ReadTableOptions, "names"> & {
    damaged: NonNullable<ReadTableOptions["damaged"]>;
    task?: string;
  };

/** A file: what it is called, and its bytes. */
export interface FileOf {
  source: string;
  bytes: Uint8Array;
}

/** Reads the table of a file, and uses its bytes up. */
export type TableOf = (file: FileOf, reading: Reading) => Promise<Table>;

/**
 * Reads the table of a file and frees its bytes, with the whole buffer that they are in: large files would otherwise stay in memory until
 * the next collection.
 *
 * @throws DataError in one line
 */
export async function readTableOf(
  { bytes, source }: FileOf,
  { damaged, strict, names = [], task }: Reading,
  more: Pick<ReadTableOptions, "maxBytes" | "progress"> = {},
): Promise<Table> {
  try {
    return await readTable(bytes, {
      name: source,
      damaged,
      strict,
      names,
      ...(task === "preference" && { nested: "json" as const }),
      ...more,
    });
  } finally {
    (bytes.buffer as ArrayBuffer).transfer(0);
  }
}
