import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { TrialRecord } from "@minimand/compare";
import { makeFolder } from "./make-folder.ts";
import { partial, writeWhole } from "./write-whole.ts";

/** What decides a trial's result; its hash is the trial's name. Key order matters: build it in one place only. */
export type TrialKey = Record<string, unknown>;

/** Finished trials of an output directory, one file each, named by what decides their result. */
export interface TrialStore<Kept = TrialRecord[]> {
  get(key: TrialKey): Promise<Kept | null>;
  put(key: TrialKey, kept: Kept): Promise<void>;
}

/** Opens (and makes) the store of a comparison, see {@link openStoreOf}. */
export function openStore(directory: string): Promise<TrialStore> {
  return openStoreOf(directory, areRecords);
}

/**
 * Opens (and makes) the trial store of an output directory.
 *
 * @param isWhole whether a file holds what is kept of a trial; a damaged one counts as absent
 * @throws at once where nothing can be written; folders that were made for it are gone again then
 */
export async function openStoreOf<Kept>(
  directory: string,
  isWhole: (value: unknown) => value is Kept,
): Promise<TrialStore<Kept>> {
  const trials = join(directory, "trials");
  let made: string | null = null;
  try {
    made = await makeFolder(trials);
    const probe = join(trials, "probe");
    await writeWhole(probe, "a word to see that the disk takes one\n");
    await rm(probe);
  } catch (error) {
    if (made !== null) await rm(made, { recursive: true, force: true }).catch(() => {});
    throw error;
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
    put: (key, kept) => writeWhole(pathOf(key), `${JSON.stringify(kept)}\n`),
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

function areRecords(value: unknown): value is TrialRecord[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((v) => typeof v === "object" && v !== null && "candidate" in v && "score" in v)
  );
}
