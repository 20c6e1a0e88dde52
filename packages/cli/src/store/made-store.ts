import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../failure.ts";
import { parseStore } from "./store-address.ts";

/** Where a folder has its embedded database. */
export const embeddedIn = (folder: string): string => join(folder, "database");

/**
 * The address of a store in which something is looked for: an embedded one that isn't there would be made, and hold nothing.
 *
 * @throws UsageError where its folder has no database, and as {@link parseStore}
 */
export function madeStore(store: string | undefined): string | undefined {
  const address = parseStore(store);
  if (address.kind === "pglite" && !existsSync(embeddedIn(address.folder)))
    throw new UsageError(
      `--store: expected a folder with a store, got pglite:${address.folder}, where none is; 'minimand compare ... --store pglite:FOLDER' makes one`,
    );
  return store;
}
