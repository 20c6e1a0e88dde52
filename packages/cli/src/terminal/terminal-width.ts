import type { WriteStream } from "node:tty";

/** What a terminal that doesn't tell its width is taken for. */
const usual = 80;

/**
 * Columns that output has room for: `COLUMNS` where it is set, else the terminal's own, 80 where it states none. Output into a
 * pipe or a file has no limit on the right: programs get everything, one record per line.
 */
export function terminalWidth(
  { isTTY, columns }: Pick<WriteStream, "isTTY" | "columns"> = process.stdout,
  set: string | undefined = process.env.COLUMNS,
): number {
  const asked = Number(set);
  if (Number.isInteger(asked) && asked > 0) return asked;
  if (!isTTY) return Number.POSITIVE_INFINITY;
  return columns > 0 ? columns : usual;
}
