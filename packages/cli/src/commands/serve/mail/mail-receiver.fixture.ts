import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";

/** A mail as it came in. */
export interface Received {
  /** Of the envelope. */
  to: string[];
  from: string;
  raw: string;
  parsed: ParsedMail;
}

/** A mail server that takes mails from this machine. */
export interface Receiver extends AsyncDisposable {
  /** For `SMTP_URL`. */
  url: string;
  mails: Received[];
  /** What it answers for a recipient, or for what they are sent: an answer such as `550 5.1.1 no such user`; null takes it. */
  onRecipient: (address: string) => string | null;
  onData: (address: string) => string | null;
  /** Is called with each mail before its sender knows that it came. */
  onMail: (mail: Received) => Promise<void> | void;
  /** Connections that are open now. */
  readonly connections: number;
  /** Waits for a number of mails; an error after two minutes. */
  until(count: number): Promise<Received[]>;
}

/** Starts a mail server on a free port, or on one that had another before. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const mails: Received[] = [];
  const refusal = (answer: string): Error =>
    Object.assign(new Error(answer.slice(4)), { responseCode: Number(answer.slice(0, 3)) });
  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    logger: false,
    onRcptTo({ address }, _, callback) {
      const answer = receiver.onRecipient(address);
      callback(answer === null ? null : refusal(answer));
    },
    onData(stream, { envelope }, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", async () => {
        const to = envelope.rcptTo.map(({ address }) => address);
        const answer = receiver.onData(to[0]);
        if (answer !== null) {
          callback(refusal(answer));
          return;
        }
        const raw = Buffer.concat(chunks).toString();
        const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
        const mail = { to, from, raw, parsed: await simpleParser(raw) };
        mails.push(mail);
        await receiver.onMail(mail);
        callback();
      });
    },
  });
  server.on("error", () => {});
  server.listen(port, "127.0.0.1");
  await once(server.server, "listening");
  const receiver: Receiver = {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    onRecipient: () => null,
    onData: () => null,
    onMail: () => {},
    get connections() {
      return server.connections.size;
    },
    async until(count) {
      for (let waited = 0; mails.length < count; waited += 20) {
        if (waited > 120_000) throw new Error(`expected ${count} mails, got ${mails.length}`);
        await setTimeout(20);
      }
      return mails;
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return receiver;
}

/** The address of the first link in a mail whose path ends with a name. */
export function linkIn({ parsed }: Received, page: string): URL {
  const link = new RegExp(`https?://\\S+/${page}\\?token=\\S+`).exec(parsed.text ?? "")?.[0];
  if (link === undefined) throw new Error(`expected a link to ${page}, got:\n${parsed.text}`);
  return new URL(link);
}
