import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder, unmakeFolder } from "./make-folder.ts";
import { partial, writeWhole } from "./write-whole.ts";

/** What decides a trial's result; its hash is the trial's name. Key order matters: build it in one place only. */
export type TrialKey = Record<string, unknown>;

/** Finished trials of an output directory, one file each, named by what decides their result. */
export interface TrialStore<Kept> {
  get(key: TrialKey): Promise<Kept | null>;
  put(key: TrialKey, kept: Kept): Promise<void>;
}

/**
 * Opens (and makes) the trial store of an output directory.
 *
 * @param isWhole whether a file holds what is kept of a trial; a damaged one counts as absent
 * @throws at once where nothing can be written; folders that were made for it are gone again then
 */
export async function openStore<Kept>(
  directory: string,
  isWhole: (value: unknown) => value is Kept,
): Promise<TrialStore<Kept>> {
  const trials = join(directory, "trials");
  const made = await makeFolder(trials);
  const write = async (path: string, content: string): Promise<void> => {
    try {
      await writeWhole(path, content);
    } catch (error) {
      // A run that began at the same time, and found the disk full, has taken the folder away.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      await makeFolder(trials);
      await writeWhole(path, content);
    }
  };
  // No other run has this file.
  const probe = join(trials, `${randomUUID()}${partial}`);
  try {
    await write(probe, "a word to see that the disk takes one\n");
    await rm(probe);
  } catch (error) {
    await unmakeFolder(trials, made);
    throw Object.assign(error as Error, { path: trials });
  }
  for (const folder of [directory, trials]) await sweep(folder);
  const pathOf = (key: TrialKey): string =>
    join(trials, `${createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 32)}.json`);
  return {
    async get(key) {
      try {
        const kept: unknown = JSON.parse(await readFile(pathOf(key), "utf8"));
        return isWhole(kept) ? kept : null;
      } catch {
        // Absent, or damaged by a crash of the machine: the trial runs again.
        return null;
      }
    },
    put: (key, kept) => write(pathOf(key), `${JSON.stringify(kept)}\n`),
  };
}

/** A write takes less than a second, so what is older was left by a run that was killed. */
const abandoned = 60_000;

/** Removes what killed runs left half-written; what another run is writing now stays. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(partial)) continue;
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (Date.now() - mtimeMs > abandoned) await rm(path, { force: true });
  }
}
