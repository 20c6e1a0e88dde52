import { existsSync } from "node:fs";
// biome-ignore lint/style/noRestrictedImports: a store that was made moves into its place
import { rename, rm } from "node:fs/promises";
import { PGlite, type Transaction } from "@electric-sql/pglite";
import { fromPglite } from "pg-boss";
import { UsageError } from "../failure.ts";
import { lockFolder } from "../files/folder-lock.ts";
import { checkNoLink } from "../files/inside.ts";
import { makeFolder } from "../files/make-folder.ts";
import type { Database, Sql } from "./database.ts";
import { isFull } from "./database-errors.ts";
import { embeddedIn } from "./made-store.ts";
import type { PgliteAddress } from "./store-address.ts";
import { forceAll, makePrivate, PrivateFiles, SyncedFiles } from "./synced-files.ts";

/** PGlite starts without forcing anything to the disk; its `fdatasync` does nothing, its `fsync` is that of its files. */
const startParams = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== "-F"),
  ...["-c", "wal_sync_method=fsync"],
];

/**
 * Opens a database that is embedded in this process, and makes it where there is none. This process alone has its folder.
 *
 * What was acknowledged is on the disk, and stays through the end of the process, however it comes.
 *
 * The folder of the database and all in it are for their owner alone.
 *
 * @throws RangeError where another process has the folder, with its number, and for a symbolic link in the place of the database; UsageError
 *   where the folder's database can't be opened
 */
export async function openPglite({ folder }: PgliteAddress): Promise<Database> {
  await makeFolder(folder, 0o700);
  // A second process would lose what it writes, without an error.
  const lock = await lockFolder(folder);
  try {
    return databaseOf(await open(folder), folder, lock.release);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function open(folder: string): Promise<PGlite> {
  const path = embeddedIn(folder);
  checkNoLink(path);
  // One whose making was interrupted would look like one that is damaged.
  if (!existsSync(path)) {
    const unfinished = `${path}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await makeFolder(unfinished, 0o700);
    await (await PGlite.create({ fs: new PrivateFiles(unfinished) })).close();
    await forceAll(unfinished);
    await rename(unfinished, path);
  }
  makePrivate(path);
  return await PGlite.create({ fs: new SyncedFiles(path), startParams }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `${path}: expected a database that can be opened, got one that is damaged or of another version (${reason.split("\n")[0]})`,
    );
  });
}

function databaseOf(pglite: PGlite, folder: string, release: () => void): Database {
  const adapter = fromPglite(pglite);
  const inTurn = oneAtATime();
  const exclusive = <T>(work: () => Promise<T>): Promise<T> =>
    inTurn(work).catch((error: unknown) => {
      throw isFull(error) ? new UsageError(`${folder}: no space left on the disk`) : error;
    });
  return {
    kind: "pglite",
    name: `pglite:${folder}`,
    query: (text, parameters) => exclusive(() => sqlOf(pglite).query(text, parameters)),
    transaction: (work) => exclusive(() => pglite.transaction((sql) => work(sqlOf(sql)))),
    boss: {
      // After an error it rolls back in a statement of its own: until then nothing of ours may come between.
      db: { executeSql: (text, values) => exclusive(() => adapter.executeSql(text, values)) },
      backend: "pglite",
    },
    session: async () => null,
    close: () =>
      exclusive(async () => {
        await pglite.close();
        release();
      }),
  };
}

/** Does one piece of work after the other. */
function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  };
}

function sqlOf(connection: Pick<Transaction, "query">): Sql {
  return {
    query: async <Row extends object>(text: string, parameters: readonly unknown[] = []) =>
      (await connection.query<Row>(text, [...parameters])).rows,
  };
}
