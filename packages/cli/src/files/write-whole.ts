import { randomUUID } from "node:crypto";
import { open, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** What the names of files end with that are being written. */
export const partial = ".partial";

/**
 * Writes a file so that it is there whole or not at all, whatever happens on the way: into a file beside it first, which
 * takes its name when every byte is on the disk.
 *
 * Every byte is counted: on a disk that is nearly full a single write may take a part of them without an error. Of a symbolic
 * link the file that it leads to is written.
 *
 * @throws RangeError where a device, a pipe or a socket has the name, see {@link checkReplaceable}; the error of the
 *   operating system, with `path` as its path; nothing is left behind
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  let beside: string | undefined;
  try {
    await checkReplaceable(path);
    const place = await placeOf(path);
    beside = `${place}.${randomUUID().slice(0, 8)}${partial}`;
    const file = await open(beside, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, place);
  } catch (error) {
    if (beside !== undefined) await rm(beside, { force: true }).catch(() => {});
    throw error instanceof Error ? Object.assign(error, { path }) : error;
  }
}

/** Where a file is or is to be: at the end of symbolic links. */
export async function placeOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isAbsence(error)) throw error;
  }
  // A link may lead to what isn't there yet.
  const target = await readlink(path).catch(() => null);
  return target === null ? path : placeOf(resolve(await realpath(dirname(path)), target));
}

/**
 * Checks, before long work, that {@link writeWhole} will replace a file or nothing. A folder is refused by its rename.
 *
 * @throws RangeError for a device, a pipe or a socket
 */
export async function checkReplaceable(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (isAbsence(error)) return null;
    throw error;
  });
  if (found === null || found.isFile() || found.isDirectory()) return;
  const what = found.isFIFO() ? "a pipe" : found.isSocket() ? "a socket" : "a device";
  throw new RangeError(`${path}: expected a file or a name that is free, got ${what}`);
}

const isAbsence = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";
