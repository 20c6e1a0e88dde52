import { never, untilAborted } from "../run/until-aborted.ts";
import type { Database } from "./database.ts";
import { migrate } from "./migrate.ts";
import type { PostgresOptions } from "./postgres.ts";
import type { StoreAddress } from "./store-address.ts";

/**
 * Opens the database of a store and brings its tables up to date.
 *
 * Either kind is loaded when it is asked for: the embedded one alone has 27 MB.
 *
 * @throws UsageError or RangeError of one line where it can't be reached, may not be used, or belongs to a newer version; nothing is
 *   open then. The signal's reason where that is aborted
 */
export async function openDatabase(address: StoreAddress, options: PostgresOptions): Promise<Database> {
  const database =
    address.kind === "pglite"
      ? await (await import("./pglite.ts")).openPglite(address)
      : await (await import("./postgres.ts")).openPostgres(address, options);
  try {
    await untilAborted(options.signal ?? never, migrate(database));
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
