import type { Sql } from "../../../store/database.ts";
import type { BounceReport } from "./bounce-report.ts";
import { byMessage, end, refuse } from "./subscriptions.ts";

/**
 * Ends the subscription that a report is about. If the address doesn't exist (5.x.x), it ends at once. If mails were refused for their
 * content (5.7.x) or not delivered in time (4.x.x), it ends after several reports in a row.
 *
 * Only the Message-ID of a digest that was sent counts: it is a hash of the subscription's random number, which nobody else knows. An address
 * proves nothing, since anyone can write a report about anybody.
 *
 * @returns how many of its failures are about a subscription
 */
export async function takeBounce(sql: Sql, { messages, failures }: BounceReport): Promise<number> {
  const [message, ...others] = messages;
  if (message === undefined || others.length > 0 || failures.length === 0) return 0;
  const id = await byMessage(sql, message.slice(0, message.lastIndexOf("@")));
  if (id === null) return 0;
  // A digest has one recipient: several failures are those of a list behind their address, where others may have got it.
  const isGone =
    failures.length === 1 &&
    failures.every(({ status }) => status.startsWith("5.") && !status.startsWith("5.7."));
  if (isGone) await end(sql, id);
  else await refuse(sql, id);
  return failures.length;
}
