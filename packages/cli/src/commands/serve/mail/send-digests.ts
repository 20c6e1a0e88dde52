import { randomUUID } from "node:crypto";
import type { Database } from "../../../store/database.ts";
import { digestLetter } from "./digest-mail.ts";
import {
  dropDigest,
  finishDigest,
  giveUpLease,
  nextDigest,
  type Planned,
  planDigests,
  putOff,
  takeLease,
} from "./digests.ts";
import type { Links } from "./links.ts";
import { type Delivery, type Mailer, MailServerError } from "./mailer.ts";
import { catalogue, newsBetween, recordNews } from "./news.ts";
import { end, forget, refuse } from "./subscriptions.ts";

/** What digests are sent with. */
export interface DigestOptions {
  database: Database;
  mailer: Mailer;
  links: Links;
  /** Is told of what was sent, without any address. */
  tell: (line: string) => void;
  /** Stops between two mails. */
  signal: AbortSignal;
}

/** How many digests came to which end. */
type Counts = Record<Delivery | "empty", number>;

/**
 * Sends all digests that are due. It may be stopped or killed at any point and called again: it sends what is planned, and sends no digest
 * twice, except one that was sent but not yet recorded.
 *
 * @throws MailServerError where no mail can be sent; what is planned stays so
 */
export async function sendDigests(options: DigestOptions): Promise<void> {
  const { database, tell } = options;
  const holder = randomUUID();
  await recordNews(database, catalogue());
  await planDigests(database);
  if (!(await takeLease(database, holder))) return;
  const counts: Counts = { sent: 0, none: 0, refused: 0, later: 0, empty: 0 };
  try {
    await forget(database);
    while (!options.signal.aborted) {
      const planned = await nextDigest(database, holder);
      if (planned === null) break;
      counts[await sendOne(options, planned).catch((error: Error) => putAside(options, planned, error))]++;
    }
  } finally {
    await giveUpLease(database, holder);
    const { sent, none, refused, later } = counts;
    if (sent + none + refused + later > 0)
      tell(
        `digests: ${sent} sent, ${later} postponed, ${refused} refused, ${none} to addresses that no longer exist`,
      );
  }
}

async function sendOne({ database, mailer, links }: DigestOptions, planned: Planned): Promise<keyof Counts> {
  const { id, subscription, address, message, rhythm, plannedAt } = planned;
  const news = await newsBetween(database, planned.after, planned.until);
  if (news.length === 0) {
    await finishDigest(database, id);
    return "empty";
  }
  const unsubscribe = links.unsubscribe(subscription, plannedAt);
  const letter = digestLetter({ news, rhythm, url: links.url, unsubscribe });
  const delivery = await mailer.send({ ...letter, to: address, message, date: plannedAt, unsubscribe });
  if (delivery === "sent") await finishDigest(database, id);
  else if (delivery === "none") await end(database, subscription);
  else if (delivery === "refused" || !(await putOff(database, planned))) {
    await dropDigest(database, id);
    await refuse(database, subscription);
  }
  return delivery;
}

/** One digest that can't be made must not hold back the others. The message of the error may have an address in it: only its name is said. */
async function putAside({ database, tell }: DigestOptions, planned: Planned, error: Error): Promise<"later"> {
  if (error instanceof MailServerError) throw error;
  if (!(await putOff(database, planned))) await dropDigest(database, planned.id);
  tell(`digests: digest ${planned.id} failed (${error.name}); the others are sent`);
  return "later";
}
