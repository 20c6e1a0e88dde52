import { createHash } from "node:crypto";
import { access, constants, lstat, lutimes, readdir, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { UsageError } from "../failure.ts";
import { makeFolder } from "../files/make-folder.ts";
import { openRegular } from "../files/read-regular.ts";
import { isTemporary, temporaryFor } from "../files/temporary.ts";
import { writeWhole } from "../files/write-whole.ts";
import { checkHash, readBlob } from "./blobs.ts";
import type { Database } from "./database.ts";

/** Milliseconds after which what nobody has used is removed. */
const kept = 30 * 24 * 3_600_000;

/** Milliseconds after which what isn't finished was left by a process that was killed. */
const abandoned = 3_600_000;

/** Where files of a database are cached: `minimand/blobs` in `XDG_CACHE_HOME`, or in `~/.cache`. */
export function usualCache(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "minimand", "blobs");
}

/**
 * The path of a file on this machine that has the bytes of a hash, fetched from the database where it isn't here yet. A file that was damaged since is
 * fetched again. A link, a pipe or a socket of that name is replaced; next to a folder of that name the file is written anew each time.
 *
 * @param folder where files are cached, shared by all processes of the machine
 * @throws UsageError where the database lacks it, see {@link readBlob}; the error of the operating system, with the file's path, where it can't
 *   be written: nothing is left of it then
 */
export async function cachedBlob(
  database: Database,
  sha256: string,
  folder: string = usualCache(),
): Promise<string> {
  checkHash(database, sha256);
  const path = join(folder, sha256);
  const found = await lstat(path).catch(() => null);
  if (found?.isFile() && (await hashOfFile(path)) === sha256) {
    const now = new Date();
    await lutimes(path, now, now).catch(() => {});
    return path;
  }
  const bytes = await readBlob(database, sha256);
  await makeFolder(folder, 0o700);
  const isFolder = found?.isDirectory() ?? false;
  // The link or the pipe goes, and not what it leads to.
  if (found !== null && !found.isFile() && !isFolder) await rm(path, { force: true });
  // A folder may contain somebody's files. The sweep removes the copy next to it.
  const place = isFolder ? temporaryFor(path) : path;
  await writeWhole(place, bytes, 0o600);
  return place;
}

/**
 * Sees that files can be cached, before anything depends on it.
 *
 * @throws UsageError where the folder can't be made, or written in
 */
export async function checkCache(folder: string = usualCache()): Promise<void> {
  try {
    await makeFolder(folder, 0o700);
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`--cache: expected a folder that can be written, got ${folder} (${code})`);
  }
}

/** Removes what nobody has used for 30 days, and what killed processes left half-written. Files of other names stay. */
export async function sweepCache(folder: string = usualCache()): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const most = mostAge(name);
    if (most === null) continue;
    const path = join(folder, name);
    const found = await lstat(path).catch(() => null);
    if (found?.isFile() && Date.now() - found.mtimeMs > most) await rm(path, { force: true }).catch(() => {});
  }
}

/** Milliseconds that a file of the cache may be unused; null for a name that none of them has. */
function mostAge(name: string): number | null {
  if (!/^[0-9a-f]{64}(?:\.|$)/.test(name)) return null;
  return name.length === 64 ? kept : isTemporary(name) ? abandoned : null;
}

/** SHA-256 of a file, in hex; null where it can't be read. */
async function hashOfFile(path: string): Promise<string | null> {
  const hash = createHash("sha256");
  try {
    await pipeline((await openRegular(path)).createReadStream(), hash);
  } catch {
    return null;
  }
  return hash.digest("hex");
}
