import { resultOf, written } from "../web/indexed-db.ts";
import type { Asked, AskedOptions } from "./asked.ts";
import type { FinishedComparison } from "./events.ts";

/** A comparison as the browser keeps it. */
export interface KeptRecord {
  id: string;
  names: string[];
  target: string;
  command: string;
  /** ISO 8601. */
  started: string;
  state: "finished" | "stopped";
  done: number;
  total: number;
  bytes: number;
  options: AskedOptions;
  /** Of the data sets; the name of the database that keeps the trials is made of them. */
  sums: string[];
  test: boolean;
  unlabeled: boolean;
}

/** The files of a comparison with their names: those of the data sets, then test rows, then unlabelled ones. */
type KeptFiles = { name: string; blob: Blob }[];

const stores = ["comparisons", "files", "finished"] as const;

/** The comparisons that the browser keeps for this page: what was asked for, the files, and what came of it. */
export interface KeptComparisons {
  all(): Promise<KeptRecord[]>;
  get(id: string): Promise<KeptRecord | null>;
  /** Keeps a new one with its files; of one that is known, what is asked for alone. */
  put(record: KeptRecord, asked: Asked): Promise<void>;
  /** Says how many trials are there. */
  count(id: string, done: number): Promise<void>;
  asked(id: string): Promise<Asked>;
  finish(finished: FinishedComparison): Promise<void>;
  finished(id: string): Promise<FinishedComparison | null>;
  remove(id: string): Promise<void>;
  close(): void;
}

/**
 * Opens (and makes) what the browser keeps of comparisons.
 *
 * @throws the browser's error where it keeps nothing for this page, or has no room (QuotaExceededError)
 */
export async function openKeptComparisons(database: string): Promise<KeptComparisons> {
  const opening = indexedDB.open(database, 1);
  opening.onupgradeneeded = () => {
    for (const store of stores) opening.result.createObjectStore(store);
  };
  const db = await resultOf(opening);
  db.onversionchange = () => db.close();

  const read = <T>(store: (typeof stores)[number], key: string): Promise<T | undefined> =>
    resultOf(db.transaction(store).objectStore(store).get(key));
  async function write(
    work: (of: (store: (typeof stores)[number]) => IDBObjectStore) => void,
  ): Promise<void> {
    const writing = db.transaction([...stores], "readwrite");
    work((store) => writing.objectStore(store));
    await written(writing);
  }
  const get = async (id: string): Promise<KeptRecord | null> =>
    (await read<KeptRecord>("comparisons", id)) ?? null;

  return {
    get,
    async all() {
      const all: KeptRecord[] = await resultOf(
        db.transaction("comparisons").objectStore("comparisons").getAll(),
      );
      return all.sort((a, b) => (a.started < b.started ? 1 : -1));
    },
    async put(record, { files, test, unlabeled }) {
      // The same name is given to the same files alone.
      if ((await get(record.id)) !== null)
        return write((of) => void of("comparisons").put(record, record.id));
      const all = [...files, ...(test ? [test] : []), ...(unlabeled ? [unlabeled] : [])];
      // A file on the disk may change, or go, before the page is opened again.
      const kept: KeptFiles = await Promise.all(
        all.map(async (file) => ({ name: file.name, blob: new Blob([await file.arrayBuffer()]) })),
      );
      await write((of) => {
        of("comparisons").put(record, record.id);
        of("files").put(kept, record.id);
      });
    },
    count: (id, done) => write((of) => change(of("comparisons"), id, { done })),
    async asked(id) {
      const record = await get(id);
      const kept = await read<KeptFiles>("files", id);
      if (record === null || kept === undefined) throw unknown(id);
      const all = kept.map(({ name, blob }) => new File([blob], name));
      const unlabeled = record.unlabeled ? all.pop() : undefined;
      const test = record.test ? all.pop() : undefined;
      return { files: all, options: record.options, ...(test && { test }), ...(unlabeled && { unlabeled }) };
    },
    finish: (finished) =>
      write((of) => {
        of("finished").put(finished, finished.id);
        change(of("comparisons"), finished.id, { state: "finished" });
      }),
    finished: async (id) => (await read<FinishedComparison>("finished", id)) ?? null,
    remove: (id) => write((of) => stores.forEach((store) => void of(store).delete(id))),
    close: () => db.close(),
  };
}

/** In one transaction, so that of two changes none is lost. */
function change(store: IDBObjectStore, id: string, changed: Partial<KeptRecord>): void {
  const reading: IDBRequest<KeptRecord | undefined> = store.get(id);
  reading.onsuccess = () => {
    if (reading.result !== undefined) store.put({ ...reading.result, ...changed }, id);
  };
}

/** Returns the error for a comparison that isn't kept. */
export function unknown(id: string): RangeError {
  return new RangeError(`id: expected a comparison that is kept in this browser, got '${id}'`);
}
