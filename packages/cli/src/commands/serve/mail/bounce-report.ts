/** Recipients that are read: a digest has one, and each costs a look into the store. */
const mostRecipients = 100;

/** What a report of a mail server says of mails that it could not deliver. */
export interface BounceReport {
  /** Message-IDs of the mails that came back, without `<` and `>`; empty where the report doesn't have their headers. */
  messages: string[];
  failures: Failure[];
}

/** A recipient to whom a mail could not be delivered. */
export interface Failure {
  /** Their address as it was given to the server, or as it is. */
  recipient: string | null;
  /** Enhanced status code, `5.1.1`. */
  status: string;
}

/**
 * Reads a delivery status notification (RFC 3464, and RFC 6533 for addresses beyond ASCII): a `multipart/report` with a part that machines
 * can read and, mostly, the mail that came back or its headers.
 *
 * @param mail the whole mail, with its headers
 * @returns what could not be delivered, for good; null for a mail that is no such report
 */
export function readBounce(mail: string): BounceReport | null {
  const whole = entityOf(mail.replace(/\r\n?/g, "\n"));
  const boundary = parameterOf(whole.headers.get("content-type"), "boundary");
  if (!/^multipart\/report\b/i.test(whole.headers.get("content-type") ?? "") || boundary === null)
    return null;
  const parts = partsOf(whole.body, boundary).map(entityOf);
  const status = parts.find((part) => /^message\/(global-)?delivery-status\b/i.test(typeOf(part)));
  if (status === undefined) return null;
  const returned = parts.filter((part) =>
    /^(message\/(rfc822|global|global-headers)|text\/rfc822-headers)\b/i.test(typeOf(part)),
  );
  return {
    messages: returned.flatMap((part) => {
      const id = /<([^<>\s]+)>/.exec(entityOf(textOf(part)).headers.get("message-id") ?? "")?.[1];
      return id === undefined ? [] : [id];
    }),
    // The first group is of the whole mail.
    failures: textOf(status)
      .trim()
      .split(/\n\s*\n/)
      .slice(1, 1 + mostRecipients)
      .flatMap((group) => failureOf(headersOf(group))),
  };
}

interface Entity {
  headers: Map<string, string>;
  body: string;
}

const typeOf = ({ headers }: Entity): string => headers.get("content-type") ?? "";

function entityOf(text: string): Entity {
  const end = text.indexOf("\n\n");
  return text.startsWith("\n")
    ? { headers: new Map(), body: text.slice(1) }
    : { headers: headersOf(end < 0 ? text : text.slice(0, end)), body: end < 0 ? "" : text.slice(end + 2) };
}

/** Fields by their names in lower case, the first of each; continued lines are one. */
function headersOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.replace(/\n[ \t]+/g, " ").split("\n")) {
    const at = line.indexOf(":");
    const name = line.slice(0, Math.max(at, 0)).trim().toLowerCase();
    if (name !== "" && !fields.has(name)) fields.set(name, line.slice(at + 1).trim());
  }
  return fields;
}

/** A quote that is never closed ends with the field, so that nobody looks for its end again. */
const parameters = /;\s*([\w-]+)\s*=\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"?|([^\s;]+))/g;

function parameterOf(header: string | undefined, name: string): string | null {
  for (const [, found, quoted, plain] of (header ?? "").matchAll(parameters))
    if (found.toLowerCase() === name) return quoted?.replace(/\\(.)/g, "$1") ?? plain;
  return null;
}

function partsOf(body: string, boundary: string): string[] {
  const parts: string[][] = [];
  for (const line of body.split("\n")) {
    const delimiter = line.trimEnd();
    if (delimiter === `--${boundary}--`) break;
    if (delimiter === `--${boundary}`) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return parts.map((lines) => lines.join("\n"));
}

function textOf({ headers, body }: Entity): string {
  switch (headers.get("content-transfer-encoding")?.toLowerCase()) {
    case "base64":
      return Buffer.from(body, "base64").toString().replace(/\r\n?/g, "\n");
    case "quoted-printable":
      return body
        .replace(/=[ \t]*\n/g, "")
        .replace(/=([\dA-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    default:
      return body;
  }
}

/** A recipient is no failure where the server still tries, or has given the mail to another one. */
function failureOf(fields: Map<string, string>): Failure[] {
  if (fields.get("action")?.toLowerCase() !== "failed") return [];
  const address = (name: string): string | null => {
    const given = /^[\w-]+\s*;\s*<?([^<>\s]+)>?$/.exec(fields.get(name) ?? "")?.[1];
    return given !== undefined && /.@./.test(given) ? given : null;
  };
  return [
    {
      recipient: address("original-recipient") ?? address("final-recipient"),
      status: /\d\.\d{1,3}\.\d{1,3}/.exec(fields.get("status") ?? "")?.[0] ?? "",
    },
  ];
}
