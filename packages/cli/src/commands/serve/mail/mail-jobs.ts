import { createHash } from "node:crypto";
import { startBoss } from "../../../queue/start-boss.ts";
import { confirmationLetter } from "./confirmation-mail.ts";
import { StoreError } from "./discreet.ts";
import { MailServerError } from "./mailer.ts";
import type { Rhythm } from "./rhythm.ts";
import { type DigestOptions, sendDigests } from "./send-digests.ts";
import { addressOf, end } from "./subscriptions.ts";

/** Mails that are sent by the queue. */
export interface MailJobs {
  /** Sends a mail that asks whether someone wants a subscription. */
  sendConfirmation(subscription: string, rhythm: Rhythm): Promise<void>;
  /** Waits for the mail that is being sent. */
  close(): Promise<void>;
}

interface Confirmation {
  subscription: string;
  rhythm: Rhythm;
}

const confirmations = "confirmations";
const digests = "digests";

/**
 * Starts to send mails: confirmations as they are asked for, and digests every minute for whom they are due; both begin anew after whatever
 * end of the process.
 */
export async function startMailJobs(options: DigestOptions): Promise<MailJobs> {
  const { database, mailer, links, tell, signal } = options;
  const boss = await startBoss(database, { supervise: true, schedule: true });
  await boss.createQueue(confirmations, {
    retryLimit: 6,
    retryDelay: 20,
    retryBackoff: true,
    expireInSeconds: 180,
    deleteAfterSeconds: 3600,
  });
  // One that waits is enough: it does all that is to be done.
  await boss.createQueue(digests, {
    policy: "short",
    retryLimit: 0,
    expireInSeconds: 86_399,
    deleteAfterSeconds: 600,
  });
  let trouble: string | null = null;
  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      const answer = await work();
      if (trouble !== null) tell("mail: sending works again");
      trouble = null;
      return answer;
    } catch (error) {
      const said = troubleOf(error as Error);
      if (said !== trouble && !signal.aborted) tell(`mail: ${said}; trying again`);
      trouble = said;
      throw error;
    }
  };
  const confirm = async (id: string, { subscription, rhythm }: Confirmation): Promise<void> => {
    const to = await addressOf(database, subscription);
    if (to === null) return;
    const letter = confirmationLetter(rhythm, links.confirm(subscription, rhythm), links.url);
    const message = createHash("sha256").update(`confirmation:${id}`).digest("hex");
    const delivery = await alone(() => mailer.send({ ...letter, to, message, date: new Date() }));
    if (delivery === "none") await end(database, subscription);
    if (delivery === "later") throw new MailServerError("postponed");
  };
  // Many at a look: else one mail a second would be the most.
  await boss.work<Confirmation>(confirmations, { pollingIntervalSeconds: 1, batchSize: 10 }, async (jobs) => {
    for (const { id, data } of jobs)
      await confirm(id, data).catch((error: Error) =>
        boss.fail(confirmations, id, { message: error.message }),
      );
  });
  await boss.work(digests, { pollingIntervalSeconds: 1, batchSize: 1 }, () =>
    alone(() => sendDigests(options)),
  );
  await boss.schedule(digests, "* * * * *");
  // What was interrupted goes on at once.
  await boss.send(digests);
  return {
    async sendConfirmation(subscription, rhythm) {
      await boss.send(confirmations, { subscription, rhythm });
    },
    async close() {
      await boss.stop({ graceful: true, timeout: 8000, close: false });
    },
  };
}

/** Why no mails are sent, without what may have an address in it. */
function troubleOf(error: Error): string {
  if (error instanceof MailServerError) return `the server accepts no mail (${error.message})`;
  return error instanceof StoreError ? error.message : `sending failed (${error.name})`;
}
