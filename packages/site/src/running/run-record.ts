import type { ReproductionFile } from "@minimand/papers";
import type { PageScale } from "./facts.ts";

/** A run to its end: the report, and its tables and figures as they are shown. */
export interface FinishedRun {
  file: ReproductionFile;
  sections: string[];
}

/** The last run of a paper in this browser. */
export interface RunRecord {
  slug: string;
  scale: PageScale;
  seeds: number | null;
  /** Hash of the code that ran. */
  code: string;
  done: number;
  total: number;
  finished: FinishedRun | null;
}

/** Returns the name of the database with the finished trials of a paper. */
export const trialsOf = (slug: string): string => `minimand-paper-${slug}`;

const runs = "runs";

/** Returns the last run of a paper in this browser, by any code; null without such a run. */
export async function readRun(slug: string): Promise<RunRecord | null> {
  return (await inStore<RunRecord | undefined>("readonly", (store) => store.get(slug))) ?? null;
}

/** Puts a run in the place of the paper's last one. */
export async function writeRun(record: RunRecord): Promise<void> {
  await inStore("readwrite", (store) => store.put(record, record.slug));
}

/** Removes what is kept of a paper: its run, and the finished trials. */
export async function forgetRun(slug: string): Promise<void> {
  await inStore("readwrite", (store) => store.delete(slug));
  await resultOf(indexedDB.deleteDatabase(trialsOf(slug)));
}

async function inStore<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest): Promise<T> {
  const opening = indexedDB.open("minimand-runs", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(runs);
  const db = (await resultOf(opening)) as IDBDatabase;
  try {
    return (await resultOf(ask(db.transaction(runs, mode).objectStore(runs)))) as T;
  } finally {
    db.close();
  }
}

function resultOf(request: IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
