import { existsSync } from "node:fs";
import { mkdir, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { found } from "./inside.ts";

/**
 * Makes a folder and what is missing above it, from the top down. Node's own `recursive` never comes back where a folder
 * that is there takes no other (`/proc`).
 *
 * @param mode permissions of the folders that are made, less those that the process never gives; default: 0o777
 * @returns the topmost folder that was made, or null if all were there
 * @throws the error of the operating system; what was made is gone again then
 */
export async function makeFolder(path: string, mode?: number): Promise<string | null> {
  const absent: string[] = [];
  for (let at = path; !existsSync(at) && at !== dirname(at); at = dirname(at)) absent.unshift(at);
  // Throws where a file has the place of the folder.
  if (absent.length === 0) await mkdir(path, { recursive: true });
  const created: string[] = [];
  try {
    for (const folder of absent) {
      await mkdir(folder, mode);
      created.unshift(folder);
    }
  } catch (error) {
    const next = absent[created.length];
    // Another run may make the same one at the same time. A link to nothing stays, however often it is tried.
    if ((error as NodeJS.ErrnoException).code === "EEXIST" && !found(next)?.isSymbolicLink())
      return makeFolder(path, mode);
    for (const folder of created) await rmdir(folder).catch(() => {});
    throw error;
  }
  return absent[0] ?? null;
}

/**
 * Takes away what {@link makeFolder} has made, as far as nobody has put anything there since.
 *
 * @param path a folder in or below what was made, there or not
 * @param topmost what `makeFolder` returned
 */
export async function unmakeFolder(path: string, topmost: string | null): Promise<void> {
  if (topmost === null) return;
  for (let at = path; ; at = dirname(at)) {
    try {
      await rmdir(at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") return;
    }
    if (at === topmost) return;
  }
}
