import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Browser, chromium } from "playwright-core";

const executablePath = "/usr/bin/chromium";

/** Why tests of pages are skipped, for their names; empty where there is a browser. */
export const noBrowser = existsSync(executablePath) ? "" : ` (skipped: there is no ${executablePath})`;

/** Debian's Chromium, which asks nothing of the network itself. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A file of a site, its media type, and what it may do (its Content-Security-Policy). */
export type Served = { content: string | Uint8Array; type: string; policy?: string };

/** Serves files on a free port of this machine, until it is closed. */
export async function serve(
  fileAt: (path: string) => Served | null,
): Promise<{ server: Server; address: string }> {
  const server = createServer(({ url = "/" }, response) => {
    const file = fileAt(url);
    response.writeHead(file === null ? 404 : 200, {
      "content-type": file?.type ?? "text/plain",
      ...(file?.policy !== undefined && { "content-security-policy": file.policy }),
    });
    response.end(file?.content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}
