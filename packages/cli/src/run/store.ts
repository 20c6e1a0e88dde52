import { createHash } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TrialRecord } from "@minimand/compare";
import writeFileAtomic from "write-file-atomic";

/** What decides a trial's result; its hash is the trial's name. Key order matters: build it in one place only. */
export type TrialKey = Record<string, unknown>;

/** Finished trials of an output directory, one file each, named by what decides their result. */
export interface TrialStore {
  get(key: TrialKey): Promise<TrialRecord[] | null>;
  put(key: TrialKey, records: TrialRecord[]): Promise<void>;
}

/** Opens (and makes) the trial store of an output directory; fails at once where nothing can be written. */
export async function openStore(directory: string): Promise<TrialStore> {
  const trials = join(directory, "trials");
  await mkdir(trials, { recursive: true });
  const probe = join(trials, ".probe");
  await writeFileAtomic(probe, "");
  await rm(probe);
  const pathOf = (key: TrialKey): string =>
    join(trials, `${createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 32)}.json`);
  return {
    async get(key) {
      try {
        return JSON.parse(await readFile(pathOf(key), "utf8")) as TrialRecord[];
      } catch {
        // Absent, or cut off by a crash of the disk: the trial runs again.
        return null;
      }
    },
    async put(key, records) {
      await writeFileAtomic(pathOf(key), `${JSON.stringify(records)}\n`);
    },
  };
}
