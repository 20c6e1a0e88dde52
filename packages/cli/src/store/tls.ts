// biome-ignore lint/style/noRestrictedImports: a certificate that the user names
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { UsageError } from "../failure.ts";

/** How a connection is encrypted. */
export interface Tls {
  /** As `pg` takes it; false for none. */
  ssl: false | ConnectionOptions;
  /** Whether a connection goes on without where the server has none. */
  plainToo: boolean;
}

const modes = ["disable", "prefer", "require", "verify-ca", "verify-full"];

/**
 * What `sslmode` asks for, as libpq means it: `pg` alone takes `require` for `verify-full`.
 *
 * | mode | encrypted | the server's certificate |
 * | --- | --- | --- |
 * | `disable` | no | |
 * | `prefer`, the default | where the server can | any |
 * | `require` | yes | any; with a root certificate as `verify-ca` |
 * | `verify-ca` | yes | signed by the root certificate |
 * | `verify-full` | yes | and made out to the host |
 *
 * The root certificate is `sslrootcert`, without that `~/.postgresql/root.crt`; `verify-full` without either, and `sslrootcert=system`,
 * trust those that Node trusts. A socket of the file system is never encrypted. `allow` is taken for `prefer`.
 *
 * @param source what the address was given as, for messages
 * @throws UsageError for an unknown mode, and for files that can't be read
 */
export function tlsOf(
  source: string,
  parameters: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string | undefined>>,
  host: string,
): Tls {
  const settingOf = (name: string): string | undefined =>
    parameters.get(name) || env[`PG${name.toUpperCase()}`] || undefined;
  const given = settingOf("sslmode") ?? "prefer";
  const mode = given === "allow" ? "prefer" : given;
  if (!modes.includes(mode))
    throw new UsageError(`${source}: expected sslmode to be one of ${modes.join(", ")}, got '${given}'`);
  if (mode === "disable" || host.startsWith("/")) return { ssl: false, plainToo: false };
  const read = (name: string): string | undefined => {
    const path = settingOf(name);
    return path === undefined ? undefined : contentOf(source, name, path);
  };
  const [cert, key] = [read("sslcert"), read("sslkey")];
  const usual = join(homedir(), ".postgresql", "root.crt");
  const root = settingOf("sslrootcert") ?? (existsSync(usual) ? usual : undefined);
  const ca = root === undefined || root === "system" ? undefined : contentOf(source, "sslrootcert", root);
  const own = { ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) };
  if (mode === "verify-full") return { ssl: { ...own, ...(ca !== undefined && { ca }) }, plainToo: false };
  if (mode === "prefer" || (mode === "require" && root === undefined))
    return { ssl: { ...own, rejectUnauthorized: false }, plainToo: mode === "prefer" };
  // Anyone gets a certificate of a public authority, for some host.
  if (ca === undefined)
    throw new UsageError(
      `${source}: expected sslrootcert=FILE with sslmode=${mode}; with public authorities sslmode=verify-full`,
    );
  return { ssl: { ...own, ca, checkServerIdentity: () => undefined }, plainToo: false };
}

function contentOf(source: string, name: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${source}: expected ${name} to be a file that can be read, got ${path} (${code})`);
  }
}
