import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import {
  hasPostgres,
  noPostgres,
  startPostgres,
  type TestPostgres,
} from "../../../../test/support/postgres.ts";
import { openJobs } from "../queue/jobs.ts";
import type { Database } from "./database.ts";
import { openDatabase } from "./open-database.ts";
import { type PgliteAddress, type PostgresAddress, parseStore } from "./store-address.ts";

/** For options: nobody is told anything. */
export const silent = { tell: () => {} };

/** The address of a database of a server for tests. */
export function postgresAddress(url: string): PostgresAddress {
  return parseStore("postgres:", { DATABASE_URL: url }) as PostgresAddress;
}

/** The address of an embedded database with its tables. To make one takes ten seconds, so it is a copy of one for all tests. */
export async function freshPglite(): Promise<PgliteAddress> {
  const folder = join(temporaryFolder(), "store");
  cpSync(await madePglite(), folder, { recursive: true });
  return { kind: "pglite", folder };
}

/** The folder of the one that is copied, of the code that is here. */
async function madePglite(): Promise<string> {
  const sources = [
    ...["pglite.ts", "migrations.ts"].map((file) => new URL(file, import.meta.url).href),
    ...["@electric-sql/pglite", "pg-boss"].map((name) => import.meta.resolve(name)),
  ];
  const hash = createHash("sha256");
  for (const source of sources) hash.update(readFileSync(fileURLToPath(source)));
  const folder = join(tmpdir(), `minimand-test-pglite-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  const made = mkdtempSync(`${folder}-`);
  const database = await openDatabase({ kind: "pglite", folder: made }, silent);
  await (await openJobs(database)).end();
  await database.close();
  try {
    renameSync(made, folder);
  } catch {
    // Another process was faster.
    rmSync(made, { recursive: true });
  }
  return folder;
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
          server === undefined ? await freshPglite() : postgresAddress(server.url),
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
