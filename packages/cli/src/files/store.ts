import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { doubtsAbout, type StoreKey, type TrialStore } from "@minimand/compare";
import { checkNoLink } from "./inside.ts";
import { makeFolder, unmakeFolder } from "./make-folder.ts";
import { readRegular } from "./read-regular.ts";
import { isTemporary, temporaryFor } from "./temporary.ts";
import { hashOf, pack, unpack } from "./trial-file.ts";
import { writeWhole } from "./write-whole.ts";

/** The file of a trial. */
interface TrialFile {
  /** SHA-256 of what decides the trial and what was kept of it, as JSON. */
  sha256: string;
  kept: unknown;
}

/**
 * Opens (and makes) the trial store of an output directory.
 *
 * A file holds a sum of its content and its key: one that is damaged, has another trial's name, or comes from a version
 * without sums counts as absent.
 *
 * @param isWhole whether a value is what is kept of the trial of a key
 * @throws at once where nothing can be written, or the place of the trials is a symbolic link; folders that were made for it are gone again then
 */
export async function openStore<Kept>(
  directory: string,
  isWhole: (value: unknown, key: StoreKey) => value is Kept,
): Promise<TrialStore<Kept>> {
  const trials = join(directory, "trials");
  checkNoLink(trials);
  const created = await makeFolder(trials);
  const write = async (path: string, content: string | Uint8Array): Promise<void> => {
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
  const probe = temporaryFor(join(trials, "probe"));
  try {
    await write(probe, "a word to see that the disk takes one\n");
    await rm(probe);
  } catch (error) {
    await unmakeFolder(trials, created);
    throw Object.assign(error as Error, { path: trials });
  }
  for (const folder of [directory, trials]) await sweep(folder);
  const pathOf = (key: StoreKey): string => join(trials, `${hashOf(key).slice(0, 32)}.json.gz`);
  const doubtful = new Set<string>();
  return {
    async get(key) {
      const path = pathOf(key);
      const bytes = await readRegular(path).catch(() => null);
      if (bytes === null) return null;
      const kept = await contentOf(bytes, key);
      if (isWhole(kept, key)) return kept;
      doubtful.add(path);
      return null;
    },
    put: async (key, kept) => {
      const file: TrialFile = { sha256: hashOf([key, kept]), kept };
      await write(pathOf(key), await pack(file));
    },
    doubts: () => doubtsAbout(doubtful.size),
  };
}

/** What the file of a trial holds; undefined where that isn't what was written for this key. */
async function contentOf(bytes: Uint8Array, key: StoreKey): Promise<unknown> {
  const file = (await unpack(bytes)) as Partial<TrialFile> | null | undefined;
  return file?.sha256 === hashOf([key, file?.kept]) ? file?.kept : undefined;
}

/** A write takes less than a second, so what is older was left by a run that was killed. */
const abandoned = 60_000;

/** Removes what killed runs left half-written; what another run is writing now stays, as does what isn't ours. */
async function sweep(folder: string): Promise<void> {
  for (const name of (await readdir(folder).catch(() => [])).filter(isTemporary)) {
    const path = join(folder, name);
    const found = await lstat(path).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > abandoned)
      await rm(path, { recursive: true, force: true });
  }
}
