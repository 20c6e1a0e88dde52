import { realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { UsageError } from "../failure.ts";

/** Paths by what messages call them, e.g. the option; undefined for an option that isn't given. */
export type Named = Readonly<Record<string, string | undefined>>;

/**
 * Checks that a command writes over nothing that it reads, by a link to it neither, and writes nothing twice.
 *
 * @throws UsageError in one line that names both
 */
export async function checkApart(read: Named, written: Named): Promise<void> {
  const places = new Map<string, string>();
  for (const [name, file] of Object.entries(read))
    if (file !== undefined) places.set(await placeOf(file), name);
  for (const [name, file] of Object.entries(written)) {
    if (file === undefined) continue;
    const place = await placeOf(file);
    const other = places.get(place);
    if (other !== undefined)
      throw new UsageError(`${name}: expected another file than ${other}, got ${file}`);
    places.set(place, name);
  }
}

/** Returns where a path leads through symbolic links, to see whether two paths are one file; of a file that isn't there, where it would be. */
export async function placeOf(path: string): Promise<string> {
  const whole = resolve(path);
  try {
    return await realpath(whole);
  } catch (error) {
    if (!["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    return join(await placeOf(dirname(whole)), basename(whole));
  }
}
