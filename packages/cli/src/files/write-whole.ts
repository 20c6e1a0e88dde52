import { lstat, open, rename, rm, stat } from "node:fs/promises";
import { temporaryFor } from "./temporary.ts";

/**
 * Writes a file so that it is there whole or not at all, whatever happens on the way. The bytes go to a temporary file next to it, which
 * takes its name once all are on the disk.
 *
 * Every byte is counted: on a disk that is nearly full a single write may take a part of them without an error.
 *
 * @param mode permissions of the file, less those that the process never gives; default: 0o666
 * @throws RangeError where something else than a file has the name, see {@link checkReplaceable}; the error of the
 *   operating system, with `path` as its path; nothing is left behind
 */
export async function writeWhole(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
  const temporary = temporaryFor(path);
  try {
    await checkReplaceable(path);
    const file = await open(temporary, "wx", mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error instanceof Error ? Object.assign(error, { path }) : error;
  }
}

/**
 * Checks, before long work, that {@link writeWhole} can write a file: its folder takes one of that name, and nothing else has the name.
 *
 * @throws as {@link writeWhole}
 */
export async function checkWritable(path: string): Promise<void> {
  const temporary = temporaryFor(path);
  try {
    await checkReplaceable(path);
    if ((await stat(path).catch(() => null))?.isDirectory())
      throw Object.assign(new Error(`${path} is a folder`), { code: "EISDIR" });
    await (await open(temporary, "wx")).close();
  } catch (error) {
    throw error instanceof Error ? Object.assign(error, { path }) : error;
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/**
 * Checks that {@link writeWhole} will replace a file or nothing. A folder is refused by its rename.
 *
 * A symbolic link is refused: whoever made the folder that it is in chose what it leads to, and that may be any file of the user.
 *
 * @throws RangeError for a symbolic link, a device, a pipe or a socket
 */
export async function checkReplaceable(path: string): Promise<void> {
  const found = await lstat(path).catch((error: unknown) => {
    if (isAbsence(error)) return null;
    throw error;
  });
  if (found === null || found.isFile() || found.isDirectory()) return;
  const what = found.isSymbolicLink()
    ? "a symbolic link"
    : found.isFIFO()
      ? "a pipe"
      : found.isSocket()
        ? "a socket"
        : "a device";
  throw new RangeError(`${path}: expected a file or a name that is free, got ${what}`);
}

const isAbsence = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";
