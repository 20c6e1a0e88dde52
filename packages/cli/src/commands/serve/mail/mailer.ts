import { createTransport, type NodemailerError } from "nodemailer";
import addressparser from "nodemailer/lib/addressparser";
import { UsageError } from "../../../failure.ts";
import { isLoopback } from "../../../server/loopback.ts";
import { mailAddress } from "./mail-address.ts";

/** What a mail says. */
export interface Letter {
  subject: string;
  text: string;
  html: string;
}

/** A letter on its way. */
export interface Mail extends Letter {
  to: string;
  /** What stands before the @ of its Message-ID: equal for a mail that is sent a second time. */
  message: string;
  date: Date;
  /** Address that ends the subscription by a single POST (RFC 8058). */
  unsubscribe?: string;
}

/** What became of a mail; `none`: nobody has this address; `refused`: it was not taken, for reasons that may pass; `later`: try again. */
export type Delivery = "sent" | "none" | "refused" | "later";

export interface Mailer {
  /** @throws MailServerError where no mail can be sent at all, now */
  send(mail: Mail): Promise<Delivery>;
  close(): void;
}

/** How mail is sent. */
export interface MailSetting {
  /** `smtp://` or `smtps://`, with user and password where they are needed. */
  server: string;
  /** Who writes. */
  from: { name: string; address: string };
  /** Where mails go that can't be delivered. */
  returnPath: string;
}

/** The server for outgoing mail is not there or not willing. Says nothing of any recipient. */
export class MailServerError extends Error {
  override name = "MailServerError";
}

/** `Name <address>` or an address alone. */
export function senderOf(option: string, text: string): { name: string; address: string } {
  const [sender, ...rest] = addressparser(text, { flatten: true });
  const expected = `${option}: expected an address such as "Minimand <news@example.org>"`;
  if (sender?.address === undefined || rest.length > 0) throw new UsageError(`${expected}, got '${text}'`);
  try {
    return { name: sender.name, address: mailAddress(sender.address) };
  } catch {
    throw new UsageError(`${expected}, got '${text}'`);
  }
}

/** Checks where mail is sent by. */
export function checkServer(text: string): string {
  if (!/^smtps?:$/.test(URL.parse(text)?.protocol ?? ""))
    throw new UsageError(
      "SMTP_URL: expected smtp://USER:PASSWORD@HOST:PORT or smtps://, got another address",
    );
  return text;
}

/** Milliseconds for which a connection is kept without mails: servers close what is idle, and the next mail would be refused for it. */
const idle = 2000;

/** Sends mails by a server, one after the other, over one connection while there are some. */
export function openMailer({ server, from, returnPath }: MailSetting): Mailer {
  const host = from.address.slice(from.address.lastIndexOf("@") + 1);
  let transport: ReturnType<typeof transportTo> | null = null;
  let sending = 0;
  let timer: NodeJS.Timeout | undefined;
  const close = (): void => {
    clearTimeout(timer);
    transport?.close();
    transport = null;
  };
  return {
    async send({ message, unsubscribe, ...letter }) {
      // Nothing that isn't one address alone comes any further, wherever it is from.
      const to = mailAddress(letter.to);
      clearTimeout(timer);
      sending++;
      transport ??= transportTo(server);
      try {
        await transport.sendMail({
          ...letter,
          from,
          // As an object: a text would be parsed, and might be several.
          to: { name: "", address: to },
          envelope: { from: returnPath, to: [to] },
          messageId: `<${message}@${host}>`,
          headers: { "Auto-Submitted": "auto-generated", ...oneClick(unsubscribe) },
        });
        return "sent";
      } catch (error) {
        return deliveryOf(error as NodemailerError);
      } finally {
        sending--;
        if (sending === 0) timer = setTimeout(close, idle).unref();
      }
    },
    close,
  };
}

function transportTo(server: string) {
  const transport = createTransport({
    pool: true,
    maxConnections: 1,
    maxMessages: Number.POSITIVE_INFINITY,
    // A password is sent in the clear to this machine alone.
    requireTLS: !isLoopback(new URL(server).hostname),
    connectionTimeout: 20_000,
    greetingTimeout: 20_000,
    socketTimeout: 60_000,
    disableFileAccess: true,
    disableUrlAccess: true,
    url: server,
  });
  // Failures of idle connections; a mail that fails says so itself.
  transport.on("error", () => {});
  return transport;
}

function oneClick(address: string | undefined): Record<string, string | { prepared: true; value: string }> {
  if (address === undefined) return {};
  return {
    // In one line: not every program that looks for it puts lines together first.
    "List-Unsubscribe": { prepared: true, value: `<${address}>` },
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
  };
}

/** What an error says of one recipient. What nodemailer itself says has their address in it. */
function deliveryOf(error: NodemailerError): Delivery {
  const { code, command, responseCode, response = "" } = error;
  // 421 and 530 to 538 speak of us, whatever was asked.
  const ofUs =
    responseCode === undefined || responseCode === 421 || (responseCode >= 530 && responseCode <= 538);
  if (ofUs || !["RCPT TO", "DATA"].includes(command ?? ""))
    throw new MailServerError([code, command, responseCode].filter((part) => part !== undefined).join(" "));
  if (responseCode < 500 || responseCode === 503) return "later";
  return command === "RCPT TO" && !isPolicy(`${responseCode}`, response) ? "none" : "refused";
}

/** Refusals that are about who sends, or what, and not about who gets it (RFC 3463: 5.7.x; 554 without a word). */
export function isPolicy(code: string, text: string): boolean {
  const status = /\b5\.\d{1,3}\.\d{1,3}\b/.exec(text)?.[0];
  return status === undefined ? code === "554" : status.startsWith("5.7.");
}
