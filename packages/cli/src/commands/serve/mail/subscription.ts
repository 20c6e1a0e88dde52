import type { Database } from "../../../store/database.ts";
import { readBounce } from "./bounce-report.ts";
import { takeBounce } from "./bounces.ts";
import { breakLease } from "./digests.ts";
import { discreet } from "./discreet.ts";
import { linksOf } from "./links.ts";
import { startMailJobs } from "./mail-jobs.ts";
import { type MailSetting, openMailer } from "./mailer.ts";
import { catalogue, recordNews } from "./news.ts";
import { perAddress, perClient, waitFor } from "./rates.ts";
import type { Rhythm } from "./rhythm.ts";
import { askFor, confirm, end } from "./subscriptions.ts";
import { readToken } from "./tokens.ts";

/** What came of a link that was followed. */
export type Followed = "done" | "expired" | "invalid";

/** Subscriptions of a store, and the mails to them. */
export interface Subscription {
  /**
   * Someone asks for mails: a confirmation is sent, whether the address has a subscription or not.
   *
   * @param client who asks
   * @returns seconds that the client has to wait before it may ask again; 0 where it was let through. Nothing tells whether the address is
   *   known, or has been asked for too often
   */
  ask(address: string, rhythm: Rhythm, client: string): Promise<number>;
  confirm(token: string): Promise<Followed>;
  unsubscribe(token: string): Promise<Followed>;
  /** Whether a link would be followed; changes nothing. */
  check(to: "confirm" | "unsubscribe", token: string): Followed;
  /**
   * Takes a delivery status notification.
   *
   * @returns how many of its failures are about a subscription; null for a mail that is none
   */
  bounce(mail: string): Promise<number | null>;
  close(): Promise<void>;
}

/** What subscriptions need. */
export interface SubscriptionOptions {
  /** Is closed with it. */
  database: Database;
  /** By which links are signed. */
  key: Uint8Array;
  /** Address of the site, with a slash at its end. */
  url: string;
  mail: MailSetting;
  tell: (line: string) => void;
}

/** Starts to take subscriptions and to send mails. */
export async function openSubscription(options: SubscriptionOptions): Promise<Subscription> {
  const { key, url, tell } = options;
  const database = discreet(options.database);
  const stop = new AbortController();
  const mailer = openMailer(options.mail);
  if (database.kind === "pglite") await breakLease(database);
  // Before anyone subscribes: what is there already is no news to them.
  await recordNews(database, catalogue());
  const links = linksOf(url, key);
  const jobs = await startMailJobs({ database, mailer, links, tell, signal: stop.signal });
  const check: Subscription["check"] = (to, token) => {
    const permit = readToken(key, to, token, Date.now());
    return typeof permit === "string" ? permit : "done";
  };
  return {
    check,
    async ask(address, rhythm, client) {
      const seconds = await waitFor(database, key, perClient, client);
      if (seconds > 0) return seconds;
      const often = (await waitFor(database, key, perAddress, address.toLowerCase())) > 0;
      if (!often) await jobs.sendConfirmation(await askFor(database, address), rhythm);
      return 0;
    },
    async confirm(token) {
      const permit = readToken(key, "confirm", token, Date.now());
      if (typeof permit === "string") return permit;
      return (await confirm(database, permit.subscription, permit.rhythm)) ? "done" : "expired";
    },
    async unsubscribe(token) {
      const permit = readToken(key, "unsubscribe", token, Date.now());
      if (typeof permit === "string") return permit;
      await end(database, permit.subscription);
      return "done";
    },
    async bounce(mail) {
      const report = readBounce(mail);
      return report === null ? null : takeBounce(database, report);
    },
    async close() {
      stop.abort();
      await jobs.close();
      mailer.close();
      await options.database.close();
    },
  };
}
