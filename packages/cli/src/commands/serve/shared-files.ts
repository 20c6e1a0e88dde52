import type { Context, MiddlewareHandler } from "hono";
import { pathOf } from "./site.ts";

/** Files that pages of other sites read: the picture shown with a link, the list of papers, the feeds. */
const shared = new Set(["/card.png", "/papers.json", "/feed.xml", "/atom.xml", "/feed.json"]);

/** Returns whether a request only reads one of the files for other sites. */
export const readsSharedFile =
  (base: string) =>
  (c: Context): boolean =>
    (c.req.method === "GET" || c.req.method === "HEAD") && shared.has(pathOf(c.req.path, base) ?? "");

/**
 * Allows pages of other sites to read these files. Every other answer stays with the pages of its own site. It comes before what sets
 * the headers of all answers, so that its own replace them.
 */
export const sharedFiles = (base: string): MiddlewareHandler => {
  const isShared = readsSharedFile(base);
  return async (c, next) => {
    await next();
    if (!isShared(c) || (c.res.status !== 200 && c.res.status !== 304)) return;
    c.res.headers.set("Cross-Origin-Resource-Policy", "cross-origin");
    c.res.headers.set("Access-Control-Allow-Origin", "*");
  };
};
