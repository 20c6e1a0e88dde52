/*
 * A bandit that survives: snapshots written whole or not at all, and between two of them a journal of all that happens (see
 * decision-folder.ts). The bandit is deterministic, so the snapshot and what came after it give back the very same bandit.
 *
 * Nothing is answered before it is on the disk: a group of lines is written and synced (fdatasync) together, and their
 * requests wait for that. Neither the end of the process nor a power cut loses what was answered. Once a line could not be
 * written nothing is taken any more: a new start goes on from what is on the disk.
 */
import { type FileHandle, open, rm } from "node:fs/promises";
import { type FolderLock, lockFolder } from "@minimand/cli/folder-lock";
import { makeFolder } from "@minimand/cli/make-folder";
import { messageOf } from "@minimand/cli/server";
import {
  type Bandit,
  type BanditContext,
  type Decision,
  decisionLine,
  expiryLine,
  rewardLine,
} from "@minimand/lab/online";
import { checkNumber } from "minimand/engine";
import { decisionFolder, readFolder, syncFolder, writeAll, writeWhole } from "./decision-folder.ts";
import { waitingList } from "./waiting-list.ts";

/** Where and how often. */
export interface StoreOptions {
  folder: string;
  /** The bandit of the first start. */
  create: () => Bandit;
  /** Lines of a journal after which a snapshot is written. */
  snapshotEvery: number;
  /** Most decisions that wait for their rewards; more drop the oldest. */
  maxPending: number;
  /** The time of a line. */
  now?: () => string;
}

/** A bandit on disk. */
export interface DecisionStore {
  readonly bandit: Bandit;
  /** Decisions that wait for their rewards. */
  readonly pending: number;
  /** Decisions that were dropped since the start, as too many waited. */
  readonly dropped: number;
  /** Why nothing is taken any more. */
  readonly failure: Error | null;
  /** Settles once the decision is on the disk. */
  choose(context: BanditContext): Promise<Decision>;
  reward(decisionId: string, reward: number): Promise<void>;
  /** Gives up decisions that have waited for so many milliseconds; a restart lets them wait anew. Returns their number. */
  expire(age: number): Promise<number>;
  /** Writes a snapshot and lets go of the files. */
  close(): Promise<void>;
}

/**
 * Opens a store: a new one in an empty folder, otherwise the bandit as it was when the last line was synced. The folder is
 * this process's alone until the store is closed.
 *
 * @throws RangeError for a folder that another process uses, or that is damaged; the error of the operating system
 */
export async function openStore(options: StoreOptions): Promise<DecisionStore> {
  const { folder, snapshotEvery, maxPending } = options;
  checkNumber("snapshotEvery", snapshotEvery, { min: 1, integer: true });
  checkNumber("maxPending", maxPending, { min: 1, integer: true });
  await makeFolder(folder);
  const lock = await lockFolder(folder);
  try {
    return await openLocked(options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openLocked(
  { folder, create, snapshotEvery, maxPending, now }: StoreOptions,
  lock: FolderLock,
): Promise<DecisionStore> {
  const files = decisionFolder(folder);
  files.sweep();
  const found = readFolder(files, create);
  const { bandit } = found;
  let { generation, lines } = found;
  if (files.snapshots().length === 0) await writeWhole(files.snapshotAt(0), bandit.snapshot());
  let journal: FileHandle = await open(files.journalAt(generation), "a");
  await syncFolder(folder);

  const waiting = waitingList(bandit.pending().map(({ decisionId }) => decisionId));
  let dropped = 0;
  let buffer = "";
  let group: PromiseWithResolvers<void> | null = null;
  /** Of the last line. */
  let onDisk: Promise<void> = Promise.resolve();
  let running: Promise<void> | null = null;
  let failure: Error | null = null;
  let snapshots: Promise<void> = Promise.resolve();

  /** Settles once the line is on the disk. */
  function append(line: string): Promise<void> {
    buffer += line;
    lines++;
    group ??= Promise.withResolvers<void>();
    onDisk = group.promise;
    running ??= flush();
    return onDisk;
  }

  async function flush(): Promise<void> {
    // One turn of the event loop: whoever comes at the same time shares the sync.
    await new Promise((resolve) => setImmediate(resolve));
    while (group !== null) {
      const [text, written] = [buffer, group];
      buffer = "";
      group = null;
      // All that the bandit knows now ends with this group: the journal may end here too.
      const snapshot = lines >= snapshotEvery && failure === null ? bandit.snapshot() : null;
      if (snapshot !== null) lines = 0;
      try {
        if (failure !== null) throw failure;
        await writeAll(journal, text);
        await journal.datasync();
        written.resolve();
        if (snapshot !== null) await rotate(snapshot);
      } catch (error) {
        // What follows would be a journal with a hole.
        if (failure === null) {
          failure = new Error(`decisions can't be kept: ${messageOf(error)}`, { cause: error });
          console.error(failure.message);
        }
        written.reject(failure);
      }
    }
    // In the same turn as the last look at what waits.
    running = null;
  }

  /** Begins a new journal, and writes the snapshot it begins with while it goes on. */
  async function rotate(snapshot: Uint8Array): Promise<void> {
    const next = generation + 1;
    const old = journal;
    try {
      journal = await open(files.journalAt(next), "ax");
    } catch (error) {
      // Nothing has changed: the journal goes on, and the next snapshot may have more luck.
      console.error(`no snapshot: ${messageOf(error)}`);
      return;
    }
    generation = next;
    await syncFolder(folder);
    await old.close();
    // Without it the snapshot before and the journals since tell the same.
    snapshots = snapshots
      .then(async () => {
        await writeWhole(files.snapshotAt(next), snapshot);
        for (const n of files.snapshots()) if (n < next) await rm(files.snapshotAt(n));
      })
      .catch((error: unknown) => console.error(`no snapshot: ${messageOf(error)}`));
  }

  const ts = (): { ts?: string } => (now === undefined ? {} : { ts: now() });
  const check = (): void => {
    if (failure !== null) throw failure;
  };
  function giveUp(decisionId: string): Promise<void> {
    bandit.expire(decisionId);
    waiting.delete(decisionId);
    return append(expiryLine(decisionId, ts()));
  }
  async function dropSurplus(): Promise<void> {
    for (; waiting.size > maxPending; dropped++) void giveUp(waiting.oldest()!.name);
    await onDisk;
  }

  await dropSurplus();
  return {
    bandit,
    get pending() {
      return waiting.size;
    },
    get dropped() {
      return dropped;
    },
    get failure() {
      return failure;
    },
    async choose(context) {
      check();
      const decision = bandit.choose(context);
      waiting.add(decision.decisionId);
      void append(decisionLine(context, decision, ts()));
      await dropSurplus();
      return decision;
    },
    async reward(decisionId, reward) {
      check();
      try {
        bandit.update(decisionId, reward);
      } catch (error) {
        // It may be settled by a line that isn't on the disk yet, and the refusal tells of that line.
        await onDisk;
        throw error;
      }
      waiting.delete(decisionId);
      await append(rewardLine(decisionId, reward, ts()));
    },
    async expire(age) {
      check();
      let count = 0;
      for (
        let oldest = waiting.oldest();
        oldest !== null && oldest.waited >= age;
        oldest = waiting.oldest()
      ) {
        const written = giveUp(oldest.name);
        // In between others have their turn.
        if (++count % 1000 === 0) await written;
      }
      await onDisk;
      return count;
    },
    async close() {
      try {
        await running;
        if (failure === null && lines > 0) await rotate(bandit.snapshot());
        await snapshots;
        await journal.close();
      } finally {
        lock.release();
      }
      check();
    },
  };
}
