import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { tell } from "../printable.ts";

/** `code` of the error of a folder that another process holds. */
export const inUse = "FOLDER_IN_USE";

/** A folder that this process holds. */
export interface FolderLock {
  /** Lets go of the folder. The end of the process does too, however it comes. */
  release(): void;
}

/** How a folder is held. */
export interface LockOptions {
  /** What the folder is used for: who says the same may hold it at the same time. Default: nobody else may. */
  use?: string;
  /** A part of the folder with a lock of its own. Default: the folder. */
  part?: string;
  /**
   * Milliseconds to wait for whoever holds it. Default 500: others look at a lock for a moment before they go away, and who
   * comes at that moment tries again.
   */
  patience?: number;
}

/** A line of the lock file: who holds the folder, for what. */
interface Holder {
  pid: number;
  host: string;
  use: string | null;
}

/** Milliseconds between two attempts. */
const pause = 50;

/**
 * Takes a folder for this process, until it lets go of it or ends.
 *
 * The lock is the operating system's, on the file `.minimand-lock` in the folder. It goes with the process, so that one
 * that was killed never blocks the next, whoever has its number by now, and it reaches as far as the file system carries
 * locks: to other containers of a machine, to other machines over NFS 4 or SMB. What the file says only tells people who
 * it is.
 *
 * Where there are no locks (a file system without them, a system that `fs-native-extensions` isn't built for) a line on
 * stderr says so, and the folder is used without.
 *
 * @param folder a folder that is there
 * @throws RangeError `FOLDER: expected a folder that no other process uses, got one that process PID uses`, and where something else than a
 *   lock file has its name, which is left as it is; the error of the operating system where the file can't be written
 */
export async function lockFolder(
  folder: string,
  { use, part, patience = 500 }: LockOptions = {},
): Promise<FolderLock> {
  const path = join(folder, part === undefined ? ".minimand-lock" : `.minimand-lock-${part}`);
  const own: Holder = { pid: process.pid, host: hostname(), use: use ?? null };
  const native = await import("fs-native-extensions").catch((error: Error) => error);
  if (native instanceof Error) return withoutLock(folder, native);
  for (let left = patience; ; left -= pause) {
    const fd = openLockFile(path);
    let held = false;
    let others: Holder[] = [];
    try {
      held = take(native, fd, path, own);
      if (!held) others = holdersIn(fd);
    } catch (error) {
      if (!isUnsupported(error)) throw Object.assign(error as Error, { path });
      rmSync(path, { force: true });
      return withoutLock(folder, error as Error);
    } finally {
      if (!held) closeSync(fd);
    }
    if (held) return heldLock(native, fd, path, own);
    if (left <= 0) throw refusal(folder, own, others);
    await setTimeout(pause);
  }
}

type Native = typeof import("fs-native-extensions");

/** More than all holders of a folder fill. */
const mostBytes = 1 << 16;

/** A folder may come from somebody else: no link is followed to the file of another, no pipe is waited for, no other file is written over. */
function openLockFile(path: string): number {
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const foreign = new RangeError(`${path}: expected a lock file of minimand, got something else: remove it`);
  let fd: number;
  try {
    fd = openSync(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    // A link, a socket.
    throw ["ELOOP", "EMLINK", "ENXIO"].includes((error as NodeJS.ErrnoException).code ?? "")
      ? foreign
      : error;
  }
  const stats = fstatSync(fd);
  if (stats.isFile() && stats.nlink <= 1 && stats.size <= mostBytes) return fd;
  closeSync(fd);
  throw foreign;
}

/** Windows keeps others from the bytes that are locked, so there they are far behind what the file says. */
const [offset, length] = process.platform === "win32" ? [2 ** 30, 1] : [0, 0];

/**
 * Tries to take the lock of an open file, and writes who holds it: by the open file, since whoever may write to the folder can put a link in the
 * place of its name.
 */
function take(native: Native, fd: number, path: string, own: Holder): boolean {
  const line = `${JSON.stringify(own)}\n`;
  const alone = native.tryLock(fd, offset, length);
  if (alone) {
    if (!hasName(fd, path)) return false;
    try {
      ftruncateSync(fd);
      writeSync(fd, line);
    } catch (error) {
      // The disk is full.
      rmSync(path, { force: true });
      throw error;
    }
    if (own.use === null) return true;
  } else if (own.use === null) return false;
  const among = alone
    ? native.tryDowngradeLock(fd, offset, length)
    : native.tryLock(fd, offset, length, { shared: true });
  if (!among || !hasName(fd, path)) return false;
  // Nobody writes the file anew while others hold it, so all its lines are of one use: that of those who hold it now.
  const holders = holdersIn(fd);
  if (holders.length === 0 || holders.some(({ use }) => use !== own.use)) return false;
  if (!alone) writeSync(fd, line);
  return true;
}

function heldLock(native: Native, fd: number, path: string, { use }: Holder): FolderLock {
  let held = true;
  return {
    release() {
      if (!held) return;
      held = false;
      try {
        // The last one takes the file along. Who has opened it meanwhile sees that it has lost its name, and opens another.
        const alone = use === null || native.tryUpgradeLock(fd, offset, length);
        if (alone && hasName(fd, path)) rmSync(path, { force: true });
      } catch {
        // A file that stays does no harm.
      } finally {
        closeSync(fd);
      }
    },
  };
}

/** Whether an open file is still the one that has the name, which is what others open. */
function hasName(fd: number, path: string): boolean {
  const named = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  const open = fstatSync(fd, { bigint: true });
  return named?.ino === open.ino && named.dev === open.dev;
}

/** What the lock file says; lines that were never finished say nothing. */
function holdersIn(fd: number): Holder[] {
  const bytes = Buffer.alloc(fstatSync(fd).size);
  const text = bytes.toString("utf8", 0, readSync(fd, bytes, 0, bytes.length, 0));
  const parsed = (line: string): unknown => {
    try {
      return JSON.parse(line);
    } catch {
      return null;
    }
  };
  return text.split("\n").map(parsed).filter(isHolder);
}

function isHolder(value: unknown): value is Holder {
  return typeof value === "object" && value !== null && "pid" in value && "host" in value && "use" in value;
}

function refusal(folder: string, own: Holder, others: readonly Holder[]): RangeError {
  const other = others.find(({ pid, host }) => host !== own.host || isRunning(pid)) ?? others[0];
  const elsewhere = other === undefined || other.host === own.host ? "" : ` on ${other.host}`;
  const who = other === undefined ? "another process" : `process ${other.pid}${elsewhere}`;
  const how = own.use === null || other?.use === null ? "" : " with other settings";
  const message = `${folder}: expected a folder that no other process uses, got one that ${who} uses${how}`;
  return Object.assign(new RangeError(message), { code: inUse });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function isUnsupported(error: unknown): boolean {
  return ["ENOLCK", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"].includes((error as NodeJS.ErrnoException).code ?? "");
}

function withoutLock(folder: string, { message }: Error): FolderLock {
  tell(
    `${folder}: can't be locked here (${message.split("\n")[0]}): take care that no other process uses it`,
  );
  return { release: () => {} };
}
