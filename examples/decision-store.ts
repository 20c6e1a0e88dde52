/*
 * A bandit that survives: snapshots written whole or not at all, and between two of them a journal of all that happens. The
 * bandit is deterministic, so the snapshot and what came after it give back the very same bandit.
 *
 *   snapshot-7.bin        the bandit when journal 7 begins
 *   decisions-7.jsonl     decisions, rewards, expiries since then: a log that `minimand bandit evaluate` reads
 *
 * Nothing is answered before it is on the disk: a group of lines is written and synced (fdatasync) together, and their
 * requests wait for that. Neither the end of the process nor a power cut loses what was answered.
 */
import { readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { type FileHandle, mkdir, open, rename } from "node:fs/promises";
import { join } from "node:path";
import {
  type Bandit,
  type BanditContext,
  type Decision,
  decisionLine,
  expiryLine,
  restoreBandit,
  rewardLine,
} from "minimand";

/** Where and how often. */
export interface StoreOptions {
  folder: string;
  /** The bandit of the first start. */
  create: () => Bandit;
  /** Lines of a journal after which a snapshot is written. */
  snapshotEvery: number;
  /** The time of a line. */
  now?: () => string;
}

/** A bandit on disk. */
export interface DecisionStore {
  readonly bandit: Bandit;
  /** Settles once the decision is on the disk. */
  choose(context: BanditContext): Promise<Decision>;
  reward(decisionId: string, reward: number): Promise<void>;
  expire(decisionId: string): Promise<void>;
  /** Writes a snapshot and lets go of the files. */
  close(): Promise<void>;
}

const files = (folder: string, pattern: RegExp): number[] =>
  readdirSync(folder)
    .flatMap((name) => pattern.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);

/** Opens a store: a new one in an empty folder, otherwise the bandit as it was when the last line was synced. */
export async function openStore({
  folder,
  create,
  snapshotEvery,
  now,
}: StoreOptions): Promise<DecisionStore> {
  await mkdir(folder, { recursive: true });
  const snapshotAt = (n: number): string => join(folder, `snapshot-${n}.bin`);
  const journalAt = (n: number): string => join(folder, `decisions-${n}.jsonl`);
  const generations = files(folder, /^snapshot-(\d+)\.bin$/);
  const newest = generations.at(-1);
  const bandit = newest === undefined ? create() : restoreBandit(readFileSync(snapshotAt(newest)));
  let generation = newest ?? 0;
  let lines = 0;
  if (newest === undefined) await writeWhole(snapshotAt(0), bandit.snapshot());
  // A journal is newer than the last snapshot where the process ended while that was written.
  const journals = files(folder, /^decisions-(\d+)\.jsonl$/).filter((n) => n >= generation);
  for (const [i, n] of journals.entries()) {
    lines = replay(bandit, journalAt(n), i === journals.length - 1);
    generation = n;
  }
  let journal: FileHandle = await open(journalAt(generation), "a");
  await syncFolder(folder);

  let buffer = "";
  let waiting: PromiseWithResolvers<void> | null = null;
  let running: Promise<void> | null = null;
  let failure: unknown = null;
  let snapshots: Promise<void> = Promise.resolve();

  /** Settles once the line is on the disk. */
  function append(line: string): Promise<void> {
    buffer += line;
    lines++;
    waiting ??= Promise.withResolvers<void>();
    const { promise } = waiting;
    running ??= flush();
    return promise;
  }

  async function flush(): Promise<void> {
    // One turn of the event loop: whoever comes at the same time shares the sync.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting !== null) {
      const [text, group] = [buffer, waiting];
      buffer = "";
      waiting = null;
      try {
        if (failure !== null) throw failure;
        await writeAll(journal, text);
        await journal.datasync();
        group.resolve();
      } catch (error) {
        // What follows would be a journal with a hole: nothing is taken any more.
        failure = error;
        group.reject(error);
      }
      if (lines < snapshotEvery || failure !== null || waiting !== null) continue;
      try {
        await rotate();
      } catch (error) {
        failure = error;
      }
    }
    // In the same turn as the last look at what waits.
    running = null;
  }

  /** Nothing waits to be written here, so the snapshot and the new journal fit together. */
  async function rotate(): Promise<void> {
    const bytes = bandit.snapshot();
    const [old, next] = [journal, generation + 1];
    journal = await open(journalAt(next), "ax");
    generation = next;
    lines = 0;
    await syncFolder(folder);
    await old.close();
    const written = snapshots.then(async () => {
      await writeWhole(snapshotAt(next), bytes);
      for (const n of files(folder, /^snapshot-(\d+)\.bin$/)) if (n < next) rmSync(snapshotAt(n));
    });
    snapshots = written.catch((error: unknown) => {
      failure = error;
    });
  }

  const ts = (): { ts?: string } => (now === undefined ? {} : { ts: now() });
  const check = (): void => {
    if (failure !== null) throw failure;
  };
  return {
    bandit,
    async choose(context) {
      check();
      const decision = bandit.choose(context);
      await append(decisionLine(context, decision, ts()));
      return decision;
    },
    async reward(decisionId, reward) {
      check();
      bandit.update(decisionId, reward);
      await append(rewardLine(decisionId, reward, ts()));
    },
    async expire(decisionId) {
      check();
      bandit.expire(decisionId);
      await append(expiryLine(decisionId, ts()));
    },
    async close() {
      await running;
      if (failure === null && lines > 0) await rotate();
      await snapshots;
      await journal.close();
    },
  };
}

/** Gives the bandit what a journal says, and cuts off a last line that was never finished. Returns the number of lines. */
function replay(bandit: Bandit, path: string, last: boolean): number {
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(10) + 1;
  if (end < bytes.length) {
    if (!last) throw new Error(`${path}: expected whole lines, got an unfinished one`);
    truncateSync(path, end);
  }
  const lines = bytes.subarray(0, end).toString("utf8").split("\n").slice(0, -1);
  for (const [i, line] of lines.entries()) {
    const entry = JSON.parse(line) as Partial<
      Decision & BanditContext & { reward: number; expired: boolean }
    >;
    const { decisionId = "", features } = entry;
    if (features !== undefined) {
      const again = bandit.choose(entry as BanditContext);
      if (again.decisionId !== decisionId || again.action !== entry.action)
        throw new Error(
          `${path}:${i + 1}: expected the decision ${again.decisionId} of its snapshot, got ${decisionId}`,
        );
    } else if (entry.expired) bandit.expire(decisionId);
    else bandit.update(decisionId, Number(entry.reward));
  }
  return lines.length;
}

/** A single write may take a part. */
async function writeAll(file: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}

/** A file that is there whole or not at all. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(`${path}.partial`, "w");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.partial`, path);
  await syncFolder(join(path, ".."));
}

/** Names of new files are on the disk too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
