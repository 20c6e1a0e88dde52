import type { Context, MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { rangeError, received } from "minimand/engine";

const loopback = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Lets requests through that are meant for this server: their `Host`, and their `Origin` where they have one, must be a
 * loopback name or one of `others`, with any port. A name of an attacker that suddenly stands for this machine (DNS rebinding)
 * is no such name, and browsers send with every post the origin of the page that it comes from.
 *
 * Hono's `csrf` looks at posts of forms only and refuses what has no `Origin`: curl, and all programs.
 *
 * What makes no address (`256.256.256.256`), or one with a name or a password, gets a 400. A refusal is a 403, not a 421: clients may send what got a 421 again over another connection, and no other would help.
 *
 * @param others names without scheme and port: those of a proxy in front of the server
 * @param anyOrigin requests that pages of any site may send; their `Host` is checked all the same
 * @throws RangeError for a name with a scheme, port or path
 */
export function onlyHosts(
  others: readonly string[] = [],
  anyOrigin: (c: Context) => boolean = () => false,
): MiddlewareHandler {
  for (const name of others)
    if (nameOf(name) !== name.toLowerCase())
      throw rangeError("hosts", "names of hosts, without scheme, port and path", name);
  const names = [...new Set([...loopback, ...others.map((name) => name.toLowerCase())])];
  const expected = `${names.slice(0, -1).join(", ")} or ${names.at(-1)} (with any port)`;
  const allowed = new Set<string | null>(names);
  const check = (header: string, name: string | null, value: string): void => {
    if (!allowed.has(name))
      throw new HTTPException(403, { message: `${header}: expected ${expected}, got ${received(value)}` });
  };
  return async (c, next) => {
    // HTTP/1.0 may lack the header, and so may a request that never was on a wire. One for a proxy names a host in its address as well.
    const address = URL.parse(c.req.url);
    // One with a name and a password is no request of the web, which nothing behind this could read.
    if (address === null || address.username !== "" || address.password !== "")
      throw new HTTPException(400, {
        message: `request: expected a host and a path that make an address, got ${received(c.req.url)}`,
      });
    const { host: addressed } = address;
    for (const host of [c.req.header("host") ?? addressed, addressed]) check("Host", nameOf(host), host);
    const origin = c.req.header("origin");
    if (origin !== undefined && !anyOrigin(c))
      check("Origin", nameOf(/^https?:\/\/(.*)$/i.exec(origin)?.[1] ?? ""), origin);
    await next();
  };
}

/** `shop.example` of `Shop.example:8080`; null for what is no host with or without a port. */
function nameOf(host: string): string | null {
  return /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d+)?$/i.exec(host)?.[1].toLowerCase() ?? null;
}
