import { doubtsAbout, type StoreKey } from "@minimand/compare";
import { hashOf, pack, unpack } from "../files/trial-file.ts";
import type { Database, Sql } from "./database.ts";

/** A trial that was computed. */
export interface ComputedTrial {
  /** Hash of all that decides its result. */
  key: string;
  /** Plain JSON. */
  kept: unknown;
  seconds: number;
}

/** Who computed trials. */
export interface Provenance {
  /** The number of the worker. */
  worker: number;
  /** The kind of processor: others may round differently. */
  cpu: string;
}

/**
 * Keeps trials in the table `minimand.results`. A trial counts once: the first result that comes in is the one, and others are dropped.
 *
 * A row holds a sum of its content and its key, as the files of a folder do. Rows go in by the order of their keys: two who put some of the same
 * in at once would else wait for each other.
 */
export async function putTrials(
  sql: Sql,
  trials: readonly ComputedTrial[],
  { worker, cpu }: Provenance,
): Promise<void> {
  await sql.query(
    `insert into minimand.results (key, kept, sha256, seconds, worker, cpu)
     select *, $5::int, $6::text from unnest($1::text[], $2::bytea[], $3::text[], $4::float8[])
     order by 1 on conflict (key) do nothing`,
    [
      trials.map(({ key }) => key),
      await Promise.all(trials.map(({ kept }) => pack(kept))),
      trials.map(({ key, kept }) => hashOf([key, kept])),
      trials.map(({ seconds }) => seconds),
      worker,
      cpu,
    ],
  );
}

/** Finished trials of a database. */
export interface SqlTrials<Kept> {
  /** What was kept of each of them, or null where the trial has to be run. */
  getMany(keys: readonly StoreKey[]): Promise<(Kept | null)[]>;
  /** Says how many of the trials that were asked for were there, but could not be trusted; null if none were. */
  doubts(): string | null;
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
 * The trials of a database. A row that is damaged counts as absent, and is removed, so that the trial is run again.
 *
 * @param isWhole whether a value is what is kept of the trial of a key
 */
export function sqlTrials<Kept>(
  database: Database,
  isWhole: (value: unknown, key: StoreKey) => value is Kept,
): SqlTrials<Kept> {
  let doubtful = 0;

  return {
    async getMany(keys) {
      const names = keys.map(hashOf);
      const keyOf = new Map(names.map((name, i) => [name, keys[i]]));
      const found = new Map<string, Kept>();
      for (const batch of await batchesOf(database, [...new Set(names)]))
        for (const { key, kept: bytes, sha256 } of await rowsOf(database, batch)) {
          const kept = await unpack(bytes);
          if (sha256 === hashOf([key, kept]) && isWhole(kept, keyOf.get(key)!)) {
            found.set(key, kept);
            continue;
          }
          doubtful++;
          // Not one that was put in its place meanwhile.
          await database.query("delete from minimand.results where key = $1 and sha256 = $2 and kept = $3", [
            ...[key, sha256, bytes],
          ]);
        }
      return names.map((name) => found.get(name) ?? null);
    },
    doubts: () => doubtsAbout(doubtful),
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
