import type { Database } from "../store/database.ts";

/** Threads that compute trials of one run. */
export interface Threads {
  run(job: unknown): Promise<unknown>;
  destroy(): Promise<void>;
}

/** What threads of runs are started with. */
export interface ThreadsOptions {
  database: Database;
  count: number;
  /** Folder of files by their hashes. */
  cache: string;
  /** Files of `--with` that are here. */
  modules: readonly string[];
  warn: (message: string) => void;
}
