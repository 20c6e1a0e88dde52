import { isArgumentError } from "@minimand/compare/messages";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { printableError } from "../printable.ts";
import { onlyHosts } from "./hosts.ts";

/** What a server lets in. */
export interface GuardOptions {
  /** Most bytes in the body of a request, default 64 KiB; all that many are read before a route is asked. */
  maxBody?: number | ((c: Context) => number);
  /** Names by which the server may be called beside those of loopback, see {@link onlyHosts}. */
  hosts?: readonly string[];
  /** Whether pages of any site may send a request, default none: for files that are meant for them and the same for every reader. */
  anyOrigin?: (c: Context) => boolean;
  /** The status of an error of the server's own, which is answered with its message; undefined for all others. */
  statusOf?: (error: Error) => ContentfulStatusCode | undefined;
}

/**
 * An app without routes that every server here begins with. Requests meant for other hosts get a 403, bodies over the limit a 413.
 * Every error is answered as `{ "error": "argument: expected what, got what" }`, with 400 for arguments that a
 * route refuses (a TypeError or RangeError of that grammar). Anything else is a fault of the server: a 500 that says no more
 * than that, and the error itself on stderr.
 *
 * @throws RangeError for `hosts` that are no names
 * @example
 * const app = guardedApp();
 * app.post("/double", async (c) => {
 *   const { x } = await jsonFields(c, ["x"]);
 *   checkNumber("x", x);
 *   return c.json({ x: 2 * x });
 * });
 */
export function guardedApp({ maxBody = 64 * 1024, hosts, anyOrigin, statusOf }: GuardOptions = {}): Hono {
  const app = new Hono();
  app.use(onlyHosts(hosts, anyOrigin));
  app.use((c, next) => {
    const maxSize = typeof maxBody === "number" ? maxBody : maxBody(c);
    const onError = (): never => {
      throw new HTTPException(413, { message: `body: expected at most ${maxSize} bytes, got more` });
    };
    return bodyLimit({ maxSize, onError })(c, next);
  });
  app.notFound((c) =>
    c.json({ error: `path: expected a route of this server, got ${c.req.method} ${c.req.path}` }, 404),
  );
  app.onError((error, c) => {
    const own = statusOf?.(error);
    if (own !== undefined) return c.json({ error: error.message }, own);
    if (error instanceof HTTPException)
      return c.json({ error: error.message }, error.status as ContentfulStatusCode);
    if (isArgumentError(error)) return c.json({ error: error.message }, 400);
    // Whoever went away in the middle of a body reads no answer, and it is no fault to write down.
    if (!c.req.raw.signal.aborted) console.error(printableError(error));
    return c.json({ error: "the server failed" }, 500);
  });
  return app;
}
