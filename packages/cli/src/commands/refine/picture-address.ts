import { UsageError } from "../../failure.ts";

/** Redirects that are followed from a picture's address. */
const mostRedirects = 5;

/** Where pictures may be fetched from. */
export interface PictureHosts {
  endpoint: URL;
  /** Hosts of `--allow-host`, as in addresses: with a port where it isn't the usual one. */
  allowed: readonly string[];
}

/**
 * Reads an address that a service gave for a picture, or led to by a redirect. A service that could send the command anywhere would reach
 * what only this machine reaches.
 *
 * @throws UsageError for another origin than the endpoint's whose host isn't allowed, for one without TLS where the endpoint has it, and for
 *   one with a password; messages name the host alone, since addresses may be signed
 */
export function pictureAddress(text: string, { endpoint, allowed }: PictureHosts, base?: URL): URL {
  const where = `--endpoint ${endpoint.host}`;
  const url = URL.parse(text, base);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`${where}: expected a picture's address with http:// or https://, got another`);
  if (url.username !== "" || url.password !== "")
    throw new UsageError(`${where}: expected a picture's address without a password, got one with it`);
  if (url.origin === endpoint.origin) return url;
  if (!allowed.includes(url.host))
    throw new UsageError(
      `${where}: expected pictures from the same host, got an address at ${url.host}. If you trust it, add --allow-host ${url.host}`,
    );
  if (endpoint.protocol === "https:" && url.protocol === "http:")
    throw new UsageError(`${where}: expected pictures over https://, got an address at http://${url.host}`);
  return url;
}

/**
 * Fetches a picture without the key. Redirects are followed only where {@link pictureAddress} allows them.
 *
 * @returns the answer, whose status the caller looks at
 * @throws UsageError as {@link pictureAddress} does, and after too many redirects; what the connection throws
 */
export async function fetchPicture(
  text: string,
  hosts: PictureHosts,
  signal: AbortSignal,
): Promise<Response> {
  let url = pictureAddress(text, hosts);
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const response = await fetch(url, { redirect: "manual", signal });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    url = pictureAddress(location, hosts, url);
  }
  throw new UsageError(
    `--endpoint ${hosts.endpoint.host}: expected a picture after at most ${mostRedirects} redirects, got another redirect`,
  );
}
