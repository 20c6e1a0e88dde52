import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { checkReplaceable } from "./write-whole.ts";

/** Characters that are written at once. */
const many = 1 << 20;

/** A file that lines are appended to. */
export interface Lines {
  write(line: string): void;
  /** Returns when all lines are on the disk. */
  close(): void;
}

/**
 * Makes a file and writes lines to it as they come, for what is too long to be one text. For threads that do not wait.
 *
 * @param path a free name; {@link moveInto} gives the file its own when it is complete
 * @throws errors of the operating system
 */
export function linesTo(path: string): Lines {
  const file = openSync(path, "wx");
  let held: string[] = [];
  let length = 0;
  const flush = (): void => {
    const bytes = Buffer.from(held.join(""));
    // On a disk that is nearly full a write may take a part of them without an error.
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    held = [];
    length = 0;
  };
  return {
    write(line) {
      held.push(line);
      length += line.length;
      if (length >= many) flush();
    },
    close() {
      try {
        flush();
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    },
  };
}

/**
 * Gives a complete file its name.
 *
 * @throws RangeError where something else than a file has the name; the error of the operating system, with `path` as its path. The
 *   temporary file is gone then
 */
export async function moveInto(temporary: string, path: string): Promise<void> {
  try {
    await checkReplaceable(path);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error instanceof Error ? Object.assign(error, { path }) : error;
  }
}
