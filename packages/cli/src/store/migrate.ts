import { UsageError } from "../failure.ts";
import { version as minimand } from "../version.ts";
import type { Database, Sql } from "./database.ts";
import { codeOf } from "./database-errors.ts";
import { type Migration, migrations } from "./migrations.ts";

/** Schemas of our own: ours, and that of the queue. */
export const schemas = { own: "minimand", queue: "minimand_queue" } as const;

/** Any number that nobody else locks in this database. */
export const lock = [0x6d696e69, 1];

/**
 * Brings the tables up to date, each migration in a transaction of its own; two processes that do it at once don't meet.
 *
 * The role needs no superuser: `CREATE` on the database, or the schemas `minimand` and `minimand_queue` if they are there already.
 *
 * @param all the migrations, in order of their versions from 1
 * @throws UsageError where the tables are of a newer version of minimand, or the role may not make them
 */
export async function migrate(database: Database, all: readonly Migration[] = migrations): Promise<void> {
  try {
    while ((await database.transaction((sql) => step(database.name, sql, all))) === "more");
  } catch (error) {
    throw codeOf(error) === "42501" ? await lackOf(database, error as Error) : error;
  }
}

const versions = `create table minimand.schema_version (
  version int primary key,
  minimand text not null,
  applied_at timestamptz not null default now()
)`;

/** Does the next migration, if there is one. */
async function step(name: string, sql: Sql, all: readonly Migration[]): Promise<"more" | "done"> {
  await sql.query("select pg_advisory_xact_lock($1::int, $2::int)", lock);
  const present = await schemasIn(sql);
  for (const schema of Object.values(schemas))
    if (!present.has(schema)) await sql.query(`create schema ${schema}`);
  // `if not exists` would want the right to make it of those, too, who may only use it.
  const [{ absent }] = await sql.query<{ absent: boolean }>(
    "select to_regclass('minimand.schema_version') is null as absent",
  );
  if (absent) await sql.query(versions);
  const [last] = await sql.query<{ version: number; minimand: string }>(
    "select version, minimand from minimand.schema_version order by version desc limit 1",
  );
  const at = last?.version ?? 0;
  if (at > all.length)
    throw new UsageError(
      `${name}: expected tables of minimand ${minimand} or older, got those of ${last.minimand} (${at} after ${all.length}): use minimand ${last.minimand} or newer`,
    );
  const next = all[at];
  if (next === undefined) return "done";
  for (const statement of next.statements) await sql.query(statement);
  await sql.query("insert into minimand.schema_version (version, minimand) values ($1, $2)", [
    next.version,
    minimand,
  ]);
  return at + 1 < all.length ? "more" : "done";
}

async function schemasIn(sql: Sql): Promise<Set<string>> {
  const rows = await sql.query<{ name: string }>(
    "select nspname::text as name from pg_catalog.pg_namespace where nspname = any($1::text[])",
    [Object.values(schemas)],
  );
  return new Set(rows.map(({ name }) => name));
}

/** What the role lacks, and what mends it. */
async function lackOf(database: Database, { message }: Error): Promise<UsageError> {
  const [{ role, name }] = await database.query<{ role: string; name: string }>(
    "select quote_ident(current_user) as role, quote_ident(current_database()) as name",
  );
  const owners = await database.query<{ schema: string; owner: string; super: boolean }>(
    `select nspname::text as schema, quote_ident(rolname) as owner, rolsuper as super
    from pg_catalog.pg_namespace join pg_catalog.pg_roles on pg_roles.oid = nspowner
    where nspname = any($1::text[]) and rolname <> current_user order by nspname`,
    [Object.values(schemas)],
  );
  const missing = (await schemasIn(database)).size < Object.values(schemas).length;
  const grants = [
    ...(missing ? [`grant create on database ${name} to ${role}`] : []),
    // Nobody gets the rights of a superuser on our advice.
    ...owners.map((at) =>
      at.super ? `alter schema ${at.schema} owner to ${role}` : `grant ${at.owner} to ${role}`,
    ),
  ];
  return new UsageError(`${database.name}: ${message}: the role needs: ${[...new Set(grants)].join("; ")}`);
}
