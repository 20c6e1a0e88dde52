import { createHmac, timingSafeEqual } from "node:crypto";
import { type Rhythm, rhythms } from "./rhythm.ts";

/** What a link in a mail allows, until it expires. */
export type Permit =
  | { to: "confirm"; subscription: string; rhythm: Rhythm }
  | { to: "unsubscribe"; subscription: string };

/** Seconds for which a link that confirms works. */
export const confirmFor = 2 * 86_400;

/** Seconds for which a link that ends a subscription works: mails are kept for long. */
export const unsubscribeFor = 400 * 86_400;

/**
 * Signs a permit: what it says and until when, in base64url, and an HMAC-SHA256 of both.
 *
 * @param key 32 bytes or more
 * @param expires in milliseconds since 1970
 */
export function signToken(key: Uint8Array, permit: Permit, expires: number): string {
  const rhythm = permit.to === "confirm" ? permit.rhythm : "";
  const said = [permit.to, permit.subscription, rhythm, Math.floor(expires / 1000).toString(36)].join(".");
  const body = Buffer.from(said).toString("base64url");
  return `${body}.${macOf(key, body).toString("base64url")}`;
}

/**
 * Reads a token.
 *
 * @param to what it has to allow
 * @param now in milliseconds since 1970
 * @returns what it allows; "expired" where it did once, "invalid" where nobody here has signed it for this
 */
export function readToken<To extends Permit["to"]>(
  key: Uint8Array,
  to: To,
  token: string,
  now: number,
): Extract<Permit, { to: To }> | "expired" | "invalid" {
  const [body, mac, ...rest] = token.split(".");
  if (mac === undefined || rest.length > 0) return "invalid";
  const expected = macOf(key, body);
  const given = Buffer.from(mac, "base64url");
  // Of two texts for the same bytes only one is ours.
  if (given.toString("base64url") !== mac || given.length !== expected.length) return "invalid";
  if (!timingSafeEqual(given, expected)) return "invalid";
  const [kind, subscription, rhythm, expires] = Buffer.from(body, "base64url").toString().split(".");
  if (kind !== to) return "invalid";
  if (Number.parseInt(expires, 36) * 1000 <= now) return "expired";
  const permit: Permit =
    kind === "confirm"
      ? { to: "confirm", subscription, rhythm: rhythms.find((one) => one === rhythm) ?? "weekly" }
      : { to: "unsubscribe", subscription };
  return permit as Extract<Permit, { to: To }>;
}

const macOf = (key: Uint8Array, body: string): Buffer =>
  createHmac("sha256", key).update(`token:${body}`).digest();
