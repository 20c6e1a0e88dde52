import { createHash } from "node:crypto";
import { join } from "node:path";
import type { StoreKey, TrialStore } from "@minimand/compare";
import { isMendable, textOf } from "../error-text.ts";
import { UsageError } from "../failure.ts";
import { type FolderLock, inUse, lockFolder } from "./folder-lock.ts";
import { checkNoLink } from "./inside.ts";
import { makeFolder, unmakeFolder } from "./make-folder.ts";
import { checkOwn } from "./own-folder.ts";
import { finishReplacement } from "./replace-together.ts";
import { openStore } from "./store.ts";

/**
 * Works in an output folder, see {@link holdOutputFolder}, with the store of its trials, which runs that do the same share.
 *
 * @param isWhole as for `openStore`
 */
export function inOutputFolder<Kept>(
  out: string,
  run: Record<string, unknown>,
  isWhole: (value: unknown, key: StoreKey) => value is Kept,
  work: (store: TrialStore<Kept>) => Promise<void>,
): Promise<void> {
  return holdOutputFolder(out, run, async () => work(await openStore(out, isWhole)));
}

/**
 * Works in an output folder, which is made where it isn't there, and held until the work has ended. Runs that do the same
 * may work in it at the same time.
 *
 * @param run everything that decides the results
 * @throws RangeError where a run with other settings works in the folder, in one line with its process, for a symbolic link, and for a folder
 *   with files of others, see {@link checkOwn}; UsageError where the operating system refuses; folders that were made and are still empty are
 *   gone again afterwards
 */
export async function holdOutputFolder(
  out: string,
  run: Record<string, unknown>,
  work: () => Promise<void>,
): Promise<void> {
  const use = createHash("sha256").update(JSON.stringify(run)).digest("hex");
  const { created, lock } = await makeAndLock(out, use);
  try {
    await finishReplacement(out);
    await checkOwn(out);
    await work();
  } finally {
    lock.release();
    // A run that kept nothing and wrote nothing, as one that was refused, leaves nothing.
    await unmakeFolder(join(out, "trials"), created);
  }
}

/**
 * Makes the folder of `--out`, see {@link makeFolder}.
 *
 * @param files names of what is written there one by one, as pictures are
 * @throws RangeError for a symbolic link, and for a folder with files of others, see {@link checkOwn}; UsageError that names the option,
 *   where the operating system refuses
 */
export async function makeOutputFolder(out: string, files: readonly string[] = []): Promise<string | null> {
  checkNoLink(out);
  await checkOwn(out, files);
  try {
    return await makeFolder(out);
  } catch (error) {
    throw refusalOf(error);
  }
}

/** What is wrong with the folder as the fault of an option. */
function refusalOf(error: unknown): unknown {
  if (error instanceof RangeError && "code" in error && error.code === inUse)
    return new RangeError(`${error.message}: name another --out, or wait until it has ended`);
  return !(error instanceof RangeError) && isMendable(error)
    ? new UsageError(`--out: expected a folder that can be written, got ${textOf(error)}`)
    : error;
}

async function makeAndLock(out: string, use: string): Promise<{ created: string | null; lock: FolderLock }> {
  checkNoLink(out);
  for (let attempt = 1; ; attempt++) {
    let created: string | null = null;
    try {
      created = await makeFolder(out);
      return { created, lock: await lockFolder(out, { use }) };
    } catch (error) {
      await unmakeFolder(out, created);
      // Another run that could not begin may have taken its folder away just now.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || attempt === 3) throw refusalOf(error);
    }
  }
}
