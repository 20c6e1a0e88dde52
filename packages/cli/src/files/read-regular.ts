import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { mostBytes } from "./read-bytes.ts";

/** Without it, opening a pipe waits for someone who writes to it. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** What Node reads of a file at once. */
const mostAtOnce = 2 ** 31 - 1;

/**
 * Opens a file of a folder that may come from somebody else, to read it: a pipe or a device in its place is refused, where a plain read
 * would wait for ever.
 *
 * @throws RangeError for a pipe, a socket or a device; errors of the operating system
 */
export async function openRegular(path: string): Promise<FileHandle> {
  const file = await open(path, flags);
  if (isReadable(await file.stat())) return file;
  await file.close();
  throw refusal(path);
}

/**
 * Reads a file as {@link openRegular} opens it.
 *
 * @throws RangeError for a folder, and for a file that the free memory does not suffice for, or of 2 GiB
 */
export async function readRegular(path: string): Promise<Buffer> {
  const file = await openRegular(path);
  try {
    checkSize(path, await file.stat());
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** {@link readRegular} at once. */
export function readRegularSync(path: string): Buffer {
  const fd = openSync(path, flags);
  try {
    const stats = fstatSync(fd);
    if (!isReadable(stats)) throw refusal(path);
    checkSize(path, stats);
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

const isReadable = (stats: Stats): boolean => stats.isFile() || stats.isDirectory();

const refusal = (path: string): RangeError =>
  new RangeError(`${path}: expected a file, got a pipe or a device`);

function checkSize(path: string, stats: Stats): void {
  // The error of a read by descriptor has no path.
  if (stats.isDirectory()) throw new RangeError(`${path}: expected a file, got a folder`);
  const { size } = stats;
  const most = Math.min(mostBytes(), mostAtOnce);
  if (size > most)
    throw new RangeError(`${path}: expected a file of at most ${most} bytes, got one of ${size} bytes`);
}
