import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";

/** What the names of files end with that are being written. */
export const partial = ".partial";

/**
 * Writes a file so that it is there whole or not at all, whatever happens on the way: into a file beside it first, which
 * takes its name when every byte is on the disk.
 *
 * Every byte is counted: on a disk that is nearly full a single write may take a part of them without an error.
 *
 * @throws the error of the operating system, with `path` as its path; nothing is left behind
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const beside = `${path}.${randomUUID().slice(0, 8)}${partial}`;
  try {
    const file = await open(beside, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw error instanceof Error ? Object.assign(error, { path }) : error;
  }
}
