import type pg from "pg";
import { UsageError } from "../failure.ts";
import { untilAborted } from "../run/until-aborted.ts";
import { carefulClient } from "./careful-client.ts";
import { closeConnection } from "./close-connection.ts";
import { connectionSettings } from "./connection-settings.ts";
import { codeOf, isOutage, reasonOf } from "./database-errors.ts";
import type { PostgresAddress } from "./store-address.ts";

/** The first version that pg-boss runs on. */
const oldest = 13;

/**
 * Connects once, to say at once what is wrong with an address.
 *
 * @returns the settings of further connections: without TLS where it isn't needed and the server has none
 * @throws UsageError of one line, and the signal's reason where that is aborted
 */
export async function firstConnection(address: PostgresAddress, signal: AbortSignal): Promise<pg.PoolConfig> {
  const settings = connectionSettings(address);
  try {
    await check(address, settings, signal);
    return settings;
  } catch (error) {
    if (!address.plainToo || !hasNoTls(error)) throw asRefusal(address, error, signal);
  }
  const plain = { ...settings, ssl: false };
  await check(address, plain, signal).catch((error: unknown) => {
    throw asRefusal(address, error, signal);
  });
  return plain;
}

async function check({ name }: PostgresAddress, settings: pg.PoolConfig, signal: AbortSignal): Promise<void> {
  const client = new (carefulClient(name))(settings);
  client.on("error", () => {});
  try {
    await untilAborted(signal, client.connect());
    // Poolers that share a connection between statements refuse transactions, which every store needs.
    await untilAborted(signal, client.query("begin"));
    const { rows } = await untilAborted(
      signal,
      client.query<{ version: number }>("select current_setting('server_version_num')::int as version"),
    );
    const number = Number(rows.at(0)?.version);
    if (Number.isNaN(number))
      throw new UsageError(`${name}: expected a PostgreSQL server, got one that does not state its version`);
    const version = Math.floor(number / 10_000);
    if (version < oldest)
      throw new UsageError(`${name}: expected PostgreSQL ${oldest} or newer, got ${version}`);
  } finally {
    await closeConnection(client);
  }
}

const hasNoTls = (error: unknown): boolean =>
  error instanceof Error && error.message === "The server does not support SSL connections";

function asRefusal({ name }: PostgresAddress, error: unknown, signal: AbortSignal): unknown {
  if (error instanceof UsageError || error === signal.reason) return error;
  const code = codeOf(error);
  const reason = reasonOf(error);
  if (/^received invalid response/.test(reason))
    return new UsageError(
      `${name}: expected a PostgreSQL server, got answers that can't be read (${reason})`,
    );
  if (isOutage(error)) return new UsageError(`${name}: can't be reached: ${reason}`);
  if (/password must be a string/.test(reason))
    return new UsageError(
      `${name}: expected a password, got none in DATABASE_URL, PGPASSWORD and the password file`,
    );
  if (code.startsWith("28"))
    return new UsageError(`${name}: expected a user and a password that the server takes, got: ${reason}`);
  if (code === "3D000") return new UsageError(`${name}: expected a database that is there, got: ${reason}`);
  if (hasNoTls(error))
    return new UsageError(`${name}: expected a server with TLS, as sslmode asks for, got one without`);
  if (isCertificate(code))
    return new UsageError(`${name}: expected a certificate as sslmode asks for, got: ${reason}`);
  return new UsageError(`${name}: can't be used: ${reason}`);
}

const isCertificate = (code: string): boolean => /CERT|^ERR_TLS|SIGNATURE|^ERR_SSL|^ERR_OSSL/.test(code);
