import type { Rhythm } from "./rhythm.ts";
import { confirmFor, signToken, unsubscribeFor } from "./tokens.ts";

/** Addresses in mails. */
export interface Links {
  /** Of the site, with a slash at its end. */
  url: string;
  confirm(subscription: string, rhythm: Rhythm): string;
  /** @param since when the mail was planned: a mail that is sent again has the same link */
  unsubscribe(subscription: string, since: Date): string;
}

/** Links to pages of a site, signed. */
export function linksOf(url: string, key: Uint8Array): Links {
  const at = (page: string, token: string): string => `${url}${page}?token=${token}`;
  return {
    url,
    confirm: (subscription, rhythm) =>
      at("confirm", signToken(key, { to: "confirm", subscription, rhythm }, Date.now() + confirmFor * 1000)),
    unsubscribe: (subscription, since) =>
      at(
        "unsubscribe",
        signToken(key, { to: "unsubscribe", subscription }, since.getTime() + unsubscribeFor * 1000),
      ),
  };
}
