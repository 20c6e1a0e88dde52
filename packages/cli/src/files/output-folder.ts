import { createHash } from "node:crypto";
import { join } from "node:path";
import type { StoreKey, TrialStore } from "@minimand/compare";
import { isMendable, textOf } from "../error-text.ts";
import { UsageError } from "../failure.ts";
import { tell } from "../printable.ts";
import { type FolderLock, inUse, lockFolder } from "./folder-lock.ts";
import { checkNoLink } from "./inside.ts";
import { makeFolder, unmakeFolder } from "./make-folder.ts";
import { checkOwn, needsOwnFolder, replacesForeign, type Written } from "./own-folder.ts";
import { finishReplacement } from "./replace-together.ts";
import { openStore } from "./store.ts";

/** A run that writes into a folder of `--out`. */
export interface OutputRun extends Written {
  out: string;
  /** Everything that decides the results. */
  run: Record<string, unknown>;
}

/**
 * Works in an output folder, see {@link holdOutputFolder}, with the store of its trials, which runs that do the same share.
 *
 * @param isWhole as for `openStore`
 */
export function inOutputFolder<Kept>(
  output: OutputRun,
  isWhole: (value: unknown, key: StoreKey) => value is Kept,
  work: (store: TrialStore<Kept>) => Promise<void>,
): Promise<void> {
  return holdOutputFolder(output, async () => work(await openStore(output.out, isWhole)));
}

/**
 * Works in an output folder, which is made where it isn't there, and held until the work has ended. Runs that do the same
 * may work in it at the same time. Says which results of another command the run will replace.
 *
 * @returns what the work returns
 * @throws RangeError where a run with other settings works in the folder, in one line with its process, for a symbolic link, and for a folder
 *   with files of others, see {@link checkOwn}; UsageError where the operating system refuses; folders that were made and are still empty are
 *   gone again afterwards
 */
export async function holdOutputFolder<T>(output: OutputRun, work: () => Promise<T>): Promise<T> {
  const { out, run } = output;
  const use = createHash("sha256").update(JSON.stringify(run)).digest("hex");
  const { created, lock } = await makeAndLock(out, use);
  try {
    await finishReplacement(out);
    if (output.files.some(needsOwnFolder)) await checkOwn(out, output.files);
    if (await replacesForeign(out, output))
      tell(`${out}: results of another command are there, and will be replaced`);
    return await work();
  } finally {
    lock.release();
    // A run that kept nothing and wrote nothing, as one that was refused, leaves nothing.
    await unmakeFolder(join(out, "trials"), created);
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
