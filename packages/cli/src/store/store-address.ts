import { userInfo } from "node:os";
import { resolve } from "node:path";
import type { ClientConfig } from "pg";
import { UsageError } from "../failure.ts";
import { passwordInFile } from "./password-file.ts";
import { tlsOf } from "./tls.ts";

/** A database embedded in this process, in a folder. */
export interface PgliteAddress {
  kind: "pglite";
  folder: string;
}

/** A PostgreSQL server's database. */
export interface PostgresAddress {
  kind: "postgres";
  /** What messages call it: host and database, without user and password. */
  name: string;
  /** As `pg` takes it; the password is a function, which asks the password file where none is given. */
  config: ClientConfig;
  /** Whether a connection goes on without TLS where the server has none (`sslmode=prefer`). */
  plainToo: boolean;
  /** Whether a pooler stands between that gives a transaction any connection (`?pooled=true`). */
  pooled: boolean;
}

/** Where trials are kept that several processes compute. */
export type StoreAddress = PgliteAddress | PostgresAddress;

type Environment = Readonly<Record<string, string | undefined>>;

const expected = "--store: expected postgres://HOST/DATABASE, postgres: or pglite:FOLDER";

/** Where a password may stand: arguments are shown to everyone who lists processes. */
const passwordPlaces = "DATABASE_URL, PGPASSWORD or the password file";

/**
 * Reads where a store is.
 *
 * - `pglite:FOLDER`: embedded in this process.
 * - `postgres://[USER@]HOST[:PORT]/DATABASE` (or `postgresql://`), without a password. What it leaves out is taken from libpq's variables.
 * - `postgres:`: the address in `DATABASE_URL`, which may have a password; without that, all from libpq's variables.
 *
 * Parameters are libpq's: `host`, `port`, `user`, `dbname`, `sslmode`, `sslrootcert`, `sslcert`, `sslkey`, `application_name` and `options`;
 * and `pooled=true`, where a pooler such as PgBouncer gives each transaction any connection. Of the variables `PGHOST`, `PGPORT`, `PGUSER`,
 * `PGPASSWORD`, `PGDATABASE`, `PGOPTIONS`, `PGAPPNAME`, `PGSSLMODE`, `PGSSLROOTCERT`, `PGSSLCERT` and `PGSSLKEY` are read. `sslmode` means
 * what it means to libpq, see {@link tlsOf}.
 *
 * @param text what was asked; undefined for `postgres:` where `DATABASE_URL` is set
 * @param env the environment's variables
 * @throws UsageError of one line, which never has the password
 */
export function parseStore(text: string | undefined, env: Environment = process.env): StoreAddress {
  if (text === undefined) {
    if (!env.DATABASE_URL) throw new UsageError(`${expected}, got none, and no DATABASE_URL`);
    return parseStore("postgres:", env);
  }
  if (text.startsWith("pglite:")) {
    const folder = text.slice("pglite:".length);
    if (folder === "") throw new UsageError("--store pglite:FOLDER: expected a folder, got none");
    return { kind: "pglite", folder: resolve(folder) };
  }
  if (text === "postgres:" || text === "postgresql:") {
    const given = env.DATABASE_URL;
    return given
      ? postgresAddress("DATABASE_URL", given, env)
      : postgresAddress("postgres:", "postgres:///", env);
  }
  // What isn't known may have a password in it.
  if (!isPostgres(text)) throw new UsageError(`${expected}, got ${schemeOf(text)}`);
  return postgresAddress("--store", text, env);
}

const isPostgres = (text: string): boolean => /^postgres(ql)?:\/\//.test(text);

const schemeOf = (text: string): string => {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(text)?.[0];
  return scheme === undefined ? "an address without one of these beginnings" : `${scheme}...`;
};

const known = [
  ...["host", "port", "user", "dbname", "password", "sslmode", "sslrootcert", "sslcert", "sslkey"],
  ...["application_name", "options", "pooled"],
];

/** Of whoever runs the command; a container's user may have none. */
function userName(source: string): string {
  try {
    return userInfo().username;
  } catch {
    throw new UsageError(
      `${source}: expected a user (postgres://USER@HOST/DATABASE or PGUSER), got none, and the system has no name for this one`,
    );
  }
}

function postgresAddress(source: string, text: string, env: Environment): PostgresAddress {
  const url = isPostgres(text) ? URL.parse(text) : null;
  if (url === null)
    throw new UsageError(`${source}: expected an address postgres://HOST/DATABASE, got something else`);
  const parameters = new Map(url.searchParams);
  // A password with an unwritten / or ? ends here, and must not be shown.
  if (url.pathname.includes("@") || [...parameters.keys()].some((name) => name.includes("@")))
    throw new UsageError(
      `${source}: expected an address whose user and password have / as %2F, ? as %3F and @ as %40`,
    );
  for (const name of parameters.keys())
    if (!known.includes(name))
      throw new UsageError(
        `${source}: expected only the parameters ${known.filter((name) => name !== "password").join(", ")}, got '${name}'`,
      );
  const part = (encoded: string): string | undefined => {
    try {
      return decodeURIComponent(encoded) || undefined;
    } catch {
      throw new UsageError(`${source}: expected an address whose % are written %25`);
    }
  };
  const given = parameters.get("password") ?? part(url.password);
  if (source === "--store" && given !== undefined)
    throw new UsageError(
      `--store: expected an address without a password, which lists of processes show: ${passwordPlaces} may hold it`,
    );
  const password = given || env.PGPASSWORD || null;
  const host = parameters.get("host") ?? part(bare(url.hostname)) ?? env.PGHOST ?? "localhost";
  const port = portOf(source, parameters.get("port") ?? (url.port || env.PGPORT) ?? "5432");
  const user = parameters.get("user") ?? part(url.username) ?? env.PGUSER ?? userName(source);
  const database = parameters.get("dbname") ?? part(url.pathname.slice(1)) ?? env.PGDATABASE ?? user;
  const pooled = parameters.get("pooled") ?? "false";
  if (pooled !== "true" && pooled !== "false")
    throw new UsageError(`${source}: expected pooled=true or pooled=false, got '${pooled}'`);
  const tls = tlsOf(source, parameters, env, host);
  const options = parameters.get("options") ?? env.PGOPTIONS;
  const config: ClientConfig = {
    host,
    port,
    user,
    database,
    // A function, so that whoever prints the address prints no password.
    password: async () => password ?? ((await passwordInFile({ host, port, database, user })) as string),
    ssl: tls.ssl,
    application_name: parameters.get("application_name") ?? env.PGAPPNAME ?? "minimand",
    ...(options !== undefined && { options }),
  };
  const where = `${host.includes(":") ? `[${host}]` : host}${port === 5432 ? "" : `:${port}`}`;
  return {
    kind: "postgres",
    name: `${where}/${database}`,
    config,
    plainToo: tls.plainToo,
    pooled: pooled === "true",
  };
}

/** The name of an IPv6 host without the brackets of its address. */
const bare = (host: string): string => host.replace(/^\[(.*)\]$/, "$1");

function portOf(source: string, text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new UsageError(`${source}: expected a port from 1 to 65535, got '${text}'`);
  return port;
}
