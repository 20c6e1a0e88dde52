/*
 * What the folder of a decision store holds, and how it is read.
 *
 *   snapshot-7.bin        the bandit when journal 7 begins
 *   decisions-7.jsonl     decisions, rewards, expiries since then: a log that `minimand bandit evaluate` reads
 *   names.key             of the service, see decision-names.ts
 */
import { lstatSync, readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { isArgumentError } from "@minimand/cli/server";
import { type Bandit, type BanditContext, type Decision, restoreBandit } from "@minimand/lab/online";

/** Names of the files of a folder. */
export interface DecisionFolder {
  snapshotAt(n: number): string;
  journalAt(n: number): string;
  /** Numbers of those that are there, in order. */
  snapshots(): number[];
  journals(): number[];
  /**
   * Removes what was half-written when a process ended.
   *
   * @throws RangeError for a link or anything else in place of the folder or of a file: what is behind it is not the store's
   */
  sweep(): void;
}

export function decisionFolder(folder: string): DecisionFolder {
  const numbers = (pattern: RegExp): number[] =>
    readdirSync(folder)
      .flatMap((name) => pattern.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  return {
    snapshotAt: (n) => join(folder, `snapshot-${n}.bin`),
    journalAt: (n) => join(folder, `decisions-${n}.jsonl`),
    snapshots: () => numbers(/^snapshot-(\d+)\.bin$/),
    journals: () => numbers(/^decisions-(\d+)\.jsonl$/),
    sweep() {
      if (lstatSync(folder).isSymbolicLink())
        throw new RangeError(`${folder}: expected a folder, got a link`);
      for (const name of readdirSync(folder)) {
        const path = join(folder, name);
        if (/^(snapshot-\d+\.bin|names\.key)\.partial$/.test(name)) {
          if (lstatSync(path).isDirectory())
            throw new RangeError(`${path}: expected a file, got a folder; take it away`);
          rmSync(path);
        } else if (/^(snapshot-\d+\.bin|decisions-\d+\.jsonl|names\.key)$/.test(name)) checkFile(path);
      }
    },
  };
}

function checkFile(path: string): void {
  const stats = lstatSync(path);
  if (!stats.isFile() || stats.nlink > 1)
    throw new RangeError(`${path}: expected a regular file with one name, got another; take it away`);
}

/** A bandit, and where its journal goes on. */
export interface Found {
  bandit: Bandit;
  generation: number;
  /** Lines of the last journal. */
  lines: number;
}

/**
 * The bandit that a folder holds: its newest snapshot, or `create()` where there is none, and what its journals say since.
 *
 * @throws RangeError that names the file and the line where they don't belong together, and says what can be done
 */
export function readFolder(files: DecisionFolder, create: () => Bandit): Found {
  const newest = files.snapshots().at(-1);
  const first = newest ?? 0;
  const bandit = newest === undefined ? create() : restore(files.snapshotAt(newest));
  // More than one where the process ended while a snapshot was written.
  const journals = files.journals().filter((n) => n >= first);
  let lines = 0;
  for (const [i, n] of journals.entries()) {
    if (n !== first + i)
      throw new RangeError(
        `${files.journalAt(first + i)}: expected a journal before ${files.journalAt(n)}, got none; put it back from a copy`,
      );
    lines = replay(bandit, files.journalAt(n), i === journals.length - 1);
  }
  return { bandit, generation: journals.at(-1) ?? first, lines };
}

function restore(path: string): Bandit {
  try {
    return restoreBandit(readFileSync(path));
  } catch (error) {
    if (!isArgumentError(error)) throw error;
    throw new RangeError(
      `${path}: ${error.message}; put it back from a copy, or take it away if all journals from decisions-0.jsonl on are there: they give the same bandit`,
    );
  }
}

/** Gives the bandit what a journal says, and cuts off a last line that was never finished. Returns the number of lines. */
function replay(bandit: Bandit, path: string, last: boolean): number {
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(10) + 1;
  const lines = bytes.subarray(0, end).toString("utf8").split("\n").slice(0, -1);
  for (const [i, line] of lines.entries()) {
    try {
      takeLine(bandit, line);
    } catch (error) {
      throw damaged(path, i, error);
    }
  }
  if (end < bytes.length) {
    if (!last) throw damaged(path, lines.length, new RangeError("expected a whole line, got a part of one"));
    truncateSync(path, end);
  }
  return lines.length;
}

function takeLine(bandit: Bandit, line: string): void {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    // Said below.
  }
  if (typeof entry !== "object" || entry === null)
    throw new TypeError(`expected a JSON object, got ${JSON.stringify(line.slice(0, 40))}`);
  const {
    decisionId = "",
    features,
    action,
    reward,
    expired,
  } = entry as Partial<Decision & BanditContext & { reward: number; expired: boolean }>;
  if (features !== undefined) {
    const again = bandit.choose(entry as BanditContext);
    if (again.decisionId !== decisionId || again.action !== action)
      throw new RangeError(
        `expected the decision ${again.decisionId} for arm ${again.action}, got ${decisionId} for arm ${action}`,
      );
  } else if (expired) bandit.expire(decisionId);
  else bandit.update(decisionId, reward as number);
}

function damaged(path: string, lines: number, cause: unknown): unknown {
  if (!(cause instanceof RangeError || cause instanceof TypeError)) return cause;
  return new RangeError(
    `${path}:${lines + 1}: ${cause.message}; put the folder back from a copy, or keep the ${lines} lines before this one and take away all newer files: what follows is lost then`,
  );
}

/** A file that is there whole or not at all. */
export async function writeWhole(path: string, bytes: Uint8Array, mode = 0o666): Promise<void> {
  const beside = `${path}.partial`;
  try {
    // Whatever the folder came with is swept away by now.
    const file = await open(beside, "wx", mode);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    // A disk that is full needs the room.
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(join(path, ".."));
}

/** A single write may take a part. */
export async function writeAll(file: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}

/** Names of new files are on the disk too. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
