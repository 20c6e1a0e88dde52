import type { TrialStore } from "../files/store.ts";
import { doubtsAbout, hashOf, pack, type TrialKey, unpack } from "../files/trial-file.ts";
import type { Database } from "./database.ts";

/** Who computed a result, and how long that took. */
export interface Provenance {
  seconds?: number;
  /** The number of the worker. */
  worker?: number;
  /** The kind of processor: others may round differently. */
  cpu?: string;
}

/** Finished trials of a database. A trial counts once: the first result that comes in is the one. */
export interface SqlTrialStore<Kept> extends TrialStore<Kept> {
  /** What was kept of each of them, or null where the trial has to be run. */
  getMany(keys: readonly TrialKey[]): Promise<(Kept | null)[]>;
  /** Keeps a result, unless there is one already that can be trusted. */
  put(key: TrialKey, kept: Kept, provenance?: Provenance): Promise<void>;
}

interface Row {
  key: string;
  kept: Uint8Array;
  sha256: string;
}

/** Bytes that are asked for at once: the answer has to come in time, and to fit in memory. */
const batchSize = 8 * 2 ** 20;

/** Keys that are asked for at once. */
const batchKeys = 1000;

/**
 * The trial store of a database, in the table `minimand.results`.
 *
 * A row holds a sum of its content and its key, as the files of a folder do: one that is damaged counts as absent, and is
 * replaced when the trial has been run again.
 *
 * @param isWhole whether a value is what is kept of a trial
 */
export function sqlTrialStore<Kept>(
  database: Database,
  isWhole: (value: unknown) => value is Kept,
): SqlTrialStore<Kept> {
  /** Sums of the rows that can't be trusted, by their keys. */
  const doubtful = new Map<string, string>();

  async function getMany(keys: readonly TrialKey[]): Promise<(Kept | null)[]> {
    const names = keys.map(hashOf);
    const places = new Map<string, number>(names.map((name, i) => [name, i]));
    const found = new Map<string, Kept>();
    for (const batch of await batchesOf(database, [...places.keys()]))
      for (const row of await rowsOf(database, batch)) {
        const kept = await unpack(row.kept);
        if (row.sha256 === hashOf([keys[places.get(row.key)!], kept]) && isWhole(kept))
          found.set(row.key, kept);
        else doubtful.set(row.key, row.sha256);
      }
    return names.map((name) => found.get(name) ?? null);
  }

  return {
    getMany,
    get: async (key) => (await getMany([key]))[0],
    async put(key, kept, { seconds, worker, cpu } = {}) {
      const name = hashOf(key);
      await database.query(
        `insert into minimand.results as there (key, kept, sha256, seconds, worker, cpu)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (key) do update
        set (kept, sha256, seconds, worker, cpu, finished_at) =
          (excluded.kept, excluded.sha256, excluded.seconds, excluded.worker, excluded.cpu, excluded.finished_at)
        where there.sha256 = $7`,
        [name, await pack(kept), hashOf([key, kept]), seconds, worker, cpu, doubtful.get(name)],
      );
    },
    doubts: () => doubtsAbout(doubtful.size),
  };
}

/** Which of the keys have rows, in batches that are answered in one go. */
async function batchesOf(database: Database, keys: readonly string[]): Promise<string[][]> {
  const batches: string[][] = [];
  let room = 0;
  for (let from = 0; from < keys.length; from += batchKeys) {
    const sizes = await database.query<{ key: string; bytes: number }>(
      "select key, octet_length(kept) as bytes from minimand.results where key = any($1::text[])",
      [keys.slice(from, from + batchKeys)],
    );
    for (const { key, bytes } of sizes) {
      if (batches.length === 0 || bytes > room) {
        batches.push([]);
        room = batchSize;
      }
      batches.at(-1)!.push(key);
      room -= bytes;
    }
  }
  return batches;
}

function rowsOf(database: Database, keys: readonly string[]): Promise<Row[]> {
  return database.query<Row>("select key, kept, sha256 from minimand.results where key = any($1::text[])", [
    keys,
  ]);
}
