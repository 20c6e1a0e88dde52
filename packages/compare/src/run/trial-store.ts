/** What decides a trial's result; its hash is the trial's name. Key order matters: build it in one place only. */
export type StoreKey = Record<string, unknown>;

/** Finished trials, named by what decides their result. */
export interface TrialStore<Kept> {
  /** What was kept, or null where the trial has to be run. */
  get(key: StoreKey): Promise<Kept | null>;
  put(key: StoreKey, kept: Kept): Promise<void>;
  /** Says how many of the trials that were asked for are there, but can't be trusted; null if none are. */
  doubts(): string | null;
}

/** Says how many of the trials that were asked for are there, but can't be trusted; null if none are. */
export function doubtsAbout(count: number): string | null {
  if (count === 0) return null;
  const what = count === 1 ? "1 kept trial is" : `${count} kept trials are`;
  return `${what} damaged, or of a version that wrote no checksums: run again`;
}
