import { sha256Of } from "../../model/sums.ts";
import { gunzip } from "../../read/bytes/gunzip.ts";
import { doubtsAbout, type StoreKey, type TrialStore } from "../../run/trial-store.ts";
import { resultOf, written } from "./indexed-db.ts";

/** A trial as it is in the database, under the hash of what decides it. */
interface StoredTrial {
  /** SHA-256 of what decides the trial and what was kept of it, as JSON. */
  sha256: string;
  /** As JSON, compressed. */
  kept: Uint8Array<ArrayBuffer>;
}

const trials = "trials";

/**
 * Opens (and makes) a trial store in the browser's IndexedDB, where it outlives the page. Names and sums are those of the command's
 * store: a trial that is damaged, or has another's name, counts as absent.
 *
 * @param database its name; stores of different names know nothing of one another
 * @param isWhole whether a value is what is kept of the trial of a key
 * @returns `put` rejects with the browser's QuotaExceededError where there is no room
 * @throws the browser's error where it keeps nothing for this page
 *
 * @example
 * const store = await openTrialDatabase("minimand", areRecords);
 */
export async function openTrialDatabase<Kept>(
  database: string,
  isWhole: (value: unknown, key: StoreKey) => value is Kept,
): Promise<TrialStore<Kept>> {
  const opening = indexedDB.open(database, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(trials);
  const db = await resultOf(opening);
  // Who deletes the database needn't wait for this page.
  db.onversionchange = () => db.close();
  const doubtful = new Set<string>();
  return {
    async get(key) {
      const name = await hashOf(JSON.stringify(key));
      const stored: StoredTrial | undefined = await resultOf(
        db.transaction(trials).objectStore(trials).get(name),
      );
      if (stored === undefined) return null;
      const kept = await contentOf(stored, key);
      if (isWhole(kept, key)) return kept;
      doubtful.add(name);
      return null;
    },
    async put(key, kept) {
      const text = JSON.stringify(kept);
      const own = JSON.stringify(key);
      const stored: StoredTrial = { sha256: await hashOf(`[${own},${text}]`), kept: await packed(text) };
      const name = await hashOf(own);
      const writing = db.transaction(trials, "readwrite");
      writing.objectStore(trials).put(stored, name);
      await written(writing);
    },
    doubts: () => doubtsAbout(doubtful.size),
  };
}

const hashOf = (text: string): Promise<string> => sha256Of(new TextEncoder().encode(text));

/** What was kept; undefined where that isn't what was put under this key. */
async function contentOf({ sha256, kept }: StoredTrial, key: StoreKey): Promise<unknown> {
  try {
    const text = new TextDecoder().decode(await gunzip(kept, "trial", Number.MAX_SAFE_INTEGER));
    return sha256 === (await hashOf(`[${JSON.stringify(key)},${text}]`)) ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

async function packed(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
