import type { Sql } from "../store/database.ts";
import type { BounceReport } from "./bounce-report.ts";
import { byAddress, byMessage, end, refuse } from "./subscriptions.ts";

/**
 * Ends the subscriptions of a report: at once where nobody has the address (5.x.x), after several in a row where the mail was refused
 * for what it is (5.7.x) or could not be delivered in time (4.x.x).
 *
 * Whose mail it was is told by its Message-ID, by the address only where the report lacks that: mails are forwarded, and come back with
 * another address.
 *
 * @returns how many of its failures are about a subscription
 */
export async function takeBounce(sql: Sql, { messages, failures }: BounceReport): Promise<number> {
  let known = 0;
  const ids = messages.map((message) => message.slice(0, message.lastIndexOf("@")));
  const one = failures.length === 1 && ids.length === 1 ? await byMessage(sql, ids[0]) : null;
  for (const { recipient, status } of failures) {
    const id = one ?? (recipient === null ? null : await byAddress(sql, recipient));
    if (id === null) continue;
    known++;
    if (status.startsWith("5.") && !status.startsWith("5.7.")) await end(sql, id);
    else await refuse(sql, id);
  }
  return known;
}
