import { afterAll, describe, expect, it } from "vitest";
import { hasPostgres, noPostgres, sharedPostgres } from "../../../../test/support/shared-postgres.ts";
import type { Database } from "./database.ts";
import { freshPglite, postgresAddress, silent } from "./databases.fixture.ts";
import { migrate, schemas } from "./migrate.ts";
import { migrations } from "./migrations.ts";
import { openDatabase } from "./open-database.ts";
import { openPglite } from "./pglite.ts";
import { openPostgres } from "./postgres.ts";

const server = sharedPostgres();

/** One for all tests, since each takes seconds. */
let embedded: Database | undefined;
afterAll(() => embedded?.close());
async function emptyPglite(): Promise<Database> {
  embedded ??= await openPglite(await freshPglite());
  for (const schema of Object.values(schemas))
    await embedded.query(`drop schema if exists ${schema} cascade`);
  return { ...embedded, close: async () => {} };
}

/** Opens an empty database, its tables not yet made. */
const kinds: [kind: string, open: () => Promise<Database>][] = [
  ["pglite", emptyPglite],
  ["postgres", async () => openPostgres(postgresAddress((await server.createDatabase()).url), silent)],
];

describe.each(kinds)("migrate on %s", (kind, open) => {
  const present = kind === "pglite" || hasPostgres();
  const skipped = present ? "" : noPostgres;

  it.runIf(present)(`makes all tables of an empty database, once${skipped}`, async () => {
    const database = await open();
    await migrate(database);
    await migrate(database);
    const statements = migrations.flatMap((migration) => migration.statements);
    const named = statements.flatMap((text) => /^create table minimand\.(\w+)/.exec(text)?.[1] ?? []);
    expect(await tablesOf(database)).toEqual([...named, "schema_version"].sort());
    const applied = await database.query("select version from minimand.schema_version order by version");
    expect(applied).toEqual(migrations.map(({ version }) => ({ version })));
    await database.close();
  });

  it.runIf(present)(`keeps what the tables of each earlier version hold${skipped}`, async () => {
    const database = await open();
    const row = { sha256: "a hash", seconds: 0.25, worker: 3, cpu: "a processor" };
    const keys = migrations.slice(0, -1).map(({ version }) => `of version ${version}`);
    for (const [i, key] of keys.entries()) {
      await migrate(database, migrations.slice(0, i + 1));
      await database.query(
        "insert into minimand.results (key, kept, sha256, seconds, worker, cpu) values ($1, $2, $3, $4, $5, $6)",
        [key, new Uint8Array([0, 1, 255]), ...Object.values(row)],
      );
    }
    await migrate(database);
    const rows = await database.query<{ kept: Uint8Array }>(
      "select key, kept, sha256, seconds, worker, cpu from minimand.results order by key",
    );
    expect(rows.map((found) => ({ ...found, kept: [...found.kept] }))).toEqual(
      keys.map((key) => ({ key, kept: [0, 1, 255], ...row })),
    );
    await database.close();
  });

  it.runIf(present)(`leaves the tables as they were where a migration fails${skipped}`, async () => {
    const database = await open();
    await migrate(database, migrations.slice(0, 1));
    const before = await tablesOf(database);
    const failing = { version: 2, statements: ["create table minimand.new (i int)", "select no_such_thing"] };
    await expect(migrate(database, [migrations[0], failing])).rejects.toThrow("no_such_thing");
    expect(await tablesOf(database)).toEqual(before);
    await migrate(database);
    await database.close();
  });

  it.runIf(present)(`refuses tables of a newer version, and says of which${skipped}`, async () => {
    const database = await open();
    await migrate(database);
    await database.query(
      "insert into minimand.schema_version (version, minimand) values ((select max(version) + 1 from minimand.schema_version), '7.8.9')",
    );
    await expect(migrate(database)).rejects.toThrow(
      /^.+: expected tables of minimand .+ or older, got those of 7\.8\.9 .+: use minimand 7\.8\.9 or newer$/,
    );
    await database.close();
  });
});

describe.runIf(hasPostgres())(`openDatabase on postgres${noPostgres}`, () => {
  it("migrates once where several begin at the same time", async () => {
    const address = postgresAddress((await server.createDatabase()).url);
    const all = await Promise.all(Array.from({ length: 6 }, () => openDatabase(address, silent)));
    expect(await all[0].query("select version from minimand.schema_version")).toHaveLength(migrations.length);
    for (const database of all) await database.close();
  });

  it("says what a role needs that may make no schema, or not use those that are there", async () => {
    const { name } = await server.createDatabase();
    await server.query("create role poor login password 'a-word-of-it'");
    const url = `postgres://poor:a-word-of-it@127.0.0.1:${server.port}/${name}`;
    const opening = openDatabase(postgresAddress(url), silent);
    await expect(opening).rejects.toThrow(
      `: permission denied for database ${name}: the role needs: grant create on database ${name} to poor`,
    );
    await server.query("create schema minimand", [], name);
    await server.query("create schema minimand_queue", [], name);
    await expect(openDatabase(postgresAddress(url), silent)).rejects.toThrow(
      "the role needs: alter schema minimand owner to poor; alter schema minimand_queue owner to poor",
    );
    for (const schema of ["minimand", "minimand_queue"])
      await server.query(`alter schema ${schema} owner to poor`, [], name);
    const database = await openDatabase(postgresAddress(url), silent);
    expect(await tablesOf(database)).toContain("runs");
    await database.close();
    await server.query("create role second login password 'a-word-of-it'");
    const other = url.replace("//poor:", "//second:");
    await expect(openDatabase(postgresAddress(other), silent)).rejects.toThrow(
      /: permission denied for schema minimand: the role needs: grant poor to second$/,
    );
    await server.query("grant poor to second");
    const again = await openDatabase(postgresAddress(other), silent);
    expect(await tablesOf(again)).toContain("runs");
    await again.close();
  });
});

async function tablesOf(database: Database): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    "select table_name::text as name from information_schema.tables where table_schema = 'minimand' order by 1",
  );
  return rows.map(({ name }) => name);
}
