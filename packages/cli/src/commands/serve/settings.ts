import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../failure.ts";
import { checkInside, checkNoLink } from "../../files/inside.ts";
import { readRegularSync } from "../../files/read-regular.ts";
import { isLoopback } from "../../server/loopback.ts";
import { parseStore, type StoreAddress } from "../../store/store-address.ts";
import { checkServer, type MailSetting, senderOf } from "./mail/mailer.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where what belongs to the user is kept: `minimand` in `XDG_DATA_HOME`, or in `~/.local/share`. */
export function dataFolder(env: Environment = process.env): string {
  return join(env.XDG_DATA_HOME || join(homedir(), ".local", "share"), "minimand");
}

/**
 * Folder of the site: as asked, or as built where the current folder is a clone of the project; null where none was built.
 *
 * @throws UsageError, RangeError for what is no folder, or leads out of the clone
 */
export function siteFolder(asked: string | undefined): string | null {
  if (asked !== undefined) {
    if (!existsSync(asked) || !statSync(asked).isDirectory())
      throw new UsageError(`--site: expected a folder, got '${asked}'`);
    return asked;
  }
  const built = join("packages", "site", "dist");
  // Anyone may have made the clone.
  checkInside(".", built);
  checkNoLink(built);
  return existsSync(built) ? built : null;
}

/**
 * The path that a site was built for, without a slash at its end: all its links begin with it. Null for one that doesn't say.
 *
 * @throws UsageError for a site that says it otherwise
 */
export function builtFor(site: string): string | null {
  const file = join(site, "server.json");
  if (!existsSync(file)) return null;
  let base: unknown;
  try {
    ({ base } = JSON.parse(readRegularSync(file).toString()) as { base?: unknown });
  } catch {}
  if (typeof base !== "string" || !/^\/([^\s?#\p{Cc}]+\/)?$/u.test(base))
    throw new UsageError(`${file}: expected JSON with a base such as "/minimand/", got another`);
  return base.slice(0, -1);
}

/** Where readers find the site. */
export interface PublicAddress {
  /** With a slash at its end; null where nobody said. */
  url: string | null;
  /** Its path, without that slash. */
  base: string;
  hosts: string[];
}

/**
 * Reads `--url`.
 *
 * @param built path that the site was built for; null where nobody knows
 * @throws UsageError for anything but https, this machine apart, and for a site that was built for another path
 */
export function publicAddress(text: string | undefined, built: string | null): PublicAddress {
  if (text === undefined) return { url: null, base: built ?? "", hosts: [] };
  const url = URL.parse(text);
  const expected = "--url: expected an address such as https://example.org/minimand/";
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.search ||
    url.hash ||
    url.username ||
    url.password
  )
    throw new UsageError(`${expected}, got '${text}'`);
  if (url.protocol === "http:" && !isLoopback(url.hostname))
    throw new UsageError(`${expected}, got one without TLS: links in mails act as credentials`);
  const base = url.pathname.replace(/(?<!\/)\/+$/, "");
  if (built !== null && built !== base)
    throw new UsageError(
      `--url: expected the path that the site was built for, ${built}/, got '${text}': build it with --url ${text}`,
    );
  return { url: `${url.origin}${base}/`, base, hosts: [url.hostname] };
}

/** What mails are sent by and with; null where the environment has no `SMTP_URL`. */
export function mailSetting(
  { from, returnPath }: { from?: string; returnPath?: string },
  env: Environment = process.env,
): MailSetting | null {
  const sender = from === undefined ? null : senderOf("--from", from);
  const back = returnPath === undefined ? undefined : senderOf("--return-path", returnPath).address;
  if (!env.SMTP_URL) return null;
  const server = checkServer(env.SMTP_URL);
  if (sender === null)
    throw new UsageError(
      '--from: expected the sender of the mails, such as "Minimand <news@example.org>", got none',
    );
  return { server, from: sender, returnPath: back ?? sender.address };
}

/** Where subscriptions are kept: as asked, in `DATABASE_URL`, or embedded in the user's folder. */
export function storeAddress(asked: string | undefined, env: Environment = process.env): StoreAddress {
  const usual = env.DATABASE_URL ? undefined : `pglite:${join(dataFolder(env), "store")}`;
  return parseStore(asked ?? usual, env);
}
