import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import {
  hasPostgres,
  noPostgres,
  startPostgres,
  type TestPostgres,
} from "../../../../test/support/postgres.ts";
import type { Database } from "./database.ts";
import { openDatabase } from "./open-database.ts";
import { type PgliteAddress, type PostgresAddress, parseStore } from "./store-address.ts";

/** For options: nobody is told anything. */
export const silent = { tell: () => {} };

/** The address of a database of a server for tests. */
export function postgresAddress(url: string): PostgresAddress {
  return parseStore("postgres:", { DATABASE_URL: url }) as PostgresAddress;
}

/** The address of an embedded database that isn't there yet. */
export function freshPglite(): PgliteAddress {
  return { kind: "pglite", folder: join(temporaryFolder(), "store") };
}

/** Describes what either kind of database promises. The database is one for all tests of the block, with its tables. */
export function describeDatabases(
  name: string,
  body: (database: () => Database, test: typeof it) => void,
): void {
  for (const kind of ["pglite", "postgres"] as const) {
    const present = kind === "pglite" || hasPostgres();
    describe(`${name} on ${kind}${present ? "" : noPostgres}`, () => {
      let database: Database;
      let server: TestPostgres | undefined;
      beforeAll(async () => {
        if (!present) return;
        if (kind === "postgres") server = await startPostgres({ fsync: false });
        database = await openDatabase(
          server === undefined ? freshPglite() : postgresAddress(server.url),
          silent,
        );
      });
      afterAll(async () => {
        await database?.close();
        await server?.[Symbol.asyncDispose]();
      });
      body(() => database, it.runIf(present) as typeof it);
    });
  }
}
