import { createHash, timingSafeEqual } from "node:crypto";
import { type Context, Hono } from "hono";
import type { Subscription } from "./mail/subscription.ts";

/** Bytes of a report, with the mail that came back. */
const mostBytes = 1024 * 1024;

/** Bytes of anything else. */
const mostOther = 4096;

/** Bytes that a request may send: many only to who has the token of the mail server. */
export const bodyLimitOf =
  (token: string | null) =>
  (c: Context): number =>
    c.req.path.endsWith("/bounces") && isFromMailServer(c, token) ? mostBytes : mostOther;

/**
 * `POST /bounces` takes delivery status notifications from the mail server, which shows by a token that it is that.
 *
 * @param token null: nobody may post any
 */
export function bounceRoute(subscription: () => Promise<Subscription>, token: string | null): Hono {
  const app = new Hono();
  app.post("/bounces", async (c) => {
    if (!isFromMailServer(c, token)) {
      c.header("WWW-Authenticate", "Bearer");
      const expected = "Authorization: expected Bearer and the token of MINIMAND_BOUNCES_TOKEN";
      return c.json({ error: `${expected}, got ${givenTo(c) === "" ? "none" : "another"}` }, 401);
    }
    const bytes = new Uint8Array(await c.req.arrayBuffer());
    const failures = await (await subscription()).bounce(Buffer.from(bytes).toString("utf8"));
    return failures === null
      ? c.json({ error: "body: expected a delivery status notification (RFC 3464), got another mail" }, 400)
      : c.json({ failures });
  });
  return app;
}

const givenTo = (c: Context): string =>
  /^Bearer\s+(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1] ?? "";

const isFromMailServer = (c: Context, token: string | null): boolean =>
  token !== null && timingSafeEqual(digestOf(givenTo(c)), digestOf(token));

const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest();
