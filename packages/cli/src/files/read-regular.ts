import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** Without it, opening a pipe waits for someone who writes to it. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

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

/** Reads a file as {@link openRegular} opens it. */
export async function readRegular(path: string): Promise<Buffer> {
  const file = await openRegular(path);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** {@link readRegular} at once. */
export function readRegularSync(path: string): Buffer {
  const fd = openSync(path, flags);
  try {
    if (!isReadable(fstatSync(fd))) throw refusal(path);
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** A folder has an error of its own when it is read. */
const isReadable = (stats: { isFile(): boolean; isDirectory(): boolean }): boolean =>
  stats.isFile() || stats.isDirectory();

const refusal = (path: string): RangeError =>
  new RangeError(`${path}: expected a file, got a pipe or a device`);
